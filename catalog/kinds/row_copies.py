"""Rows copied from one table to another."""

from collections.abc import Iterator, Sequence

from ..model import Object, ObjectId, Target
from ..quoting import ident, spell_types
from .columns import Column
from .conversions import through_text

Value = tuple[str, str, str]
"""(column, expression of its value, comment on that or nothing)."""


def copied_values(
    before: Sequence[Object], by_text: frozenset[ObjectId], after: Sequence[Object], target: Target
) -> Iterator[Value]:
    """What each column gets; `before` and `after` are the parts of the one table and the other."""
    old = {part.name: part for part in before if isinstance(part, Column)}
    for new in after:
        if isinstance(new, Column) and not new.generated and new.name in old:
            was, type_ = old[new.name], spell_types(new.type, target.major)
            text = through_text(ident(new.name), type_)
            value = text if was.id in by_text else was.conversion_to(new, type_)
            comment = was.by_text_to(new) if value is None else ""
            yield ident(new.name), text if value is None else value or ident(new.name), comment


def copied_rows(table: str, source: str, values: Iterator[Value]) -> Iterator[str]:
    """The statement that copies them into `table`."""
    found = list(values)
    yield from (comment for *_, comment in found if comment)
    names = f" ({', '.join(name for name, *_ in found)})" if found else ""
    selected = ", ".join(value for _, value, _ in found)
    yield f"INSERT INTO {table}{names} OVERRIDING SYSTEM VALUE\n    SELECT {selected} FROM {source};"
