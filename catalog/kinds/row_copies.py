"""Rows copied from one table to another."""

from collections.abc import Iterator, Sequence

from ..model import Object, ObjectId, OnRows, Statement, Target
from ..quoting import ident, remark, spell_types
from .columns import Column

Value = tuple[str, str, str]
"""(column, expression of its value, comment on that or nothing)."""


def copied_values(
    before: Sequence[Object], by_text: frozenset[ObjectId], after: Sequence[Object], target: Target
) -> Iterator[Value]:
    """The value that each column gets; `before` and `after` are the parts of the one table and the other."""
    old = {part.name: part for part in before if isinstance(part, Column)}
    for new in after:
        if isinstance(new, Column) and not new.generated and new.name in old:
            was, type_ = old[new.name], spell_types(new.type, target.major)
            text = new.through_text(type_)
            value = text if was.id in by_text else was.conversion_to(new, type_)
            comment = was.by_text_to(new) if value is None else ""
            yield ident(new.name), text if value is None else value or ident(new.name), comment


def copied_rows(table: str, source: str, values: Iterator[Value]) -> Statement:
    """The statement that copies them into `table`."""
    found = list(values)
    remarks = (remark("Copies all rows while nobody else can use the table."), *(said for *_, said in found if said))
    names = f" ({', '.join(name for name, *_ in found)})" if found else ""
    selected = ", ".join(value for _, value, _ in found)
    sql = f"INSERT INTO {table}{names} OVERRIDING SYSTEM VALUE\n    SELECT {selected} FROM {source};"
    return Statement(sql=sql, remark="\n".join(remarks), on_rows=OnRows.MAY_FAIL)
