"""A comparison from what renames make of the old side, told as one from the old side itself."""

from collections.abc import Sequence

from ..compare.difference import Difference
from ..plan.plan import Plan, Step, Verb
from .resolving import Renaming


def ahead_of(plan: Plan, renamings: Sequence[Renaming]) -> Plan:
    """The plan with what renames objects at its beginning; its differences say so too."""
    steps = tuple(Step.of(Verb.ALTER, each.new, each.statements) for each in renamings)
    first, *others = plan.transactions or ((),)
    found = *_told(renamings, plan.differences), *_left(renamings, plan.differences)
    return plan.evolve(transactions=((*steps, *first), *others), differences=found)


def _told(renamings: Sequence[Renaming], found: Sequence[Difference]) -> tuple[Difference, ...]:
    """The differences of what is renamed, with what changes of it besides."""
    besides = {each.item.id: each.changed for each in found if each.old is not None and each.new is not None}
    return tuple(
        Difference(each.old, each.new, each.changed | besides.get(each.new.id, frozenset())) for each in renamings
    )


def _left(renamings: Sequence[Renaming], found: Sequence[Difference]) -> tuple[Difference, ...]:
    names = {each.new.id for each in renamings}
    return tuple(each for each in found if each.item.id not in names)
