"""The order of what new statements say and need, so that files load from their beginning to their end."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from attrs import field, frozen

from pgnorm.catalog.kinds.constraints import Constraint
from pgnorm.catalog.kinds.defaults import Default
from pgnorm.catalog.kinds.identities import Identity
from pgnorm.catalog.kinds.sequences import PlainSequence
from pgnorm.catalog.loops import topological
from pgnorm.catalog.model import Catalog, Object, ObjectId, Placement

from .placing import Placed, Places


@frozen(eq=False)
class Order:
    """Needs of the objects of `goal` for each other, and the statements of the files, which make those of `made`."""

    places: Places
    made: Catalog
    goal: Catalog
    apart: frozenset[ObjectId]
    """Parts that stand apart from what they belong to."""
    inline: bool
    """True if constraints and identities are written inside of CREATE TABLE."""
    _statements: dict[ObjectId, Placed | None] = field(factory=dict, init=False)

    def home(self, name: ObjectId) -> ObjectId:
        """The object in whose statement an object is said."""
        item = self.goal.objects.get(name) or self.made.objects.get(name)
        while item is not None and item.parent is not None and self._is_within(item):
            name = item.parent
            item = self.goal.objects.get(name) or self.made.objects.get(name)
        return name

    def _is_within(self, item: Object) -> bool:
        # A default that a dump has apart comes into its column as soon as that is there.
        is_inline = item.placement is Placement.INLINE
        within = item.placement.inseparable or (is_inline and item.id not in self.apart)
        return within or (isinstance(item, Default) and is_inline) or self._is_clause(item)

    def _is_clause(self, item: Object) -> bool:
        return self.inline and isinstance(item, Identity | Constraint)

    @cached_property
    def _needs(self) -> dict[ObjectId, dict[ObjectId, None]]:
        found: dict[ObjectId, dict[ObjectId, None]] = {}
        for edge in self.goal.edges:
            item = self.goal.objects.get(edge.dependent)
            # A sequence is made before its column, and becomes the column's own later.
            if isinstance(item, PlainSequence) and edge.referenced == item.parent:
                continue
            one, other = self.home(edge.dependent), self.home(edge.referenced)
            if one != other:
                found.setdefault(one, {})[other] = None
        return found

    @cached_property
    def _users(self) -> dict[ObjectId, dict[ObjectId, None]]:
        found: dict[ObjectId, dict[ObjectId, None]] = {}
        for one, needs in self._needs.items():
            for other in needs:
                found.setdefault(other, {})[one] = None
        return found

    def sorted(self, names: Sequence[ObjectId]) -> dict[ObjectId, int]:
        """The places of objects among each other, each behind what it needs where there is no loop."""
        homes = list(dict.fromkeys(map(self.home, names)))
        needs = {one: [other for other in self._needs.get(one, ()) if other in {*homes}] for one in homes}
        places = {name: at for at, name in enumerate(topological(homes, needs) or homes)}
        return {name: places[self.home(name)] for name in names}

    def needed(self, name: ObjectId) -> Iterator[ObjectId]:
        """The objects whose statements come before one that is about an object: that which makes it is one."""
        home = self.home(name)
        if home in self.made.objects:
            yield home
        yield from self._needs.get(home, ())

    def users(self, name: ObjectId) -> Iterator[ObjectId]:
        """The objects of the files that need one that is new, by way of others that are new."""
        left, seen = [self.home(name)], {self.home(name)}
        while left:
            for each in self._users.get(left.pop(), ()):
                if each in self.made.objects:
                    yield each
                elif each not in seen:
                    seen.add(each)
                    left.append(each)

    def looks_ahead(self, name: ObjectId) -> bool:
        """True if what a part needs is made behind the statement that the part would come into."""
        here = self.statement(self.home(name))
        needs = (self.home(edge.referenced) for edge in self.goal.edges if edge.dependent == name)
        found = [placed for each in needs if (placed := self.statement(each)) is not None]
        number = self.places.number
        return here is not None and any(number(each) > number(here) for each in found)

    def statement(self, name: ObjectId) -> Placed | None:
        """The statement of the files that makes an object, None where several or none do."""
        if name not in self._statements:
            item = self.made.objects.get(name)
            found = self.places.making(item) if item is not None else ()
            self._statements[name] = found[0] if len(found) == 1 else None
        return self._statements[name]
