"""Rows copied from one table to another."""

from collections.abc import Iterator, Sequence

from ..model import Object, Target
from ..quoting import ident, spell_types
from .columns import Column
from .conversions import conversion


def copied_rows(table: str, source: str, before: Sequence[Object], after: Sequence[Object], target: Target) -> str:
    """The statement that copies them into `table`; `before` and `after` are the parts of the one and the other."""
    old = {part.name: part for part in before if isinstance(part, Column)}
    pairs = [(old[new.name], new) for new in _stored(after) if new.name in old]
    names = f" ({', '.join(ident(new.name) for _, new in pairs)})" if pairs else ""
    values = ", ".join(_value(before, after, target) for before, after in pairs)
    return f"INSERT INTO {table}{names} OVERRIDING SYSTEM VALUE\n    SELECT {values} FROM {source};"


def _stored(parts: Sequence[Object]) -> Iterator[Column]:
    return (part for part in parts if isinstance(part, Column) and not part.generated)


def _value(old: Column, new: Column, target: Target) -> str:
    name = ident(old.name)
    using = conversion(name, (old.type, old.category), (spell_types(new.type, target.major), new.category))
    return using.removeprefix(" USING ") or name
