"""Calls by equal texts: of several functions or operators of a name each text has the one that suited best when it was
read (`f(anyelement)`, before there was `f(int)`), and by a cast it calls the function that this had then."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple, TypeAlias

from attrs import evolve

from pgnorm.catalog.cast_functions import names, signature
from pgnorm.catalog.model import Catalog, Edge, Object, ObjectId, own_fields
from pgnorm.catalog.model.facets import Converts, Watches
from pgnorm.catalog.quoting import plain

from .difference import CALLS, CASTS, OPERATORS, Difference, changes, deparsed
from .overloads import alike, several
from .settling import Reload
from .slices import slice_of

Called: TypeAlias = set[ObjectId]


class Stale(NamedTuple):
    """An object that calls what its text means no more."""

    name: ObjectId
    called: str
    """In words, as what it `means`: empty where its text can't be read anew."""
    means: str
    unmade: str = CALLS
    """The change that no statement makes."""


def with_other_calls(
    found: Sequence[Difference], views: tuple[Catalog, Catalog], old: Catalog, new: Catalog
) -> tuple[Difference, ...]:
    """The differences of two views with what calls another one of a name than before, which is there still.

    `old` and `new` are the two sides as they were read.
    """
    rebound = dict.fromkeys(_rebound(views, old, new))
    if not rebound:
        return tuple(found)
    known = {each.item.id: each for each in found}
    for name in rebound:
        before, after = _returning(views[0].objects[name], old.objects[name]), views[1].objects[name]
        left = changes(before, after) - ({OPERATORS} if _names(before) == _names(after) else set())
        known[name] = Difference(before, after, left | {CALLS})
    return tuple(known.values())


def _names(item: Object) -> set[tuple[str, str]]:
    """(schema, name) of the operators that an object tells beside its text."""
    return {(schema, signed.partition("(")[0]) for schema, signed in item.operators_used}


def _returning(item: Object, read: Object) -> Object:
    """An object that a dump has made anew, as it was read but for its text: what it calls may return another type."""
    fields = {field.name for field in own_fields(type(read)) if not field.deparsed}
    return item.evolve(**{name: getattr(read, name) for name in changes(item, read) & fields})


def as_read_anew(
    found: Sequence[Difference], new: Catalog, reload: Reload
) -> tuple[tuple[Difference, ...], tuple[Stale, ...]]:
    """The differences but for calls that no statement makes, and what has these."""
    rebound = [each.item.id for each in found if CALLS in each.changed]
    by_cast = [each.item.id for each in found if CASTS in each.changed and not each.changed & deparsed(each.item)]
    if not (rebound or by_cast):
        return tuple(found), ()
    meant = reload(_part(new, rebound, by_cast))
    stale = (*_calling_others(new, meant, rebound), *_by_other_casts(new, meant, by_cast))
    unmade: dict[ObjectId, set[str]] = {}
    for one in stale:
        unmade.setdefault(one.name, set()).add(one.unmade)
    left = [evolve(each, changed=each.changed.difference(unmade.get(each.item.id, ()))) for each in found]
    return tuple(each for each in left if each.old is None or each.new is None or each.changed), stale


def _part(new: Catalog, rebound: Sequence[ObjectId], by_cast: Sequence[ObjectId]) -> Catalog:
    """The part of a catalog in which texts are to be read anew, behind all that they may mean."""
    called = {(each.schema, each.name) for name in rebound for each in calls(new, name)}
    suiting = [name for name, item in new.objects.items() if item.overloaded and (name.schema, name.name) in called]
    casts = [name for name, item in new.objects.items() if isinstance(item, Converts)]
    deciding = (name for name, item in new.objects.items() if item.bystander and not isinstance(item, Watches))
    part = slice_of(new, (*rebound, *by_cast, *suiting, *deciding))
    pairs = (*product(rebound, suiting), *product(by_cast, casts))
    needed = {other: slice_of(new, [other]).objects for other in {other for _, other in pairs}}
    ahead = (Edge(name, other) for name, other in pairs if name not in needed[other])
    return evolve(part, edges=tuple(dict.fromkeys((*part.edges, *ahead))))


def _calling_others(new: Catalog, meant: Catalog | None, rebound: Sequence[ObjectId]) -> Iterator[Stale]:
    for name in rebound:
        if meant is None:
            yield Stale(name, "", "")
            continue
        for one, other in other_calls(calls(new, name), calls(meant, name)):
            called, means = new.objects[one], new.objects.get(other)
            yield Stale(name, f"{called.kind} {called.label}" if means else "", means.label if means else "")


def _by_other_casts(new: Catalog, meant: Catalog | None, by_cast: Sequence[ObjectId]) -> Iterator[Stale]:
    if meant is None:
        return  # whether they can be made, the proof tells
    for name in by_cast:
        called = new.objects[name].cast_functions
        if name in meant.objects and (means := meant.objects[name].cast_functions) != called:
            yield Stale(name, f"{_words(called) or 'no function'} by casts", _words(means) or "none", CASTS)


def _words(functions: Sequence[tuple[str, str]]) -> str:
    return ", ".join(plain(f"{schema}.{function}") for schema, function in functions)


def calls(catalog: Catalog, name: ObjectId) -> Called:
    """The functions and operators that the text of an object names."""
    item = catalog.objects.get(name)
    if item is None:
        return set()
    used = (each for each in catalog.needs.get(name, ()) if catalog.objects[each].overloaded)
    return {each for each in used if signature(each) not in item.cast_functions or names(item, each)}


def other_calls(before: Called, after: Called) -> Iterator[tuple[ObjectId, ObjectId]]:
    """Each one that is called before and not after, with each of its name that is called instead."""
    found = sorted(after - before)
    for one in sorted(before - after):
        yield from ((one, other) for other in found if alike(one, other))


def _rebound(views: tuple[Catalog, Catalog], old: Catalog, new: Catalog) -> Iterator[ObjectId]:
    """Objects of both views that call one of a name on the one side and another on the other, where no drop
    of the one has it made anew."""
    choice = several(views[1])
    if not choice:
        return
    users: list[dict[ObjectId, Called]] = [{}, {}]
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
