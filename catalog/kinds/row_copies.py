"""Rows copied from one table to another."""

from collections.abc import Iterator, Sequence

from ..model import Object, Target
from ..quoting import ident, spell_types
from .columns import Column
from .conversions import through_text


def copied_rows(
    table: str, source: str, before: Sequence[Object], after: Sequence[Object], target: Target
) -> Iterator[str]:
    """The statement that copies them into `table`; `before` and `after` are the parts of the one and the other."""
    old = {part.name: part for part in before if isinstance(part, Column)}
    pairs = [(old[new.name], new) for new in _stored(after) if new.name in old]
    names = f" ({', '.join(ident(new.name) for _, new in pairs)})" if pairs else ""
    values = []
    for was, new in pairs:
        type_ = spell_types(new.type, target.major)
        value = was.conversion_to(new, type_)
        if value is None:
            yield was.by_text_to(new)
            value = through_text(ident(was.name), type_)
        values.append(value or ident(was.name))
    yield f"INSERT INTO {table}{names} OVERRIDING SYSTEM VALUE\n    SELECT {', '.join(values)} FROM {source};"


def _stored(parts: Sequence[Object]) -> Iterator[Column]:
    return (part for part in parts if isinstance(part, Column) and not part.generated)
