"""Calls of functions by a name that several have: equal texts may call different ones, each what suited best when it
was read (`f(anyelement)`, before there was `f(int)`)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from attrs import evolve

from pgnorm.catalog.cast_functions import names, signature
from pgnorm.catalog.model import Catalog, Edge, Object, ObjectId, own_fields
from pgnorm.catalog.model.facets import Routine, Watches

from .difference import CALLS, Difference, changes, deparsed
from .settling import Reload
from .slices import slice_of

Functions: TypeAlias = set[ObjectId]
Stale: TypeAlias = tuple[tuple[ObjectId, tuple[ObjectId, ObjectId] | None], ...]
"""Objects, each with the function that it calls and the one that its text calls where it is read anew; None where that
can't be read."""


def with_other_calls(
    found: Sequence[Difference], views: tuple[Catalog, Catalog], old: Catalog, new: Catalog
) -> tuple[Difference, ...]:
    """The differences of two views with what calls another function of a name than before, which is there still.

    `old` and `new` are the two sides as they were read.
    """
    rebound = dict.fromkeys(_rebound(views, old, new))
    if not rebound:
        return tuple(found)
    known = {each.item.id: each for each in found}
    for name in rebound:
        before, after = _returning(views[0].objects[name], old.objects[name]), views[1].objects[name]
        known[name] = Difference(before, after, changes(before, after) | {CALLS})
    return tuple(known.values())


def _returning(item: Object, read: Object) -> Object:
    """An object that a dump has made anew, as it was read but for its text: what it calls may return another type."""
    fields = {field.name for field in own_fields(type(read)) if not field.deparsed}
    return item.evolve(**{name: getattr(read, name) for name in changes(item, read) & fields})


def as_read_anew(found: Sequence[Difference], new: Catalog, reload: Reload) -> tuple[tuple[Difference, ...], Stale]:
    """The differences but for calls that no statement makes, and what has these."""
    rebound = [each.item.id for each in found if CALLS in each.changed]
    if not rebound:
        return tuple(found), ()
    called = {(each.schema, each.name) for name in rebound for each in calls(new, name)}
    suiting = [
        name for name, item in new.objects.items() if isinstance(item, Routine) and (name.schema, name.name) in called
    ]
    deciding = (name for name, item in new.objects.items() if item.bystander and not isinstance(item, Watches))
    part = slice_of(new, (*rebound, *suiting, *deciding))
    ahead = (
        Edge(name, other) for name in rebound for other in suiting if name not in (other, *new.needs.get(other, ()))
    )
    meant = reload(evolve(part, edges=tuple(dict.fromkeys((*part.edges, *ahead)))))
    if meant is None:
        stale: Stale = tuple((name, None) for name in rebound)
    else:
        read = ((name, other_calls(calls(new, name), calls(meant, name))) for name in rebound)
        stale = tuple((name, pair if pair[1] in new.objects else None) for name, pairs in read for pair in pairs)
    unmade = {name for name, _ in stale}
    left = (evolve(each, changed=each.changed - {CALLS}) if each.item.id in unmade else each for each in found)
    return tuple(each for each in left if each.old is None or each.new is None or each.changed), stale


def calls(catalog: Catalog, name: ObjectId) -> Functions:
    """The functions that the text of an object names."""
    item = catalog.objects.get(name)
    if item is None:
        return set()
    used = (each for each in catalog.needs.get(name, ()) if isinstance(catalog.objects[each], Routine))
    return {each for each in used if signature(each) not in item.cast_functions or names(item, each)}


def other_calls(before: Functions, after: Functions) -> Iterator[tuple[ObjectId, ObjectId]]:
    """Each function that is called before and not after, with each of its name that is called instead."""
    found = sorted(after - before)
    for one in sorted(before - after):
        yield from ((one, other) for other in found if (one.schema, one.name) == (other.schema, other.name))


def _rebound(views: tuple[Catalog, Catalog], old: Catalog, new: Catalog) -> Iterator[ObjectId]:
    """Objects of both views that call one function of a name on the one side and another on the other, where no drop
    of the one has it made anew."""
    there = Counter((name.schema, name.name) for name, item in views[1].objects.items() if isinstance(item, Routine))
    if not any(number > 1 for number in there.values()):
        return
    choice = {name for name in views[1].objects if there.get((name.schema, name.name), 0) > 1}
    users: list[dict[ObjectId, Functions]] = [{}, {}]
    for catalog, used in zip((old, new), users, strict=True):
        for edge in catalog.edges:
            if edge.referenced in choice:
                used.setdefault(edge.dependent, set()).add(edge.referenced)
    for name, before in users[0].items():
        item = views[1].objects.get(name)
        if item is None or name not in views[0].objects or users[1].get(name) in (None, before) or not deparsed(item):
            continue
        for one, other in other_calls(calls(old, name), calls(new, name)):
            if one in choice and other in choice and one in views[0].objects:
                yield name
