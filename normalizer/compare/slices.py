"""The part of a catalog that is enough to load some of its objects."""

from collections.abc import Iterable

from attrs import evolve

from pgnorm.catalog.model import Catalog, ObjectId


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
    objects = {name: item for name, item in catalog.objects.items() if name in taken}
    edges = tuple(edge for edge in catalog.edges if edge.dependent in taken and edge.referenced in taken)
    return evolve(catalog, objects=objects, edges=edges)
