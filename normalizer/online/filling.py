"""A new column whose default is another value in each row (`gen_random_uuid()`): added without, filled afterwards."""

from collections.abc import Mapping
from typing import Final

from pgnorm.catalog.kinds.columns import Column
from pgnorm.catalog.kinds.constraints import Check
from pgnorm.catalog.kinds.defaults import Default
from pgnorm.catalog.kinds.tables import Table
from pgnorm.catalog.model import ObjectId, OnRows, Statement
from pgnorm.catalog.quoting import ident, qualified

from ..hazards.effects import Effect
from ..plan.firing import below, fired
from ..plan.plan import Plan, Step, Verb
from .batches import in_batches
from .checked import REFILLING, held_to_not_null, needs_at_once
from .publishing import unidentified
from .way import Around, Way, needed

_NULLS_TOO: Final = "-- A NULL that somebody writes there before the last of these UPDATEs gets the default as well."


def filling_way(step: Step, around: Around) -> Way | None:
    """The way of a column that has been found to rewrite its table when it is added."""
    item = step.item
    if step.id not in around.rewriting or step.verb is not Verb.CREATE or not isinstance(item, Column):
        return None
    parts = around.new.parts.get(step.id, ())
    target, column, table = around.printing.target, ident(item.name), qualified(item.schema, item.detail)
    said = [part for part in parts if part.clause(target)]
    # A value of a domain may have to be there from the start.
    if not (said and all(isinstance(part, Default) for part in said)) or item.base or not around.busy(item.parent):
        return None
    # Adding a column fires no trigger, so filling it must not.
    at_once = item.not_null and needs_at_once(step, around)
    if fired(around.old, around.steps, item) or _is_checked(step, around) or at_once or unidentified(item, around.old):
        return None
    if _hides_rows(item, around) or _is_elsewhere(item, around):
        return None
    adding = f"ALTER {item.table} ADD COLUMN "
    [at] = (number for number, each in enumerate(step.statements) if each.sql.startswith(adding))
    bare = item.evolve(not_null=False, not_null_constraint="", local=True)
    defaulting = f"ALTER {item.table} ALTER COLUMN {column} SET {said[0].clause(target)};"
    stands = (
        *step.statements[:at],
        step.statements[at].evolve(sql=f"{adding}{bare.definition((), target)};"),
        Statement(sql=defaulting, about=step.id),
        *step.statements[at + 1 :],
    )
    fill = Statement(
        sql=f"UPDATE {table} SET {column} = DEFAULT WHERE {column} IS NULL;",
        on_rows=OnRows.FILLS,
        remark="" if item.not_null else _NULLS_TOO,
        patient=True,
        about=step.id,
    )
    filled = step.evolve(verb=Verb.ALTER, statements=(in_batches(fill, item, around),))
    again = step.evolve(verb=Verb.ALTER, statements=(fill.evolve(remark=REFILLING),))
    first = step.evolve(statements=stands)
    if not item.not_null:
        return Way(stands=(first,), builds=(filled, again))
    held, valid, proven = held_to_not_null(step, Statement(sql=item.requirement, about=step.id), around)
    holding = step.evolve(verb=Verb.ALTER, statements=(held,))
    return Way(stands=(first,), builds=(filled, holding, again, valid), proven=proven)


def rewritten(plan: Plan, effects: Mapping[str, tuple[Effect, ...]]) -> frozenset[ObjectId]:
    """The columns whose creation has rewritten a table, by the effects of each statement."""
    return frozenset(
        statement.about
        for step in plan.steps
        if step.verb is Verb.CREATE and step.item.placement.inside
        for statement in step.statements
        if statement.about is not None and any(each.rewrites for each in effects.get(statement.sql, ()))
    )


def _hides_rows(column: Column, around: Around) -> bool:
    """True if row security may keep rows from the owner's UPDATE, without an error."""
    sides = (catalog.objects.get(column.parent) for catalog in (around.old, around.new) if column.parent is not None)
    return any(isinstance(table, Table) and table.force_row_security for table in sides)


def _is_elsewhere(column: Column, around: Around) -> bool:
    """True if an UPDATE would also be of rows of another server, where adding the column does nothing."""
    lower = below(around.old, column.parent) if column.parent is not None else ()
    return any(not isinstance(around.old.objects[each], Table) for each in lower)


def _is_checked(step: Step, around: Around) -> bool:
    """True if a CHECK reads the column: rows that have no value yet would fail it as soon as somebody writes them."""
    return any(
        isinstance(other.item, Check) and other.verb is Verb.CREATE and step.id in needed(around.new, other)
        for other in around.steps
    )
