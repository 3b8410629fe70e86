"""Reading what a server has beside its databases: a fixed number of queries in one pipeline and one snapshot."""

from typing import TYPE_CHECKING, Final, LiteralString

from ..model.declaring import Value
from ..pipeline import Row, run, supported
from . import memberships, parameters, roles
from .memberships import Membership, grantable
from .parameters import ParameterPrivileges
from .roles import Role

if TYPE_CHECKING:
    import psycopg

    from ..conversation import Patience

IN_DATABASE: Final[LiteralString] = "role with settings in one database"
# pg_dumpall --roles-only has neither: a role's settings in one database are pg_dump's, and only with --create.
LEFT_OUT: Final[LiteralString] = f"""
select 'setting for all roles', split_part(item, '=', 1)
  from pg_db_role_setting, unnest(setconfig) item
 where setrole = 0 and setdatabase = 0
 union
select '{IN_DATABASE}', format('%s in %s', r.rolname, d.datname)
  from pg_db_role_setting s
  join pg_roles r    on r.oid = s.setrole
  join pg_database d on d.oid = s.setdatabase
 order by 1, 2
"""


class Cluster(Value):
    """The roles of a server and what they were given, read in one snapshot."""

    version: int
    """server_version_num."""
    roles: tuple[Role, ...]
    memberships: tuple[Membership, ...]
    """In an order in which they can be granted."""
    parameters: tuple[ParameterPrivileges, ...]
    left_out: tuple[tuple[str, str], ...]
    """Settings of roles that are not in here: (what, name)."""

    @property
    def major(self) -> int:
        """The server's major version."""
        return self.version // 10000

    @property
    def has_options(self) -> bool:
        """True if a membership says by itself whether it is inherited."""
        return self.version >= memberships.OPTIONS_SINCE

    @property
    def has_parameters(self) -> bool:
        """True if the server knows privileges on parameters."""
        return self.version >= parameters.SINCE


def read_cluster(connection: "psycopg.Connection[Row]", patience: "Patience | None" = None) -> Cluster:
    """Read the server that `connection` is on; any role may.

    Raises PgnormError for a server older than 14, and for memberships that can't have been granted.
    """
    version = supported(connection)
    queries: list[LiteralString] = [roles.QUERY, memberships.query(version), LEFT_OUT]
    if version >= parameters.SINCE:
        queries.append(parameters.QUERY)
    found, granted, left_out, *rights = run(connection, queries, patience)
    return Cluster(
        version=version,
        roles=tuple(Role(**record) for record in found.records()),
        memberships=tuple(grantable(Membership(**record) for record in granted.records())),
        parameters=tuple(ParameterPrivileges(**record) for result in rights for record in result.records()),
        left_out=tuple((what, name) for what, name in left_out.rows),
    )
