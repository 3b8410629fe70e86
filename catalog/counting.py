"""Counts in words."""

from collections.abc import Sequence
from typing import Final

_UNCOUNTABLE: Final = frozenset({"row security", "default privileges"})


def plural(count: int, noun: str) -> str:
    """`1 file`, `2 files`, `3 families`, `4 keys`, `5 indexes`; what can't be counted as it is: `row security`."""
    if noun in _UNCOUNTABLE:
        return noun
    if count == 1:
        return f"1 {noun}"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{count} {noun[:-1]}ies"
    return f"{count} {noun}{'es' if noun.endswith(('s', 'x', 'ch', 'sh')) else 's'}"


def first_of(words: Sequence[str], most: int) -> str:
    """The first of these in a line, and how many more there are: `a, b, c and 4 more`."""
    left = len(words) - most
    return ", ".join(words[:most]) + (f" and {left} more" if left > 0 else "")
