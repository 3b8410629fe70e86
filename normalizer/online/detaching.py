"""Partitions detached while others read and write: `DETACH PARTITION "p" CONCURRENTLY`."""

from typing import Final

from pgnorm.catalog.kinds.columns import Column
from pgnorm.catalog.kinds.partitions import Partition
from pgnorm.catalog.model import Object, ObjectId, Statement
from pgnorm.catalog.quoting import ident, qualified

from ..plan.plan import Step, Verb
from ..plan.wording import NAME_LIMIT
from .way import Around, Way

_DEFAULT: Final = "DEFAULT"


def detaching_way(step: Step, around: Around) -> Way | None:
    """The way of a partition that becomes a table of its own, None where Postgres has no such way (a default partition
    beside it) or the plan has more to do with either table."""
    item = step.item
    if not isinstance(item, Partition) or step.verb is not Verb.DROP or item.id in around.made:
        return None
    alone = item.beside is None and item.bound != _DEFAULT and not _whole_of(around, item.ties[1])
    if not alone or [each.sql for each in step.statements] != [item.drop()] or _others(step, around):
        return None
    name = _left_check(item, around)
    if name is None:
        return None
    sql = item.drop().removesuffix(";") + " CONCURRENTLY;"
    detached = Statement(sql=sql, on_rows=step.statements[0].on_rows, alone=True, about=item.id)
    table = qualified(item.schema, item.name)
    tidied = Statement(
        sql=f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {ident(name)};",
        remark="-- CONCURRENTLY leaves the bounds behind, as a CHECK.",
        about=item.id,
    )
    return Way(checks=(step.evolve(statements=(detached,)), Step.of(Verb.ALTER, item, (tidied,))))


def _others(step: Step, around: Around) -> bool:
    """True if another step is about one of its tables, or a part of one."""
    ends = step.item.ties or ()
    return any(_is_of(around, other.item, ends) for other in around.steps if other is not step)


def _is_of(around: Around, item: Object, tables: tuple[ObjectId, ...]) -> bool:
    whole: Object | None = item
    while whole is not None:
        if whole.id in tables or not set(whole.ties or ()).isdisjoint(tables):
            return True
        name = whole.parent
        whole = (around.old.objects.get(name) or around.new.objects.get(name)) if name is not None else None
    return False


def _whole_of(around: Around, table: ObjectId) -> bool:
    """True if a table is a partition itself."""
    parts = around.old.parts.get(table, ())
    return any(isinstance(part, Partition) for part in parts)


def _left_check(item: Partition, around: Around) -> str | None:
    """The name of the CHECK that Postgres leaves, as it picks it; None where that can't be told."""
    columns = [
        part.name
        for part in around.old.parts.get(item.ties[1], ())
        if isinstance(part, Column) and part.of_partition_key
    ]
    name = "_".join((item.name, *(columns if len(columns) == 1 else ()), "check"))
    there = {part.name for part in around.old.parts.get(item.ties[0], ())}
    return name if columns and len(name.encode()) <= NAME_LIMIT and name not in there else None
