"""Findings of a comparison, as they are told on stderr before anything is written."""

from typing import TYPE_CHECKING, Final

from .app import App
from .renames import tell_renames
from .summary import summarize, tell_consumers, tell_phantoms

if TYPE_CHECKING:
    from pgnorm.normalizer.comparison import Comparison

_ONE_SIDED: Final = "not modelled, and on this side only, so not in this plan"


def tell_comparison(app: App, found: "Comparison", *, listed: bool, way_out: str | None = None) -> None:
    """Tell what was found and what the plan leaves out; with `listed`, which renames the sides suggest. `way_out` is
    the command that ends differences in looks alone."""
    app.tell_unmatched(found.unmatched)
    for pattern in found.idle:
        app.console.warn(f"no object matches the pattern {pattern}")
    for hint in found.allowing.idle if app.console.verbose else ():
        app.console.detail(f"{hint.place}: the hint is about {hint.subject.label}, which neither side has by that name")
    summarize(app.console, found)
    tell_renames(app, found, listed=listed)
    tell_phantoms(app.console, found, way_out)
    app.tell_unmodelled(sorted(set(found.unmodelled) - set(found.one_sided)))
    for side, one_sided in (("from", found.only_old), ("to", {*found.one_sided} - found.only_old)):
        app.tell_unmodelled(sorted(one_sided), title=f"{side}: {_ONE_SIDED}")
    tell_consumers(app.console, found)
