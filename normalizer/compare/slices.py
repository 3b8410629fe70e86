"""The part of a catalog that is enough to load some of its objects."""

from collections.abc import Iterable, Iterator

from attrs import evolve

from pgnorm.catalog.model import Catalog, ObjectId

from .difference import parts_below


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
        waiting.extend(part.id for part in catalog.parts.get(name, ()) if part.embedded)
        if item.parent is not None:
            waiting.append(item.parent)
        waiting.extend(item.ties or ())
        waiting.extend(lead.leader for lead in item.leads)
    objects = {name: item for name, item in catalog.objects.items() if name in taken}
    edges = tuple(edge for edge in catalog.edges if edge.dependent in taken and edge.referenced in taken)
    return evolve(catalog, objects=objects, edges=edges)


def slices(old: Catalog, new: Catalog, names: Iterable[ObjectId]) -> tuple[Catalog, Catalog]:
    """The part of each of two catalogs that says what becomes of the objects of these names: these, what depends on
    them and what goes with them on either side, and all that any of it needs. Both parts are of the same names."""
    taken = {*names, *_granting(old), *_granting(new)}
    for catalog in (old, new):
        taken |= _above(catalog, taken)
    while True:
        parts = slice_of(old, taken), slice_of(new, taken)
        grown = taken.union(*(part.objects for part in parts), *map(_tied, (old, new), parts))
        if grown == taken:
            return parts
        taken = grown


def _tied(catalog: Catalog, part: Catalog) -> set[ObjectId]:
    """What ties the objects in a part of a catalog to others, and all that belongs to either end: one has it from the
    other."""
    ties = [item for name in part.objects for item in catalog.parts.get(name, ()) if item.ties is not None]
    ends = {end for tie in ties for end in tie.ties or ()}
    return {item.id for end in ends for item in parts_below(catalog, end)}.union(tie.id for tie in ties)


def _granting(catalog: Catalog) -> Iterator[ObjectId]:
    """What decides on the privileges of new objects."""
    return (name for name, item in catalog.objects.items() if item.default_grants)


def _above(catalog: Catalog, names: Iterable[ObjectId]) -> set[ObjectId]:
    """What depends on objects of these names, or has its like there, and so on."""
    led: dict[ObjectId, list[ObjectId]] = {}
    for name, item in catalog.objects.items():
        for lead in item.leads:
            led.setdefault(lead.leader, []).append(name)
    found: set[ObjectId] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(catalog.needed_by.get(name, ()))
            waiting.extend(led.get(name, ()))
    return found
