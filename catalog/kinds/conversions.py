"""Conversions of a column's values from one type to another, and types that hold every value of another. (Those between
encodings, which are objects, have `encoding_conversions`.)"""

import re
from collections.abc import Iterable
from typing import Final

from ..quoting import ident
from .usual_casts import BY_WAY_OF_INTEGER, NUMBERS, castable, in_assignment

_MODIFIER: Final = re.compile(r"\([^)]*\)")
_ASSIGNABLE: Final = frozenset("BDINTV")
"""The categories (pg_type.typcategory) in which types that nothing here knows are assigned to each other."""
_STRING: Final = "S"
_BITS: Final = "V"
_ENUM: Final = "E"
_JSON: Final = frozenset({"json", "jsonb"})
_UNCUT: Final = {
    "character varying": '"text"',
    "character": '"text"',
    "bit varying": "bit varying",
    "bit": "bit varying",
}
"""Types that hold what is too long for others, which assignment refuses there and a cast would cut."""


def conversion(
    column: str, old: tuple[str, str], new: tuple[str, str], written: str, casts: tuple[str, ...] = ()
) -> str | None:
    """The expression of a USING clause, empty where assignment does it; None where Postgres knows no way.

    `old` and `new` are a type (of a domain, what it is based on) and its category (of the element for an array),
    `written` is what the new one is called, `casts` are the types to which somebody has made a cast from the old one.
    Assignment is left to do what it can: it refuses a value that is too long where a cast would cut it.
    """
    before, after = _base(old[0]), _base(new[0])
    if before == after:
        return ""
    if _is_array(before) == _is_array(after):
        found = _by_cast(column, (_element(before), old[1]), (_element(after), new[1]), written, casts)
        if found is not None:
            return found
    if _plain(after) in _JSON and (old[1] != _STRING or _is_array(before)):
        return f'"pg_catalog"."to_{_plain(after)}"({column})'
    if new[1] == _STRING and _is_array(after) <= _is_array(before):
        return ""
    if old[1] == _STRING and _is_array(before) <= _is_array(after):
        return f"{column}::{_uncut(after) or written}"
    if _is_array(before) or _is_array(after):
        return None
    return _by_number(column, _plain(before), _plain(after), written)


def _by_cast(
    column: str, old: tuple[str, str], new: tuple[str, str], written: str, casts: tuple[str, ...]
) -> str | None:
    """The same between two types, or the elements of two arrays."""
    before, after = old[0].strip('"'), new[0].strip('"')
    if in_assignment(before, after) or new[1] == old[1] == _STRING:
        return ""
    if castable(before, after) or new[0] in casts:
        return f"{column}::{written}"
    known = "." not in old[0] and "." not in new[0]
    if old[1] == new[1] and old[1] in _ASSIGNABLE and not known:
        return ""
    # Labels that the new one lacks are refused.
    return through_text(column, written) if old[1] == new[1] == _ENUM else None


def _uncut(type_: str) -> str | None:
    """The type whose values, or elements, are refused where they are too long for this one; None where none is."""
    found = _UNCUT.get(_element(_base(type_)))
    return f"{found}[]" if found and _is_array(type_) else found


def _by_number(column: str, before: str, after: str, written: str) -> str | None:
    """The same for what numbers stand for, by way of another number."""
    if before in NUMBERS and after == "boolean":
        return f"{column} <> 0"
    if "money" in (before, after) and NUMBERS & {before, after}:
        return f"{column}::numeric::{written}"
    if NUMBERS & {before, after} and BY_WAY_OF_INTEGER & {before, after}:
        return f"{column}::integer::{written}"
    return None


def without_modifiers(type_: str) -> str:
    """A type, or that of an array's elements, without its modifiers."""
    return _element(_base(type_))


def through_text(column: str, new: str, base: str = "", category: str = "") -> str:
    """The expression that leads to the type `new` from any type; for a domain with its `base` and the category of that.

    Of strings and bits a cast to their domain would cut what is too long for it: assignment refuses that. Text is
    assigned to whatever has the category of strings, but bits only to Postgres' own.
    """
    text = f'{column}::"text"'
    if _is_array(base):
        return f"{text}::{_uncut(base) or new}"
    if _is_array(new) or not base or category not in (_STRING, _BITS):
        return f"{text}::{new}"
    if category == _STRING:
        return text
    return f"{text}::{new if '.' in base else 'bit varying'}"


def by_fields(column: str, fields: Iterable[str | None], new: str) -> str:
    """The expression that leads to the row type `new` from rows with these fields, each in the place of its own, by the
    text of such a row: a field that is too long is refused."""
    values = ("NULL" if field is None else f'({column}).{ident(field)}::"text"' for field in fields)
    return f'CASE WHEN {column} IS DISTINCT FROM NULL THEN ROW({", ".join(values)})::"text"::{new} END'


def _base(type_: str) -> str:
    return _MODIFIER.sub("", type_)


def _is_array(type_: str) -> bool:
    return type_.endswith("[]")


def _element(type_: str) -> str:
    return type_.removesuffix("[]")


def _plain(type_: str) -> str:
    return type_.strip('"')


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
_INTEGERS: Final = frozenset({"smallint", "integer", "bigint"})


def widens(old: str, new: str) -> bool:
    """True if the type `new` holds every value of `old`, as far as their names say: any type fits into text."""
    before, after = _base(old), _base(new)
    if _is_array(before) != _is_array(after):
        return False
    inner_before, inner_after = before.removesuffix("[]"), after.removesuffix("[]")
    if inner_after in _TEXTS and not _modifiers(new):
        return True
    if inner_after != inner_before and inner_after not in _WIDER.get(inner_before, ()):
        return False
    return _fits(_modifiers(old) if inner_after == inner_before else (), _modifiers(new))


def keeps_or_refuses(old: str, new: str) -> bool:
    """True if a value of the type `old` either is the same in `new` or is refused there, as far as their names say."""
    return {old, new} <= _INTEGERS


def _modifiers(type_: str) -> tuple[int, ...]:
    found = _MODIFIER.search(type_)
    words = found[0].strip("()").split(",") if found else ()
    return tuple(int(word) for word in words if word.strip().lstrip("-").isdigit())


def _fits(old: tuple[int, ...], new: tuple[int, ...]) -> bool:
    """True if every length or (precision, scale) of `old` fits into `new`; no modifiers mean no limit."""
    if not new:
        return True
    if len(old) != len(new):
        return False
    whole = [numbers[0] - sum(numbers[1:]) for numbers in (old, new)]
    return whole[0] <= whole[1] and all(few <= many for few, many in zip(old[1:], new[1:], strict=True))
