"""Calls by equal texts, as a plan can make them: what it can't make, people are told of."""

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
    for each in stale:
        item = catalog.objects[each.name]
        said = f"calls {each.called}, while its text means {each.means} by now"
        if not each.called:
            said = "calls another function of one name than on the other side, and its text can't be read anew"
        sides.workspace.telling("warning", f"{item.kind} {item.label} {said}: no statement makes it so", source)
    return left
