"""The part of a catalog that is enough to load some of its objects, or to try on it what is done to them."""

from collections.abc import Collection, Iterable, Iterator

from attrs import evolve

from pgnorm.catalog.model import Catalog, ObjectId

from .difference import outermost, parts_below


def slice_of(catalog: Catalog, names: Iterable[ObjectId]) -> Catalog:
    """The objects of these names and all that they need: the whole of each part, and the columns of each table."""
    taken: set[ObjectId] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        item = catalog.objects.get(name)
        if item is None or name in taken:
            continue
        taken.add(name)
        waiting.extend(catalog.needs.get(name, ()))
        waiting.extend(part.id for part in catalog.parts.get(name, ()) if part.placement.inside)
        if item.parent is not None:
            waiting.append(item.parent)
        waiting.extend(item.ties or ())
        waiting.extend(lead.leader for lead in item.leads)
    objects = {name: item for name, item in catalog.objects.items() if name in taken}
    edges = tuple(edge for edge in catalog.edges if edge.dependent in taken and edge.referenced in taken)
    return evolve(catalog, objects=objects, edges=edges)


def slices(
    old: Catalog, new: Catalog, names: Iterable[ObjectId], unnoticed: Iterable[ObjectId] = ()
) -> tuple[Catalog, Catalog]:
    """The part of each of two catalogs that says what becomes of the objects of these names, for better or worse: what
    they are a part of with all of its parts, what depends on any of that or is tied to it on either side, whatever has
    a say without it, and all that any of this needs. Both parts are of the same names.

    What is done to the `unnoticed` shows nowhere else: what depends on them may stay away.
    """
    sides = _Side(old), _Side(new)
    families = {each for name in names for side in sides for each in side.family(name)}
    taken = families.union(unnoticed)
    for side in sides:
        taken |= {*side.bystanders(), *side.disturbed(families)}
    while True:
        parts = slice_of(old, taken), slice_of(new, taken)
        ends = {end for side, part in zip(sides, parts, strict=True) for end in side.tied(part)} - taken
        grown = taken.union(*(part.objects for part in parts), *(side.disturbed(ends) for side in sides))
        calls = {call for side in sides for call in side.calls(grown)}
        for side in sides:
            grown |= side.called(calls)
        if grown == taken:
            return parts
        taken = grown


class _Side:
    """One of the two catalogs, and what leads from its objects to others."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.followers: dict[ObjectId, list[ObjectId]] = {}
        """Followers of each leader, their like on the other end of a tie: what is done to it is done to them."""
        for name, item in catalog.objects.items():
            for lead in item.leads:
                self.followers.setdefault(lead.leader, []).append(name)

    def family(self, name: ObjectId) -> Iterator[ObjectId]:
        """The outermost whole that an object belongs to, and all that belongs to that."""
        if name in self.catalog.objects:
            whole = outermost(self.catalog, name)
            yield whole
            yield from (part.id for part in parts_below(self.catalog, whole))

    def bystanders(self) -> Iterator[ObjectId]:
        """Objects that have a say in statements about others."""
        return (name for name, item in self.catalog.objects.items() if item.bystander)

    def disturbed(self, names: Iterable[ObjectId]) -> set[ObjectId]:
        """These, with what depends on them or follows them, and what depends on or follows that."""
        found: set[ObjectId] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found.add(name)
            waiting.extend(self.catalog.needed_by.get(name, ()))
            waiting.extend(self.followers.get(name, ()))
            item = self.catalog.objects.get(name)
            if item is not None and item.placement.inside and item.parent is not None:
                waiting.append(item.parent)  # another table may use its rows' type
        return found

    def tied(self, part: Catalog) -> Iterator[ObjectId]:
        """Ties of the objects in a part of the catalog to others, and all that belongs to either end: one has it from
        the other."""
        ties = [item for name in part.objects for item in self.catalog.parts.get(name, ()) if item.ties is not None]
        yield from (tie.id for tie in ties)
        for end in {end for tie in ties for end in tie.ties or ()}:
            yield from (item.id for item in parts_below(self.catalog, end))

    def calls(self, names: Iterable[ObjectId]) -> Iterator[tuple[str, str]]:
        """(schema, name) of those among which a call chooses by its arguments."""
        return ((name.schema, name.name) for name in names if self._overloaded(name))

    def called(self, calls: Collection[tuple[str, str]]) -> set[ObjectId]:
        """All of those names."""
        return {name for name in self.catalog.objects if self._overloaded(name) and (name.schema, name.name) in calls}

    def _overloaded(self, name: ObjectId) -> bool:
        return name in self.catalog.objects and self.catalog.objects[name].overloaded
