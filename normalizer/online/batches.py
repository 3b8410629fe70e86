"""A column of all rows filled a few pages at a time, so that nobody waits for a row longer than a few of them take."""

from typing import Final

from pgnorm.catalog.kinds.columns import Column
from pgnorm.catalog.kinds.tables import Table
from pgnorm.catalog.model import Statement
from pgnorm.catalog.quoting import dollar_quoted, ident, literal, qualified

from ..plan.firing import below
from .way import Around

_PAGES: Final = 100
"""The pages of a batch: of 8 kB each, some ten thousand rows of a usual table."""
_REMARK: Final = "-- Some pages at a time, committed one after the other: rows are locked for moments."


def in_batches(fill: Statement, column: Column, around: Around) -> Statement:
    """An UPDATE of a column where it has no value, as a block that commits after every few pages: `DO $$ … UPDATE "t"
    SET "c" = DEFAULT WHERE "c" IS NULL AND ctid >= … COMMIT …`. Of a table that others inherit it stays one statement.

    A row that moves meanwhile may be passed over: whoever asks for it has the UPDATE itself come once more.
    """
    table = around.old.objects.get(column.parent) if column.parent is not None else None
    parted = around.partitioned(column.parent)
    if not isinstance(table, Table) or (not parted and any(below(around.old, table.id))):
        return fill
    name = literal(qualified(column.schema, column.detail))
    size = f"pg_catalog.pg_relation_size({name})"
    if parted:
        size = f"(SELECT pg_catalog.max(pg_catalog.pg_relation_size(relid)) FROM pg_catalog.pg_partition_tree({name}))"
    page, pages = _free("page_of_it", column, around), _free("pages_of_it", column, around)
    without = f"WHERE {ident(column.name)} IS NULL"
    block = f"""
DECLARE
    {pages} CONSTANT bigint := {size} / pg_catalog.current_setting('block_size')::bigint;
BEGIN
    FOR {page} IN 0..{pages} BY {_PAGES} LOOP
        {fill.sql.removesuffix(f" {without};")}
        {without}
            AND ctid >= pg_catalog.format('(%s,0)', {page})::tid
            AND ctid < pg_catalog.format('(%s,0)', {page} + {_PAGES})::tid;
        COMMIT;
    END LOOP;
END
"""
    remark = "\n".join(filter(None, (fill.remark, _REMARK)))
    return fill.evolve(sql=f"DO {dollar_quoted(block)};", remark=remark, alone=True)


def _free(name: str, column: Column, around: Around) -> str:
    """A name that no column of the same table has: in its UPDATE, a variable can't be told from a column."""
    assert column.parent is not None
    parts = (catalog.parts.get(column.parent, ()) for catalog in (around.old, around.new))
    taken = {part.name for each in parts for part in each}
    names = (f"{name}{number}" for number in ("", *range(2, len(taken) + 3)))
    return next(each for each in names if each not in taken)
