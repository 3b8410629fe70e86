"""Checks of all rows while others write: added for new rows first, `NOT VALID`, then validated."""

from typing import Final

from pgnorm.catalog.kinds.columns import Column
from pgnorm.catalog.kinds.constraints import Check, Constraint
from pgnorm.catalog.kinds.foreign_keys import ForeignKey
from pgnorm.catalog.kinds.identities import Identity
from pgnorm.catalog.kinds.not_nulls import UncheckedNotNull
from pgnorm.catalog.kinds.tables import Table
from pgnorm.catalog.model import OnRows, Statement
from pgnorm.catalog.quoting import ident

from ..plan.plan import Step, Verb
from .batches import in_batches
from .way import Around, Way, needed

NOT_VALID_OF_THE_WHOLE_SINCE: Final = 18
NOT_NULL_NOT_VALID_SINCE: Final = 18
CHECK_SUFFIX: Final = "__pgnorm_not_null"
REFILLING: Final = "-- The same for rows that came without a value meanwhile."


def constraint_way(step: Step, around: Around) -> Way | None:
    """The way of a new CHECK or foreign key, or of one that is validated."""
    item = step.item
    if not isinstance(item, Check | ForeignKey) or not around.busy(item.parent) or item.parent is None:
        return None
    if not isinstance(around.old.objects[item.parent], Table) or _merges(step, around):
        return None
    if step.verb is Verb.ALTER:
        return _validating(step, item)
    whole = isinstance(item, ForeignKey) and item.passed_on and around.major < NOT_VALID_OF_THE_WHOLE_SINCE
    first, *rest = step.statements
    if step.verb is Verb.DROP or whole or not item.holds or first.sql != item.create(around.printing).sql:
        return None
    fast = item.evolve(validated=False) if isinstance(item, ForeignKey) else item.evolve(validated=False, checked=False)
    added = first.evolve(sql=fast.create(around.printing).sql, on_rows=OnRows.NOTHING)
    return Way(
        stands=(step.evolve(statements=(added, *rest)),),
        checks=(_validation(step, item.validation().evolve(on_rows=first.on_rows)),),
    )


def _merges(step: Step, around: Around) -> bool:
    """True if it comes to be the same CHECK as one of a table above or below, which has to be as valid."""
    return any(
        isinstance(other.item, Check) and other.item.name == step.item.name
        for other in around.steps
        if other is not step
    ) or bool(isinstance(step.item, Check) and step.item.ancestors)


def _validating(step: Step, item: Constraint) -> Way | None:
    found = [each for each in step.statements if each.sql == item.validation().sql]
    if not found:
        return None
    rest = tuple(each for each in step.statements if each not in found)
    return Way(
        stands=(step.evolve(statements=rest),) if rest else (),
        checks=tuple(_validation(step, each) for each in found),
    )


def not_null_way(step: Step, around: Around) -> Way | None:
    """The way of a column that becomes NOT NULL."""
    item, old = step.item, around.old.objects.get(step.id)
    if not (isinstance(item, Column) and isinstance(old, Column)) or step.verb is not Verb.ALTER:
        return None
    if old.not_null or old.not_null_constraint or not item.not_null or not around.busy(item.parent):
        return None
    if item.parent is None or not isinstance(around.old.objects[item.parent], Table) or needs_at_once(step, around):
        return None
    found = [each for each in step.statements if each.sql == item.requirement]
    filling = tuple(each for each in step.statements if OnRows.FILLS in each.on_rows)
    # A part that comes behind that can be one which rows without a value would not pass.
    later = step.statements[step.statements.index(filling[0]) :] if filling else step.statements
    if len(found) != 1 or any(each.about != step.id for each in later):
        return None
    [final] = found
    at = step.statements.index(final)
    before = tuple(each for each in step.statements[:at] if each not in filling)
    behind = step.statements[at + 1 :]
    added, valid, proven = held_to_not_null(step, final, around)
    if not filling:
        return Way(stands=(step.evolve(statements=(*before, added, *behind)),), builds=(valid,), proven=proven)
    # Rows without a value must not be held to it before they have one; no more of them come from then on.
    filled = step.evolve(statements=tuple(in_batches(each.evolve(patient=True), item, around) for each in filling))
    again = step.evolve(statements=tuple(each.evolve(patient=True, remark=REFILLING) for each in filling))
    return Way(
        stands=(step.evolve(statements=before),) if before else (),
        builds=(filled, step.evolve(statements=(added, *behind)), again, valid),
        proven=proven,
    )


def held_to_not_null(step: Step, final: Statement, around: Around) -> tuple[Statement, Step, tuple[Step, ...]]:
    """The statement that holds new rows of a column to NOT NULL, the step that checks those which are there, and what
    is left to say then (before 18, `final` and that what served for it goes)."""
    item = step.item
    assert isinstance(item, Column)
    if around.major >= NOT_NULL_NOT_VALID_SINCE:
        added, name = Statement(sql=item.requirement_of_new_rows, about=step.id), item.not_null_constraint
        proven: tuple[Step, ...] = ()
    else:
        name = around.free_name(item, CHECK_SUFFIX, "constraint")
        check = f"ADD CONSTRAINT {ident(name)} CHECK ({ident(item.name)} IS NOT NULL) NOT VALID"
        added = Statement(sql=f"ALTER {item.table} {check};", about=step.id)
        dropped = Statement(sql=f"ALTER {item.table} DROP CONSTRAINT {ident(name)};", about=step.id)
        proven = (step.evolve(verb=Verb.ALTER, statements=(final.evolve(on_rows=OnRows.NOTHING), dropped)),)
    sql = f"ALTER {item.table} VALIDATE CONSTRAINT {ident(name)};"
    return added, _validation(step, Statement(sql=sql, on_rows=final.on_rows, about=step.id)), proven


def needs_at_once(step: Step, around: Around) -> bool:
    """True if something in the same transaction needs the column to be NOT NULL."""
    return any(
        isinstance(other.item, Identity | UncheckedNotNull)
        and (other.item.parent == step.id or step.id in needed(around.new, other))
        for other in around.steps
    )


def _validation(step: Step, statement: Statement) -> Step:
    return step.evolve(verb=Verb.ALTER, statements=(statement.evolve(patient=True, about=step.id),))
