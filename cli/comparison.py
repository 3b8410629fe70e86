"""Output of `pgnorm diff` for a comparison: the SQL, and the document for a program."""

from typing import TYPE_CHECKING

from pgnorm.catalog.quoting import remark

from .documents import printed
from .remarks import remarked
from .rows import calls_text, updates_text

if TYPE_CHECKING:
    from pgnorm.normalizer.comparison import Comparison
    from pgnorm.normalizer.review.form import Document


def scripts(comparison: "Comparison", *, bare: bool) -> tuple[str, ...]:
    """The SQL of each transaction, the first one headed by a note where the plan is unproved; `bare` leaves out what is
    said of the hazards."""
    plan = comparison.plan if bare else remarked(comparison)
    first, *others = plan.scripts() or ("",)
    if comparison.unproved:
        first = f"{remark(f'Unproved: {comparison.unproved}')}\n\n{first}"
    *before, last = first, *others
    calls = "\n".join(filter(None, (calls_text(comparison.calls), updates_text(comparison))))
    if calls and plan.alone[-1:] == (True,):
        return (*before, last, calls)
    # Only calls follow a plan that has nothing else.
    return (*before, "\n".join(filter(None, (last, calls))))


def as_json(document: "Document") -> str:
    """The document of a comparison as text."""
    return printed(document)
