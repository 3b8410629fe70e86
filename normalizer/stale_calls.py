"""Calls by names that several functions have, as a plan can make them: what it can't make, people are told of."""

from .compare.difference import Difference
from .compare.like_named import as_read_anew
from .project.sources import Source
from .side import Side
from .sides import Sides


def with_calls_that_are_made(
    found: tuple[Difference, ...], sides: Sides, goal: Side, source: Source
) -> tuple[Difference, ...]:
    """The differences without calls that no statement makes. `source` is where the new side comes from."""
    catalog = goal.states[0]
    left, stale = as_read_anew(found, catalog, sides.reload)
    for name, pair in stale:
        item = catalog.objects[name]
        if pair is None:
            said = "calls another function of one name than on the other side, and its text can't be read anew"
        else:
            one, other = (catalog.objects[each] for each in pair)
            said = f"calls {one.kind} {one.label}, while its text means {other.label} by now"
        sides.workspace.telling("warning", f"{item.kind} {item.label} {said}: no statement makes it so", source)
    return left
