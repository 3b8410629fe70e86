"""Roles in the proof: the shadow's are made those of the old side, changed as the plan says, and read again."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from pgnorm.catalog.cluster import Membership, Role
from pgnorm.catalog.quoting import ident

from ..load.file_roles import FileRoles, Pair, memberships
from ..plan.roles import RoleChange, RoleChanges, RoleVerb, unguarded
from .refusing import not_applying

if TYPE_CHECKING:
    from psycopg import Connection

    from ..load.lending import Lending
    from ..postgres.shadow import Session

Found = tuple[dict[str, Role], dict[Pair, Membership]]
"""Roles and memberships by what they are known by."""


def settle_roles(session: "Session", roles: RoleChanges) -> None:
    """Make what is changed what the old side has: a session in which only a dump is loaded knows roles by name."""
    if not roles:
        return
    from ..load.lending import Lending

    session.power.withdraw(session.connection)
    with committed(session.connection):
        Lending.begun(session.connection, session.power).run("".join(_as_before(roles, _found(session))))


def change_roles(lending: "Lending", roles: RoleChanges) -> None:
    """Make the changes that come ahead of a plan. Raises PgnormError for what Postgres refuses."""
    _run(lending, roles.ahead)


def drop_roles(lending: "Lending", roles: RoleChanges) -> None:
    """Make the drops, which are the end of a plan. Raises PgnormError for what Postgres refuses."""
    _run(lending, roles.behind)


@contextmanager
def committed(connection: "Connection") -> Iterator[None]:
    """A transaction of its own, undone by an error, unless the session is in one."""
    from psycopg import Error

    if connection.info.transaction_status:
        yield
        return
    connection.execute("begin")
    try:
        yield
    except BaseException:
        with suppress(Error):  # a connection that is lost has nothing to undo
            connection.execute("rollback")
        raise
    connection.execute("commit")


def left_of_roles(session: "Session", roles: RoleChanges) -> tuple[str, ...]:
    """The changes that have not come about."""
    if not roles:
        return ()
    found = _found(session)
    return tuple(each.label for each in roles.changes if not _is_made(each, roles.goal, *found))


def _found(session: "Session") -> Found:
    cluster = session.cluster()
    pairs = {(each.role, each.member): each for each in memberships(cluster, with_options=cluster.has_options)}
    return {role.name: role for role in cluster.roles}, pairs


def _as_before(roles: RoleChanges, found: Found) -> Iterator[str]:
    """Statements after which what is changed is as the old side has it."""
    there, members = found
    before, pairs = roles.start.by_name, roles.start.pairs
    for each in roles.of(RoleVerb.CREATE):
        yield f"DROP ROLE IF EXISTS {ident(each.role)};\n"
    for each in (*roles.of(RoleVerb.ALTER), *roles.of(RoleVerb.DROP)):
        role = before[each.role]
        if each.role in there:
            yield from there[each.role].alter(role)
        else:
            yield from (role.make(), *role.describe(), *role.configure())
    for each in (*roles.of(RoleVerb.GRANT), *roles.of(RoleVerb.REVOKE)):
        if each.pair in pairs:
            yield from (
                members[each.pair].alter(pairs[each.pair]) if each.pair in members else [pairs[each.pair].grant()]
            )


def _run(lending: "Lending", changes: tuple[RoleChange, ...]) -> None:
    from psycopg import Error

    for change, sql in unguarded(changes):
        try:
            lending.run(sql)
        except Error as error:
            refused = not_applying(change.label, sql, error)
            if change.verb is RoleVerb.DROP:
                refused.hint = "What is left alone, or as it is, may need the role: leave out --drop-roles."
            raise refused from error


def _is_made(change: RoleChange, goal: FileRoles, there: dict[str, Role], members: dict[Pair, Membership]) -> bool:
    if change.verb is RoleVerb.DROP:
        return change.role not in there
    if change.verb is RoleVerb.REVOKE:
        return change.pair not in members
    if change.verb is RoleVerb.GRANT:
        return change.pair in members and not members[change.pair].differs(goal.pairs[change.pair])
    return change.role in there and not there[change.role].differing(goal.by_name[change.role])
