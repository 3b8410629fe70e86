"""Decisions on every object of two catalogs: what is created, dropped, altered, or dropped and created again."""

from attrs import define, field

from pgnorm.catalog.model import Object, ObjectId, OnRows, Placement, Target
from pgnorm.catalog.model.row_facets import Counting

from ..compare.difference import Difference
from .alterations import altering, on_rows


@define
class Decisions:
    """Decisions on every object of two catalogs. What is in none of the sets stays as it is."""

    target: Target
    """The server in which the plan will run."""
    created: set[ObjectId] = field(factory=set)
    dropped: set[ObjectId] = field(factory=set)
    altered: dict[ObjectId, Difference] = field(factory=dict)
    replaced: set[ObjectId] = field(factory=set)
    """In both catalogs, but dropped and created again."""
    rebound: set[ObjectId] = field(factory=set)
    """Moved from a replaced type to its successor."""
    emptied: set[ObjectId] = field(factory=set)
    """Altered ones that call what goes, and must not do so by their new text: `g(1)` while there are `g(int)` and its
    successor `g(int, int DEFAULT 1)`."""
    set_aside: set[ObjectId] = field(factory=set)
    """Objects that leave and are renamed first: what stays uses them till it has moved, or their rows are kept."""

    @property
    def refilled(self) -> frozenset[ObjectId]:
        """Objects set aside whose successors are the same, and get their rows where they have any."""
        return frozenset(filter(self.fresh, self.set_aside))

    def gone(self, item: ObjectId) -> bool:
        """True if the old object is dropped."""
        return item in self.dropped or item in self.replaced

    def fills(self, item: ObjectId) -> bool:
        """True if altering it gives rows a default, which must be there by then."""
        difference = self.altered.get(item)
        if difference is None or difference.old is None or difference.new is None:
            return False
        return OnRows.FILLS in on_rows(altering(difference.old, difference.new, difference.own, self.target))

    def alters(self, item: ObjectId) -> bool:
        """True if something is done to the object, which stays."""
        return item in self.altered or item in self.rebound

    def fresh(self, item: ObjectId) -> bool:
        """True if the new object is created."""
        return item in self.created or item in self.replaced


def set_with(item: Object) -> bool:
    """True if it can be set while the column that it is a part of is altered: what is inline, and a default that is
    set apart since its column is inherited."""
    return item.placement is Placement.INLINE or (item.placement is Placement.JOINED and not isinstance(item, Counting))
