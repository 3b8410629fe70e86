"""Evaluation on rows of code whose needs nobody records: it comes after all that the code may read."""

from collections.abc import Iterator
from functools import cached_property

from pgnorm.catalog.model import Catalog, Object, ObjectId, OnRows, Placement
from pgnorm.catalog.model.facets import Routine
from pgnorm.catalog.model.row_facets import Filled, HoldsRows
from pgnorm.catalog.priority import Priority

from ..compare.difference import above, parts_below
from .alterations import on_creation
from .changes import Decisions
from .storage import holders


class Evaluation:
    """Tells where in a plan that belongs, for each new object that `decided` is about. What is in `last` has failed
    elsewhere."""

    def __init__(self, old: Catalog, new: Catalog, decided: Decisions, last: frozenset[ObjectId] = frozenset()) -> None:
        self.old = old
        self.new = new
        self.decided = decided
        self.last = last

    def rank(self, item: Object) -> int:
        """The priority with which a new object is created or altered: behind all tables and columns, or its own."""
        return max(item.priority, self._late_ranks.get(item.id, 0))

    @cached_property
    def _late_ranks(self) -> dict[ObjectId, int]:
        """The ranks of what comes late, and of all that needs that: nothing is to draw it forwards."""
        found: dict[ObjectId, int] = {}
        decided = self.decided
        for name in (*decided.created, *decided.replaced, *decided.altered, *decided.rebound):
            if self._late(self.new.objects[name]):
                rank = Priority.POST_DATA_BOUNDARY if name in self.last else Priority.PRE_DATA_BOUNDARY
                waiting = [name]
                while waiting:
                    one = waiting.pop()
                    if found.get(one, 0) < rank:
                        found[one] = rank
                        waiting += self._users(one)
        return found

    def _users(self, name: ObjectId) -> Iterator[ObjectId]:
        yield from self.new.needed_by.get(name, ())
        if self.decided.fresh(name):
            yield from (part.id for part in self.new.parts.get(name, ()))
        parent = self.new.objects[name].parent
        if parent is not None and self.decided.fresh(parent):
            yield parent

    def tables(self, item: Object) -> frozenset[ObjectId]:
        """Tables that are there and on whose rows creating or altering a new object evaluates such code."""
        if isinstance(item, Filled) and item.finish and self.decided.fresh(item.id):
            return frozenset(filter(self._has_rows, self._reached(item.id))) if self._calls(item.id) else frozenset()
        if not self._is_added(item) or not self._calls(item.id):
            return frozenset()
        if not item.placement.inside and OnRows.MAY_FAIL not in on_creation(item, self.decided.target):
            return frozenset()
        *_, whole = above(self.new, item)
        users = (user.parent for user, _ in holders(self.old, whole))
        found = {whole, *filter(None, users)}
        return frozenset(filter(self._has_rows, found))

    def _has_rows(self, name: ObjectId) -> bool:
        columns = any(part.placement is Placement.EMBEDDED for part in self.old.parts.get(name, ()))
        return columns or isinstance(self.old.objects.get(name), HoldsRows)

    def _late(self, item: Object) -> bool:
        if isinstance(item, Filled) and item.finish and self.decided.fresh(item.id):
            return True
        # An UPDATE fires triggers.
        return self._is_added(item) and (self.decided.fills(item.id) or self._calls(item.id))

    def _is_added(self, item: Object) -> bool:
        """True if it is, or becomes, a part of what is there."""
        return item.parent is not None and not self.decided.fresh(item.parent) and not item.placement.derived

    def _calls(self, name: ObjectId) -> bool:
        """True if it needs, be it by way of others, a routine with an opaque body."""
        return any(isinstance(self.new.objects.get(one), Routine) for one in self._reached(name))

    def _reached(self, name: ObjectId) -> Iterator[ObjectId]:
        """A new object with its parts and all that they need, its own whole apart."""
        waiting = [name, *(part.id for part in parts_below(self.new, name))]
        seen = {self.new.objects[name].parent, *waiting}
        while waiting:
            one = waiting.pop()
            yield one
            # A domain's checks are parts of it; a table's parts are nothing that its rows' type evaluates.
            parts = (part.id for part in self.new.parts.get(one, ()) if part.placement is Placement.INLINE)
            found = {*self.new.needs.get(one, ()), *parts} - seen
            seen |= found
            waiting += found
