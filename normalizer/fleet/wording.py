"""Groups of a fleet in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.counting import first_of, plural
from pgnorm.catalog.quoting import one_line

if TYPE_CHECKING:
    from .checking import Group

_OF_PROJECT: Final = ("files", "migrations", "database")
_NAMED: Final = 3
"""Limit to the versions, or differences, of one line."""


def headline(group: Group, target: str) -> str:
    """The number of databases, and what is to be said of them: `5 lack 20251008`."""
    count, one = len(group.names), len(group.names) == 1
    return f"{count} {', '.join(_parts(group, target, one=one))}"


def _parts(group: Group, target: str, *, one: bool) -> Iterator[str]:
    has, lacks, their, them = ("has", "lacks", "its", "it") if one else ("have", "lack", "their", "them")
    wanted = f"the {target}" if target in _OF_PROJECT else target
    if group.equal:
        yield f"equal to {wanted}"
    if group.lacking:
        some = (
            f"all {plural(len(group.lacking), 'migration')}"
            if group.all_lacking and len(group.lacking) > 1
            else few(group.lacking)
        )
        yield f"{their} history lacks {some}" if group.equal else f"{lacks} {some}"
    if group.begun:
        yield f"{has} carried out a part of {few(group.begun)}"
    if group.unknown:
        yield f"{has} applied {few(group.unknown)}, which the folder lacks"
    if group.failure is not None:
        yield f"could not be compared with {wanted}"
    elif group.drift:
        yield f"odd: {few(group.drift)}"
    elif not group.equal and group.drift is None:
        yield f"other than {wanted}: {few(group.differences)}"
    elif not group.equal and not group.lacking and not group.begun:
        yield f"as {their} migrations make {them}, other than {wanted}: {few(group.differences)}"


def few(words: Sequence[str]) -> str:
    """Some of these in a line, and how many more there are."""
    return first_of([*map(one_line, words)], _NAMED)
