"""Needs of a plan's objects that no statement of a plan makes: they came by a call, or lie where the platform rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pgnorm.catalog.model import Catalog, Object

from .compare.difference import Difference
from .compare.ownership import Ownership, root_of
from .load.data_statements import DataStatement
from .side import Side


def unmade(found: Iterable[Difference], start: Side, goal: Side, ownership: Ownership) -> str | None:
    """Message on what the plan lacks: how it came to the new side, and the way out; None where nothing is lacking."""
    missing = dict.fromkeys(_missing(found, start.catalog, goal.catalog, ownership))
    # A schema comes with what is in it.
    carried = {root_of(goal.catalog, name) for item in missing for name in goal.catalog.needs.get(item.id, ())}
    calls = [each for each in goal.data if each.call]
    said = [_origin(item, calls) for item in missing if item.id not in carried]
    return f"{'; '.join(said)}. Put that into a migration by hand first." if said else None


def _missing(found: Iterable[Difference], start: Catalog, goal: Catalog, ownership: Ownership) -> Iterator[Object]:
    for each in found:
        for name in goal.needs.get(each.item.id, ()) if each.new is not None else ():
            root = root_of(goal, name)
            if root is not None and root not in start.objects and not ownership.owns(goal.objects[root]):
                yield goal.objects[root]


def _origin(item: Object, calls: list[DataStatement]) -> str:
    likely = [each for each in calls if each.names(item.name)] or calls
    if not likely:
        return f"{item.kind} {item.label} lies in a schema of the platform, where a plan makes nothing"
    by = " or ".join(f"{each.target} ({each.place})" for each in likely)
    return f"{item.kind} {item.label} is made by a call of {by}, not by a statement, so that no plan makes it"
