"""Products of `pgnorm diff` that are made of its document: JSON, a comment for a pull request, a page."""

from typing import TYPE_CHECKING

from .comparison import as_json, scripts
from .diff_options import JSON
from .roles import role_lines

if TYPE_CHECKING:
    from pgnorm.normalizer.comparison import Comparison
    from pgnorm.normalizer.review.form import Document
    from pgnorm.normalizer.review.review import Review


def as_form(comparison: "Comparison", document: "Document", form: str) -> str:
    """The document in a form, JSON or Markdown."""
    if form == JSON:
        return as_json(document)
    from pgnorm.normalizer.review.markdown import as_markdown

    return as_markdown(_review(comparison, document))


def as_page(comparison: "Comparison", document: "Document") -> str:
    """The page."""
    from pgnorm.normalizer.review.page import page_of

    return page_of(_review(comparison, document))


def _review(comparison: "Comparison", document: "Document") -> "Review":
    from pgnorm.normalizer.review.review import reviewed

    printed = scripts(comparison, bare=True) if comparison.writes else ()
    roles = [(mark, line.removeprefix(f"  {mark} ")) for mark, line in role_lines(comparison.plan.roles)]
    return reviewed(comparison, document, printed, roles)
