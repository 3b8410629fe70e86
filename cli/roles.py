"""Roles in what `pgnorm diff` says of a comparison."""

from typing import TYPE_CHECKING, Final

from .output import Console

if TYPE_CHECKING:
    from pgnorm.normalizer.comparison import Comparison
    from pgnorm.normalizer.plan.roles import RoleChange, RoleChanges

_MARKS: Final = {"create": "+", "alter": "~", "grant": "+", "revoke": "-", "drop": "-"}
_WORDS: Final = {
    "inherits": "INHERIT",
    "creates_roles": "CREATEROLE",
    "creates_databases": "CREATEDB",
    "logs_in": "LOGIN",
    "replicates": "REPLICATION",
    "bypasses_row_security": "BYPASSRLS",
    "connection_limit": "CONNECTION LIMIT",
    "valid_until": "VALID UNTIL",
}


def role_lines(roles: "RoleChanges") -> list[tuple[str, str]]:
    """A line for each change of a role, behind its mark: + ~ -."""
    return [(_mark(each), f"  {_mark(each)} {_said(each)}") for each in roles.changes]


def _mark(change: "RoleChange") -> str:
    return "~" if change.regrants else _MARKS[change.verb]


def _said(change: "RoleChange") -> str:
    if change.member:
        return f"member {change.member} of role {change.role}"
    if change.differing:
        return f"role {change.role}: {', '.join(_WORDS.get(name, name) for name in change.differing)}"
    if _mark(change) == "-":
        return f"role {change.role}, which other databases of the server may use"
    password = ": its password, if it has one, is not written" if change.logs_in else ""
    return f"role {change.role}{password}"


def tell_roles(console: Console, comparison: "Comparison") -> None:
    """Say which roles differ and stay as they are, and what they need of somebody else."""
    roles = comparison.plan.roles
    if comparison.roles_left_out:
        names = ", ".join(sorted(comparison.roles_left_out))
        console.say(f"Roles differ that are left out, since only a part is compared: {names}")
    for name in roles.staying:
        console.say(f"Role {name} stays, though the new side lacks it: others may use it (--drop-roles drops it)")
    for name in roles.platform:
        console.say(f"Role {name} is the platform's, and what the files change of it is no part of a diff")
    for name in roles.elsewhere:
        console.say(f"Settings of a role in one database are no part of a diff: {name}")
    for name in roles.superusers:
        console.warn(f"Role {name} is a superuser on one side only, which no plan writes: do that by hand")
    for name in comparison.unknown_roles:
        console.warn(f"`roles` in the settings names {name}, and neither side has a role of that name")
    for name in roles.absent:
        console.warn(f"The old side has no role {name}, which the files name and do not make: make it there first")
