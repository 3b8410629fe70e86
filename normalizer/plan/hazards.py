"""Hazards of a plan that existing rows bring about: statements that they make fail, and losses of them."""

from collections.abc import Sequence

from pgnorm.catalog.model import Catalog, Changed, Object, ObjectId, OnRows, Statement
from pgnorm.catalog.model.row_facets import Demanding
from pgnorm.catalog.model.tie_facets import Undroppable
from pgnorm.catalog.model.type_facets import HoldsType, retypes

from ..compare.difference import Difference, changes
from .alterations import on_creation, on_rows, possible
from .changes import Decisions
from .refilling import rows_moved
from .storage import holders, is_of_columns


class Hazards:
    """Tells which of the actions that `decided` asks for have rows to pass, and which lose some."""

    def __init__(self, old: Catalog, new: Catalog, decided: Decisions, found: Sequence[Difference]) -> None:
        self.old = old
        self.new = new
        self.decided = decided
        self.unlike = frozenset(each.item.id for each in found if each.old is None or each.own)
        """Objects that are new or whose own attributes differ: the rest is at most dropped and made again."""
        self.changed = self.unlike | decided.rebound
        """The same, and what gets another type of the same name."""
        both = ((each.old, each.new, each) for each in found)
        self.retyped = decided.rebound.union(
            old.id for old, new, each in both if old is not None and new is not None and retypes(old, new, each.own)
        )
        """Objects whose values get another type."""
        gone = (each.old for each in found if each.old is not None and each.new is None)
        lost = (item for item in gone if isinstance(item, Undroppable))
        self.narrowed = frozenset(name for item in lost for name in item.also_needs)
        """Objects that have lost a part for good: the index of a partitioned table that a partition leaves."""

    def felt(self, statement: Statement, old: Object, new: Object) -> Statement:
        """A statement that alters an object, with what it does to the rows that there can be."""
        found = statement.on_rows
        if OnRows.LOSES in found and not self.loses_data(old, found):
            found &= ~OnRows.LOSES
        if OnRows.FILLS in found and self.fill_refusable(new):
            found |= OnRows.MAY_FAIL
        if statement.on_rows == OnRows.MAY_FAIL and self._met(new):
            found = OnRows.NOTHING
        return statement.evolve(on_rows=found)

    def felt_by_new(self, statement: Statement, item: Object) -> Statement:
        """The same for one of those that create `item`, or complete what came with another."""
        found = statement.on_rows & ~OnRows.LOSES
        if OnRows.MAY_FAIL in found and not self._refusable(item, statement.rows_of):
            found &= ~OnRows.MAY_FAIL
        return statement.evolve(on_rows=found)

    def _refusable(self, item: Object, rows_of: tuple[ObjectId, ...]) -> bool:
        refusers = rows_of or filter(None, [item.parent])
        if all(map(self.decided.fresh, refusers)) or not (item.id in self.unlike or self._fits_less(item)):
            return False
        if self._met(item):
            return False
        needed = (self.new.objects[name] for name in self.new.needs.get(item.id, ()))
        used = [part for part in needed if part.placement.inside and part.parent == item.parent]
        # A column that is new and has no default is NULL in every row, which nothing refuses but NOT NULL.
        return not used or any(not self.decided.fresh(part.id) or self.new.parts.get(part.id) for part in used)

    def _met(self, item: Object) -> bool:
        """True if something that was there demanded the same of rows: a foreign key with another action, a CHECK."""
        if not isinstance(item, Demanding) or item.parent is None:
            return False
        return any(
            isinstance(part, Demanding) and part.demand == item.demand != "" and not self._moved(part)
            for part in self.old.parts.get(item.parent, ())
        )

    def _moved(self, item: Object) -> bool:
        """True if values that it is about get another type, or go."""
        used = map(self.old.objects.__getitem__, self.old.needs.get(item.id, ()))
        return any(each.id in self.retyped or (self.decided.gone(each.id) and not each.disposable) for each in used)

    def fill_refusable(self, item: Object) -> bool:
        """True if something else that rows must fit can make it fail to give them a default: a key, a CHECK."""
        users = (self.new.objects[name] for name in self.new.needed_by.get(item.id, ()))
        same = (user for user in users if user.parent == item.parent)
        return any(OnRows.MAY_FAIL in on_creation(user, self.decided.target) for user in same)

    def _fits_less(self, item: Object) -> bool:
        """True if rows that fitted it before it was made anew may not do so any more."""
        return self._tied_otherwise(item) or not self.narrowed.isdisjoint(self.new.needs.get(item.id, ()))

    def _tied_otherwise(self, item: Object) -> bool:
        """True if a tie holds by another key, or by columns that now have another type: rows may fall elsewhere."""
        if item.ties is None:
            return False
        whole = self.new.parts.get(item.ties[1], ())
        return item.ties[1] in self.changed or any(
            isinstance(part, HoldsType) and part.retyped_with_parent and part.id in self.changed for part in whole
        )

    def loses_with(self, item: Object) -> bool:
        """True if something is lost as an old object is dropped that its successor does not get."""
        if item.id in self.decided.set_aside and self.decided.fresh(item.id):
            new = self.new.objects[item.id]
            gone = (part for part in self.old.parts.get(item.id, ()) if part.id in self.decided.dropped)
            some_gone = any(not part.disposable for part in gone)
            statements = possible(item, new, Changed(changes(item, new)), self.decided.target)
            return some_gone or self.loses_data(item, on_rows(statements))
        values_moved = item.id in self.decided.set_aside and is_of_columns(item)
        return not (item.disposable or values_moved or rows_moved(self.old, item.id, self.decided))

    def loses_data(self, old: Object, found: OnRows) -> bool:
        """True if what is stored loses something; a type's values are where it is used, or nowhere."""
        return OnRows.LOSES in found and (not old.stands_aside or any(holders(self.old, old.id)))
