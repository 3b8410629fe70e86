"""Counts in words."""

from collections.abc import Iterable, Sequence
from typing import Final

_UNCOUNTABLE: Final = frozenset({"row security", "default privileges"})
_NAMED_AT_MOST: Final = 5


def plural(count: int, noun: str) -> str:
    """`1 file`, `2 files`, `3 families`, `4 keys`, `5 indexes`; what can't be counted as it is: `row security`."""
    if noun in _UNCOUNTABLE:
        return noun
    if count == 1:
        return f"1 {noun}"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{count} {noun[:-1]}ies"
    return f"{count} {noun}{'es' if noun.endswith(('s', 'x', 'ch', 'sh')) else 's'}"


def counted(found: Iterable[tuple[str, str]]) -> str:
    """The number of each sort among (sort, name), with the first names: `2 casts (a, b); 1 language (plx)`."""
    names: dict[str, list[str]] = {}
    for what, name in found:
        names.setdefault(what, []).append(name)
    return "; ".join(
        f"{plural(len(some), what)} ({', '.join(some[:_NAMED_AT_MOST])}{', …' * (len(some) > _NAMED_AT_MOST)})"
        for what, some in names.items()
    )


def first_of(words: Sequence[str], most: int, between: str = ", ") -> str:
    """The first of these in a line, and how many more there are: `a, b, c and 4 more`."""
    left = len(words) - most
    return between.join(words[:most]) + (f" and {left} more" if left > 0 else "")
