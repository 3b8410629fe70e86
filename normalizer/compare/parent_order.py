"""The order in which a table inherits from others, which only inheriting anew can change."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from pgnorm.catalog.model import Catalog, ObjectId

ORDER: Final = "order"
"""Word in `Difference.changed` for a tie that must be made anew for its place alone."""
Holds = Callable[[ObjectId], bool]


def misplaced(old: Catalog, new: Catalog, holds: Holds) -> Iterator[ObjectId]:
    """Ties that hold but must be made anew for a table to inherit in the order of the new catalog.

    None of a table where that would make a part its own that is only inherited: nothing takes that back.
    """
    before = ties_in_order(old)
    for led, wanted in ties_in_order(new).items():
        held = [tie for tie in before.get(led, ()) if holds(tie)]
        if wanted == [*held, *(tie for tie in wanted if tie not in held)]:
            continue
        right = next(place for place, tie in enumerate(wanted) if place == len(held) or tie != held[place])
        if not any(_becomes_own(old, new, holds, led, frozenset(held[right:]))):
            yield from held[right:]


def ties_in_order(catalog: Catalog) -> Mapping[ObjectId, list[ObjectId]]:
    """Ties of each object to those that lead it, in order."""
    found: dict[ObjectId, list[ObjectId]] = {}
    for item in catalog.objects.values():
        if item.ties is not None:
            found.setdefault(item.ties[0], []).append(item.id)
    return found


def _becomes_own(old: Catalog, new: Catalog, holds: Holds, led: ObjectId, cut: frozenset[ObjectId]) -> Iterator[bool]:
    """For each part, whether it is only inherited on both sides, and by no tie that holds but those that are cut."""
    for part in old.parts.get(led, ()):
        after = new.objects.get(part.id)
        if after is not None and part.goes_along and after.goes_along:
            holding = [lead.tie for lead in part.leads if holds(lead.tie)]
            yield bool(holding) and cut.issuperset(holding)
