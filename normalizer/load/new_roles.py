"""The roles and memberships that files make: a migration makes them too where the old side lacks them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.cluster import Cluster, Membership, Role
from pgnorm.catalog.model import Value

from ..postgres.connections import ADMINISTRATOR

if TYPE_CHECKING:
    from ..postgres.shadow import Session

Known = tuple[frozenset[str], frozenset[tuple[str, str]]]
"""Names of roles, and the memberships: (role, member)."""

_KNOWN: Final = f"""
    select rolname::text, null from pg_catalog.pg_roles
     union all
    select r.rolname::text, m.rolname::text
      from pg_catalog.pg_auth_members a
           join pg_catalog.pg_roles r on r.oid = a.roleid
           join pg_catalog.pg_roles m on m.oid = a.member
     where r.rolname !~ '^{ADMINISTRATOR}' and m.rolname !~ '^{ADMINISTRATOR}'
"""


class FileRoles(Value):
    """Roles of files: those that they make, and those `assumed`, which they name only."""

    made: tuple[Role, ...] = ()
    memberships: tuple[Membership, ...] = ()
    assumed: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """Names of the roles that are there once the files are loaded, and were not before."""
        return self.assumed.union(role.name for role in self.made)


NO_FILE_ROLES: Final = FileRoles()


class NewRoles(Value):
    """Roles and memberships that a plan makes before anything else, and roles it names that nobody makes (`absent`)."""

    roles: tuple[Role, ...] = ()
    memberships: tuple[Membership, ...] = ()
    absent: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.roles or self.memberships)

    def statements(self) -> Iterator[str]:
        """The SQL, a role after a role that it is to be a member of."""
        yield from (role.make() for role in self.roles)
        for role in self.roles:
            yield from role.configure()
        for each in self.memberships:
            yield each.grant()


NO_ROLES: Final = NewRoles()


def known_roles(session: Session) -> Known:
    """The roles and memberships of a session's server."""
    rows = session.connection.execute(_KNOWN.encode()).fetchall()
    return (
        frozenset(str(role) for role, member in rows if member is None),
        frozenset((str(role), str(member)) for role, member in rows if member is not None),
    )


def file_roles(session: Session, before: Known, assumed: frozenset[str]) -> FileRoles:
    """Roles and memberships made on the server since it had those in `before`; the loader made the `assumed` ones."""
    roles, memberships = known_roles(session)
    made = roles - before[0] - assumed
    if not made and memberships == before[1]:
        return FileRoles(assumed=assumed)
    cluster = session.cluster()
    by_default = {role.name: role.inherits for role in cluster.roles}
    return FileRoles(
        made=tuple(role for role in cluster.roles if role.name in made),
        memberships=tuple(
            # Who granted it on another server is not known here, and servers before 16 know no INHERIT.
            each.evolve(grantor=None, inherits=None if each.inherits == by_default.get(each.member) else each.inherits)
            for each in cluster.memberships
            if (each.role, each.member) not in before[1] and not _of_creator(each)
        ),
        assumed=assumed,
    )


def to_make(goal: FileRoles, start: FileRoles | Cluster) -> NewRoles:
    """Roles and memberships of `goal` that the old side lacks, as its files or its server tell."""
    there = start.names if isinstance(start, FileRoles) else frozenset(role.name for role in start.roles)
    members = {(each.role, each.member) for each in start.memberships}
    return NewRoles(
        roles=tuple(role for role in goal.made if role.name not in there),
        memberships=tuple(each for each in goal.memberships if (each.role, each.member) not in members),
        absent=tuple(sorted(goal.assumed - there)) if isinstance(start, Cluster) else (),
    )


def _of_creator(each: Membership) -> bool:
    """True if CREATE ROLE itself made it for who ran that, from 16."""
    return each.by_bootstrap and each.admin and each.inherits is False and not each.sets
