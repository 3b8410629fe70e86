"""The roles and memberships that files make, and the same of a server that they are compared with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.cluster import IN_DATABASE, OPTIONS_SINCE, Cluster, Membership, Role
from pgnorm.catalog.model import Value

from ..postgres.connections import ADMINISTRATOR, OWNER

if TYPE_CHECKING:
    from ..postgres.shadow import Session

Pair = tuple[str, str]
"""The names that a membership is known by: (role, member)."""
Known = tuple[frozenset[str], frozenset[Pair]]
"""Names of roles, and the memberships."""

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
    """One for each pair, whoever granted it."""
    assumed: frozenset[str] = frozenset()
    given: tuple[Role, ...] = ()
    """The platform's roles, as the files leave them."""
    elsewhere: tuple[str, ...] = ()
    """Settings of roles in one database: `app in postgres`."""

    @property
    def names(self) -> frozenset[str]:
        """Names of the roles that are there once the files are loaded, and were not before."""
        return self.assumed.union(role.name for role in self.made)

    @property
    def by_name(self) -> dict[str, Role]:
        """The roles that are made, by their names."""
        return {role.name: role for role in self.made}

    @property
    def pairs(self) -> dict[Pair, Membership]:
        """The memberships, by what they are known by."""
        return {(each.role, each.member): each for each in self.memberships}

    def uncommented(self) -> FileRoles:
        """The same where no role has a comment."""
        return self.evolve(made=tuple(role.evolve(comment=None) for role in self.made))

    def of_platform(self, name: str) -> bool:
        """True if a role is Postgres' own or the platform's."""
        return name.startswith("pg_") or any(role.name == name for role in self.given)


NO_FILE_ROLES: Final = FileRoles()


def known_roles(session: Session) -> Known:
    """The roles and memberships of a session's server."""
    rows = session.connection.execute(_KNOWN.encode()).fetchall()
    return (
        frozenset(str(role) for role, member in rows if member is None),
        frozenset((str(role), str(member)) for role, member in rows if member is not None),
    )


def file_roles(session: Session, before: Known, assumed: frozenset[str], major: int) -> FileRoles:
    """Roles and memberships made on the server since it had those in `before`; the loader made the `assumed` ones.
    `major` is the version that definitions are written for."""
    cluster = session.cluster()
    found = memberships(cluster, with_options=major >= OPTIONS_SINCE // 10000)
    return FileRoles(
        made=tuple(role for role in cluster.roles if role.name not in before[0] | assumed),
        memberships=tuple(each for each in found if (each.role, each.member) not in before[1]),
        assumed=assumed,
        given=tuple(role for role in cluster.roles if role.name in before[0] and role.name != OWNER),
        elsewhere=tuple(name for what, name in cluster.left_out if what == IN_DATABASE),
    )


def server_roles(cluster: Cluster, files: FileRoles, reader: str | None) -> FileRoles:
    """Roles of a server among those that `files` make: all others may be another project's. A membership is one of
    these if both its ends are, or are the platform's; what lets `reader` or a superuser into a role is theirs."""
    mine = files.by_name
    theirs = {role.name for role in cluster.roles if role.superuser} | {reader}

    def counts(pair: Pair) -> bool:
        if pair in files.pairs:
            return True
        ours = all(name in mine or files.of_platform(name) for name in pair)
        return ours and not mine.keys().isdisjoint(pair) and pair[1] not in theirs

    found = memberships(cluster, with_options=cluster.has_options)
    return FileRoles(
        made=tuple(role for role in cluster.roles if role.name in mine),
        memberships=tuple(each for each in found if counts((each.role, each.member))),
        given=files.given,
        elsewhere=tuple(name for what, name in cluster.left_out if what == IN_DATABASE and name in files.elsewhere),
    )


def memberships(cluster: Cluster, *, with_options: bool) -> Iterator[Membership]:
    """The memberships, one for each pair with all that its grants give together. Who granted it on another server is
    not known here, and servers before 16 know no INHERIT."""
    grants: dict[Pair, list[Membership]] = {}
    for each in cluster.memberships:
        if not _of_creator(each):
            grants.setdefault((each.role, each.member), []).append(each)
    for first, *others in grants.values():
        yield first.evolve(
            grantor=None,
            admin=any(each.admin for each in (first, *others)),
            inherits=any(each.inherits for each in (first, *others)) if with_options else None,
            sets=any(each.sets for each in (first, *others)),
            by_bootstrap=False,
        )


def _of_creator(each: Membership) -> bool:
    """True if CREATE ROLE itself made it for who ran that, from 16."""
    return each.by_bootstrap and each.admin and each.inherits is False and not each.sets
