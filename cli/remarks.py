"""Hazards as SQL comments, each above its statement: `-- rewrites public.contacts, blocks reads and writes`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.quoting import remark
from pgnorm.normalizer.hazards.effects import Hazard

from .hazards import ALLOWED
from .output import visible

if TYPE_CHECKING:
    from pgnorm.catalog.model import Statement
    from pgnorm.normalizer.comparison import Comparison
    from pgnorm.normalizer.hazards.effects import Effect
    from pgnorm.normalizer.plan.assessing import Assessed
    from pgnorm.normalizer.plan.plan import Plan


_WIDTH: Final = 110


def remarked(comparison: "Comparison") -> "Plan":
    """The plan with each statement below a comment that says its hazards, if it has any."""
    assessed = iter(comparison.assessed)
    transactions = tuple(
        tuple(
            step.evolve(statements=tuple(_remarked(comparison, next(assessed)) for _ in step.statements))
            for step in steps
        )
        for steps in comparison.plan.transactions
    )
    return comparison.plan.evolve(transactions=transactions)


def _remarked(comparison: "Comparison", assessed: "Assessed") -> "Statement":
    statement = assessed.statement
    found = [*hazards(assessed)]
    line = "; ".join(found)
    said = found if len(line) > _WIDTH else [*filter(None, [line])]
    if said and not comparison.unexpected_of(assessed):
        said[-1] += ALLOWED
    return statement.evolve(remark="\n".join((*map(remark, map(visible, said)), *filter(None, [statement.remark]))))


def hazards(assessed: "Assessed") -> Iterator[str]:
    """The hazards of a statement, in words."""
    from pgnorm.normalizer.hazards.reasons import reasons

    for effect in assessed.effects:
        if effect.rewrites or effect.scans:
            does = "rewrites" if effect.rewrites else "reads all rows of"
            yield f"{does} {effect.relation}{_blocking(effect)}"
    yield from reasons(assessed.statement)
    if Hazard.NOT_IN_TRANSACTION in assessed.hazards:
        yield "can't run in a transaction"


def _blocking(effect: "Effect") -> str:
    if Hazard.BLOCKS_READS in effect.hazards:
        return ", blocks reads and writes"
    return ", blocks writes" if Hazard.BLOCKS_WRITES in effect.hazards else ""
