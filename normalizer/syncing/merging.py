"""Three catalogs merged: the files', with what another source has changed since both were one."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from attrs import evolve

from pgnorm.catalog.model import Catalog, Object, ObjectId, Target, Value, own_fields

from ..compare.called import wholes
from ..compare.difference import NEVER, SATELLITES, Difference, changes
from ..compare.parent_order import ORDER
from .conflicts import FIELDS, Choice, Conflict

Decide: TypeAlias = Callable[[Conflict], Choice | None]
"""Takes a conflict, and answers with the side that counts, None to leave it a conflict."""


class Merged(Value):
    """The catalog that the files are to make, and what stands in its way."""

    catalog: Catalog
    conflicts: tuple[Conflict, ...]
    decided: tuple[tuple[Conflict, Choice], ...] = ()
    """The conflicts that are no more, and the side that counts."""


def merge(
    ours: Catalog,
    theirs: Catalog,
    of_ours: Sequence[Difference],
    of_theirs: Sequence[Difference],
    decide: Decide = lambda _: None,
) -> Merged:
    """The catalog of the files with what `of_theirs` says that the source changed; `of_ours` is what the files did."""
    known = {each.item.id: each for each in of_ours}
    merging = _Merging(ours, theirs, decide)
    # What is decided of a whole goes for its parts.
    for each in sorted(of_theirs, key=lambda each: len(wholes(each.item.id, theirs, ours))):
        merging.take(each, known.get(each.item.id))
    return merging.end()


class _Merging:
    def __init__(self, ours: Catalog, theirs: Catalog, decide: Decide) -> None:
        self.ours = ours
        self.theirs = theirs
        self.decide = decide
        self.target = Target(major=ours.major, role=ours.role)
        self.objects = dict(ours.objects)
        self.conflicts: list[Conflict] = []
        self.decided: list[tuple[Conflict, Choice]] = []
        self._chosen: dict[ObjectId, Choice] = {}
        """Objects that are, with all that belongs to them, as one side has them."""

    def take(self, theirs: Difference, ours: Difference | None) -> None:
        """Take a change of the source, where nothing keeps it from being taken."""
        name = theirs.item.id
        if any(each.id in self._chosen for each in self._within(name)):
            return
        here = self.objects.get(name)
        conflict = self._conflict(theirs, ours, here)
        choice = "theirs" if conflict is None else self._choice(conflict)
        derived = [each.id for each in self._parts(name) if each.placement.derived]
        if conflict is not None and choice is not None:
            # The columns of a view are what the view that counts makes.
            self._chosen |= dict.fromkeys(derived, choice)
        if conflict is not None and choice is not None and (here is None or theirs.new is None):
            self._chosen[name] = choice
        elif choice == "theirs" and theirs.new is None:
            self.objects.pop(name, None)
        elif choice == "theirs":
            self.objects[name] = _taken(here, theirs, alone=ours is None)
        elif choice == "ours" and conflict is not None:
            rest = theirs.changed - conflict.changed
            # So are they with the query that counts, and one side's don't go with the other's.
            if rest := rest.intersection(SATELLITES) if derived else rest:
                self.objects[name] = _taken(here, evolve(theirs, changed=rest), alone=False)

    def end(self) -> Merged:
        """The catalog with all that is chosen as a whole; of what is left of a whole that is gone, it is asked."""
        count = -1
        while count < len(self._chosen):
            count = len(self._chosen)
            for name, choice in self._chosen.items():
                self._put(name, self.ours if choice == "ours" else self.theirs)
            self._see_to_orphans()
        edges = dict.fromkeys((*self.ours.edges, *self.theirs.edges))
        kept = tuple(edge for edge in edges if edge.dependent in self.objects and edge.referenced in self.objects)
        catalog = evolve(self.ours, objects=self.objects, edges=kept)
        return Merged(catalog=catalog, conflicts=tuple(self.conflicts), decided=tuple(self.decided))

    def _see_to_orphans(self) -> None:
        """Decide on objects that one side has made or kept, and whose whole the other has dropped."""
        known = {each.item.id for each in self.conflicts}
        for name, item in self.objects.items():
            whole = item.parent
            gone = [each.id for each in self._within(name)[1:] if each.id not in self.objects]
            if whole not in gone or name in known or any(each in self._chosen for each in gone):
                continue
            found = Conflict(
                item=item, ours=self.ours.objects.get(name), theirs=self.theirs.objects.get(name), target=self.target
            )
            if (choice := self._choice(found)) is not None:
                self._chosen[gone[-1]] = choice

    def _choice(self, conflict: Conflict) -> Choice | None:
        conflict = conflict.evolve(within=self._within(conflict.item.id))
        choice = self.decide(conflict)
        if choice is None:
            self.conflicts.append(conflict)
        else:
            self.decided.append((conflict, choice))
        return choice

    def _conflict(self, theirs: Difference, ours: Difference | None, here: Object | None) -> Conflict | None:
        """The reason why a change of the source is not taken, None where nothing does."""
        if ours is None or (theirs.new is None and here is None):
            return None
        if theirs.new is None or here is None:
            return Conflict(item=theirs.item, ours=here, theirs=theirs.new, target=self.target)
        both = changes(here, theirs.new)
        if theirs.old is not None and ours.old is not None:
            both &= theirs.changed & ours.changed
        return (
            Conflict(item=theirs.new, ours=here, theirs=theirs.new, target=self.target, changed=both) if both else None
        )

    def _within(self, name: ObjectId) -> tuple[Object, ...]:
        return wholes(name, self.ours, self.theirs)

    def _parts(self, name: ObjectId) -> Iterator[Object]:
        """The parts of an object on both sides."""
        yield from self.ours.parts.get(name, ())
        yield from self.theirs.parts.get(name, ())

    def _put(self, name: ObjectId, side: Catalog) -> None:
        """Make an object and all that belongs to it what a side has."""
        for each in (*_below(name, self.ours), *_below(name, self.theirs)):
            self.objects.pop(each, None)
        self.objects |= {each: side.objects[each] for each in _below(name, side) if each in side.objects}


def _below(name: ObjectId, catalog: Catalog) -> Iterator[ObjectId]:
    """An object and all its parts."""
    yield name
    for part in catalog.parts.get(name, ()):
        yield from _below(part.id, catalog)


def _taken(here: Object | None, theirs: Difference, *, alone: bool) -> Object:
    """The object of the files with what the source has changed of it.

    If the source is `alone` in changing it, what is no difference by itself comes along: the order of a policy's roles.
    """
    assert theirs.new is not None
    if here is None or theirs.old is None:
        return theirs.new
    changed = {FIELDS.get(name, name) for name in theirs.changed - {ORDER}}
    if not alone:
        return here.evolve(**{name: getattr(theirs.new, name) for name in changed})
    own = {field.name for field in own_fields(type(here)) if field.change not in NEVER}
    return theirs.new.evolve(**{name: getattr(here, name) for name in own.union(FIELDS.values()) - changed})
