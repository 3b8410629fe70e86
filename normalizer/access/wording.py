"""Permissions in words."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from pgnorm.catalog.access import Access, Permission, Rows
from pgnorm.catalog.counting import first_of

_TO_COME: Final = "new "
"""Beginning of the kinds that stand for what is made later: `new tables`."""
_NAMED_AT_MOST: Final = 8
_ROWS: Final = {
    Rows.UNGUARDED: "all rows, no row security",
    Rows.EXEMPT: "all rows, exempt from row security",
    Rows.NONE: "no rows, no policy for it",
}


def called(permission: Permission) -> str:
    """The object in words: `table public.contacts`, `new tables of postgres in schema public`."""
    name, schema = permission.name, permission.schema
    if permission.kind.startswith(_TO_COME):
        return f"{permission.kind} of {name}" + (f" in schema {schema}" if schema else "")
    return f"{permission.kind} {schema}.{name}" if schema else f"{permission.kind} {name}"


def reach(permission: Permission) -> str:
    """Reach of a permission beyond the object itself; empty where there is no more to say."""
    if permission.runs_as is not None:
        return f"runs as {permission.runs_as}, SECURITY DEFINER"
    if permission.past:
        tables = first_of(permission.past, _NAMED_AT_MOST)
        if permission.stored:
            return f"holds what its owner read of {tables}, row security or not"
        return f"past the row security of {tables}, no security_invoker"
    rows = permission.rows
    if rows is Rows.OPEN:
        return f"all rows, policy {first_of(permission.policies, _NAMED_AT_MOST)} is true for them"
    if rows is Rows.POLICIES:
        return f"rows by policy {first_of(permission.policies, _NAMED_AT_MOST)}"
    return _ROWS[rows] if rows is not None else ""


def privileges(permissions: Sequence[Permission]) -> str:
    """Privileges on one object: `SELECT (all rows, no row security), INSERT (name); TRUNCATE`."""
    said = []
    for how, some in groupby(sorted(permissions, key=_first_with(permissions)), key=_how):
        words = ", ".join(each.privilege for each in some)
        columns, far = how
        words += f" of columns {', '.join(columns)}" if columns else ""
        said.append(f"{words} ({far})" if far else words)
    return ", ".join(said) if not any(map(reach, permissions)) else "; ".join(said)


def by_object(permissions: Iterable[Permission]) -> Iterator[tuple[str, list[Permission]]]:
    """The permissions of one role, by the object in words."""
    for _, some in groupby(permissions, key=lambda each: each.about):
        group = list(some)
        yield called(group[0]), group


def table_of(access: Access) -> tuple[list[str], dict[str, dict[str, str]]]:
    """The roles, and for each object in words what each of them may do."""
    cells: dict[str, dict[str, str]] = {}
    for what, some in by_object(sorted(access.permissions, key=lambda each: each.place)):
        cells.setdefault(what, {})[some[0].role] = privileges(some)
    return list(dict.fromkeys(each.role for each in access.permissions)), cells


def _how(permission: Permission) -> tuple[tuple[str, ...], str]:
    return permission.columns, reach(permission)


def _first_with(permissions: Sequence[Permission]) -> Callable[[Permission], int]:
    first: dict[tuple[tuple[str, ...], str], int] = {}
    for place, permission in enumerate(permissions):
        first.setdefault(_how(permission), place)
    return lambda permission: first[_how(permission)]
