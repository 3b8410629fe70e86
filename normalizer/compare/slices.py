"""The part of a catalog that is enough to load some of its objects, or to try on it what is done to them."""

from collections.abc import Iterable, Iterator

from attrs import evolve

from pgnorm.catalog.model import Catalog, ObjectId

from .difference import above, parts_below


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


def slices(
    old: Catalog, new: Catalog, names: Iterable[ObjectId], unnoticed: Iterable[ObjectId] = ()
) -> tuple[Catalog, Catalog]:
    """The part of each of two catalogs that says what becomes of the objects of these names, for better or worse: what
    they are a part of with all of its parts, what depends on any of that or is tied to it on either side, whatever has
    a say without it, and all that any of this needs. Both parts are of the same names.

    What is done to the `unnoticed` shows nowhere else: what depends on them may stay away.
    """
    families = {each for name in names for catalog in (old, new) for each in _family(catalog, name)}
    taken = families.union(unnoticed, _bystanders(old), _bystanders(new))
    for catalog in (old, new):
        taken |= _dependent(catalog, families)
    while True:
        parts = slice_of(old, taken), slice_of(new, taken)
        ends = {end for catalog, part in zip((old, new), parts, strict=True) for end in _ends(catalog, part)} - taken
        grown = taken.union(*(part.objects for part in parts), *(_dependent(catalog, ends) for catalog in (old, new)))
        calls = {(name.schema, name.name) for name in grown if _is_overloaded(name, old, new)}
        for catalog in (old, new):
            grown |= {name for name, item in catalog.objects.items() if item.overloaded and name[1:3] in calls}
        if grown == taken:
            return parts
        taken = grown


def _family(catalog: Catalog, name: ObjectId) -> Iterator[ObjectId]:
    """What an object belongs to in the end, and all that does."""
    item = catalog.objects.get(name)
    if item is not None:
        *_, root = name, *above(catalog, item)
        yield root
        yield from (part.id for part in parts_below(catalog, root))


def _bystanders(catalog: Catalog) -> Iterator[ObjectId]:
    return (name for name, item in catalog.objects.items() if item.bystander)


def _is_overloaded(name: ObjectId, *catalogs: Catalog) -> bool:
    return any(name in catalog.objects and catalog.objects[name].overloaded for catalog in catalogs)


def _ends(catalog: Catalog, part: Catalog) -> Iterator[ObjectId]:
    """What ties the objects in a part of a catalog to others, and all that belongs to either end: one has it from the
    other."""
    ties = [item for name in part.objects for item in catalog.parts.get(name, ()) if item.ties is not None]
    yield from (tie.id for tie in ties)
    for end in {end for tie in ties for end in tie.ties or ()}:
        yield from (item.id for item in parts_below(catalog, end))


def _dependent(catalog: Catalog, names: Iterable[ObjectId]) -> set[ObjectId]:
    """These, what depends on them or has its like there, and so on."""
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
            whole = catalog.objects[name].parent if name in catalog.objects else None
            if whole is not None and catalog.objects[name].embedded:
                waiting.append(whole)  # another table may use its rows' type
    return found
