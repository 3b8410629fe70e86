"""How the values of a column get from one type to another."""

import re
from typing import Final

_MODIFIER: Final = re.compile(r"\([^)]*\)")
_ASSIGNABLE: Final = frozenset("BDINTV")
"""The categories (pg_type.typcategory) in which each type is assigned to each: boolean, dates, addresses, numbers,
intervals, bit strings."""
_CASTABLE: Final = frozenset({("D", "T"), ("T", "D"), ("N", "V"), ("V", "N")})
"""Those between which casts exist."""
_CASTABLE_TYPES: Final = frozenset(
    {
        ("boolean", "integer"),
        ("integer", "boolean"),
        ("json", "jsonb"),
        ("jsonb", "json"),
        ("jsonb", "boolean"),
        ("jsonb", "smallint"),
        ("jsonb", "integer"),
        ("jsonb", "bigint"),
        ("jsonb", "numeric"),
        ("jsonb", "real"),
        ("jsonb", "double precision"),
    }
)
_STRING: Final = "S"


def conversion(column: str, old: tuple[str, str], new: tuple[str, str]) -> str:
    """The USING clause of ALTER COLUMN … TYPE, empty where assignment does it.

    `old` and `new` are a type and its category (of the element for an array). Assignment is left to do what it can: it
    refuses a value that is too long where a cast would cut it. Types with no cast between them meet as text.
    """
    before, after = _base(old[0]), _base(new[0])
    if before == after:
        return ""
    if _is_array(before) == _is_array(after):
        pair = (old[1], new[1])
        if old[1] == new[1] and new[1] in _ASSIGNABLE | {_STRING}:
            return ""
        if pair in _CASTABLE or (_element(before), _element(after)) in _CASTABLE_TYPES:
            return f" USING {column}::{new[0]}"
    if new[1] == _STRING and not _is_array(after):
        return ""
    if old[1] == _STRING and not _is_array(before):
        return f" USING {column}::{new[0]}"
    return through_text(column, new[0])


def through_text(column: str, new: str) -> str:
    """The USING clause that leads to the type `new` from any type."""
    return f' USING {column}::"text"::{new}'


def _base(type_: str) -> str:
    return _MODIFIER.sub("", type_)


def _is_array(type_: str) -> bool:
    return type_.endswith("[]")


def _element(type_: str) -> str:
    return type_.removesuffix("[]").strip('"')


_WIDER: Final = {
    "smallint": {"integer", "bigint", "numeric", "real", "double precision"},
    "integer": {"bigint", "numeric", "double precision"},
    "bigint": {"numeric"},
    "real": {"double precision"},
    "character varying": {'"citext"'},
    '"citext"': {"character varying"},
    '"date"': {"timestamp without time zone", "timestamp with time zone"},
    '"cidr"': {'"inet"'},
}
"""Types that hold every value of another."""
_TEXTS: Final = frozenset({'"text"', "character varying"})


def widens(old: str, new: str) -> bool:
    """Whether the type `new` holds every value of `old`, as far as their names say: any type fits into text."""
    before, after = _base(old), _base(new)
    if _is_array(before) != _is_array(after):
        return False
    inner_before, inner_after = before.removesuffix("[]"), after.removesuffix("[]")
    if inner_after in _TEXTS and not _modifiers(new):
        return True
    if inner_after != inner_before and inner_after not in _WIDER.get(inner_before, ()):
        return False
    return _fits(_modifiers(old) if inner_after == inner_before else (), _modifiers(new))


def _modifiers(type_: str) -> tuple[int, ...]:
    found = _MODIFIER.search(type_)
    words = found[0].strip("()").split(",") if found else ()
    return tuple(int(word) for word in words if word.strip().lstrip("-").isdigit())


def _fits(old: tuple[int, ...], new: tuple[int, ...]) -> bool:
    """Whether every length or (precision, scale) of `old` fits into `new`; no modifiers mean no limit."""
    if not new:
        return True
    if len(old) != len(new):
        return False
    whole = [numbers[0] - sum(numbers[1:]) for numbers in (old, new)]
    return whole[0] <= whole[1] and all(few <= many for few, many in zip(old[1:], new[1:], strict=True))
