"""Hazards as SQL comments, each above its statement: `-- rewrites public.contacts, blocks reads and writes`."""

from typing import TYPE_CHECKING, Final

from pgnorm.catalog.quoting import remark

from .hazards import ALLOWED
from .output import visible

if TYPE_CHECKING:
    from pgnorm.catalog.model import Statement
    from pgnorm.normalizer.comparison import Comparison
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
    found = [*assessed.words]
    line = "; ".join(found)
    said = found if len(line) > _WIDTH else [*filter(None, [line])]
    if said and not comparison.unexpected_of(assessed):
        said[-1] += ALLOWED
    return statement.evolve(remark="\n".join((*map(remark, map(visible, said)), *filter(None, [statement.remark]))))
