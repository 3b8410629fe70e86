"""A dump as several files that load one after the other."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from pgnorm.catalog.model import Catalog, Object, ObjectId, Target, Value
from pgnorm.catalog.model.dump_facets import Last
from pgnorm.catalog.model.facets import GrantsDefaults, Routine
from pgnorm.catalog.ordering import Arrangement, Form, arrange

from ..compare.selection import Selection
from .layouts import DEFAULT, PRIVILEGES, Layout
from .styles import Style
from .withdrawing import given_defaults
from .writer import Printed, Writer, whole


class Split(Value):
    """The texts by the names of their files, in the order of loading, and what had to be put into an earlier file."""

    texts: Mapping[str, str]
    moved: tuple[tuple[Object, str], ...]


def split(
    catalog: Catalog,
    selection: Selection,
    style: Style,
    *,
    below: Catalog | None = None,
    layout: Layout = DEFAULT,
    declares: bool = False,
    empty_path: bool = False,
) -> Split:
    """The dump of what `selection` names in files: each thing in its own, or in the earliest that needs it.

    What `below`, the baseline that they are loaded on, grants to new objects is taken away first: a dump says what
    privileges there are beyond Postgres' own default ones. With `declares` they are schema files, without what a dump
    says of its own, but for an empty search_path where that is asked for.
    """
    arrangement = arrange(catalog)
    named = bool(selection.include)
    target = Target(
        major=catalog.major, role=catalog.role, named_schemas=named, reloaded_by=catalog.major, declares=declares
    )

    def writer() -> Writer:
        return Writer(catalog, selection, style, arrangement, target)

    chosen = writer().chosen()
    wanted = _wanted(catalog, chosen, layout)
    places = _early_enough(catalog, [each for each in chosen if not isinstance(each[0], Last)], arrangement, wanted)
    # What new objects are granted, and what acts upon statements, comes behind all of them.
    end = max((places[(item.id, form)] for item, form in chosen if not isinstance(item, Last)), default=0)
    privileges = _granted(chosen, places, layout, end)
    end = max(end, *privileges.values())
    places |= {(item.id, form): max(places[(item.id, form)], end) for item, form in chosen if isinstance(item, Last)}
    known = given_defaults(below, catalog.major) if below else ()
    withdrawn = [item for item in known if selection.takes(item)]
    texts: dict[str, str] = {}
    empty = "" if declares else writer().write((), ())
    ahead = _ahead(chosen, places) if declares else frozenset[int]()
    for place, name in enumerate(layout.files):
        mine = [(item, form) for item, form in chosen if places[(item.id, form)] == place]
        granting = [item for item in whole(chosen) if privileges[item.id] == place]
        taken = () if place else withdrawn
        if declares:
            text = writer().write_passage(mine, granting, taken, unchecked=place in ahead, empty_path=empty_path)
        else:
            text = writer().write(mine, granting, taken)
        if text != empty:
            texts[name] = text
    moved = tuple(
        (item, layout.files[places[(item.id, form)]])
        for item, form in chosen
        if places[(item.id, form)] < wanted[(item.id, form)]
    )
    return Split(texts=texts, moved=moved)


_Key = tuple[ObjectId, Form]
_Places = dict[_Key, int]
_WORD: Final = re.compile(r"[\w$]+")


def _wanted(catalog: Catalog, chosen: list[Printed], layout: Layout) -> _Places:
    """The number of the file that each thing belongs to by the layout."""
    numbers = {name: number for number, name in enumerate(layout.files)}
    return {(item.id, form): numbers[layout.file(catalog, item)] for item, form in chosen}


def _early_enough(catalog: Catalog, chosen: list[Printed], arrangement: Arrangement, wanted: _Places) -> _Places:
    """The files in which each thing is, none later than the first thing that needs it."""
    order = {(item.id, form): number for number, (item, form) in enumerate(chosen)}
    needs = _needs(catalog, order, arrangement)
    places = dict(wanted)
    mentions = _mentions(item for item, _ in chosen)
    run: _Places = {}
    while True:
        before = dict(places)
        for key in reversed(order):
            for need in needs.get(key, ()):
                if need in order and order[need] < order[key]:
                    places[need] = min(places[need], places[key])
                    if need in mentions:
                        run[need] = min(run.get(need, places[key]), places[key])
        # What is needed may be run, or put into an index's expression as it is: then all that it calls must be there.
        waiting = list(run)
        while waiting:
            caller = waiting.pop()
            for called in mentions.get(caller, ()):
                if called not in run or run[caller] < run[called]:
                    run[called] = run[caller]
                    places[called] = min(places[called], run[called])
                    waiting.append(called)
        if places == before:
            return places


def _granted(chosen: list[Printed], places: _Places, layout: Layout, end: int) -> dict[ObjectId, int]:
    """The number of the file in which the privileges of each object are, `end` for those that new objects get."""
    least = layout.files.index(layout.words[PRIVILEGES])
    return {
        item.id: max(least, end if isinstance(item, GrantsDefaults) else places[(item.id, Form.WHOLE)])
        for item in whole(chosen)
    }


def _needs(catalog: Catalog, order: Iterable[_Key], arrangement: Arrangement) -> dict[_Key, set[_Key]]:
    """Each thing that is printed with the others that it needs."""
    needs: dict[_Key, set[_Key]] = {}
    for edge in catalog.edges:
        form = Form.BODY if edge.body and edge.dependent in arrangement.shells else Form.WHOLE
        other = Form.SHELL if (edge.dependent, edge.referenced) in catalog.shell_users else Form.WHOLE
        dependent = (_printed_by(catalog, edge.dependent, arrangement), form)
        needs.setdefault(dependent, set()).add((_printed_by(catalog, edge.referenced, arrangement), other))
    for name, form in order:
        if form is Form.BODY:
            needs.setdefault((name, form), set()).add((name, Form.WHOLE))
        if form is Form.SHELL:
            needs.setdefault((name, Form.WHOLE), set()).add((name, form))
    return needs


def _ahead(chosen: Iterable[Printed], places: _Places) -> frozenset[int]:
    """The files with a body that may name what comes behind it, which Postgres refuses where it looks into bodies.

    It looks for all names in SQL, and elsewhere for those of types, with which blocks declare variables.
    """
    order = sorted((places[(item.id, form)], number, item) for number, (item, form) in enumerate(chosen))
    last = {item.name.lower(): at for at, (_, _, item) in enumerate(order) if item.parent is None}
    named_in, found = _finder(last), set()
    for at, (place, _, item) in enumerate(order):
        if isinstance(item, Routine):
            code = str(getattr(item, item.code)).lower()
            read = code if item.code_language == "sql" else code[code.find("declare") : code.rfind("begin")]
            if any(last[word] > at for word in named_in(read)):
                found.add(place)
    return frozenset(found)


def _mentions(items: Iterable[Object]) -> dict[_Key, set[_Key]]:
    """Calls that the code of each opaque object may make: to its likes, by the names that stand in the text."""
    known = {item.id: item for item in items}
    opaque = [item for item in known.values() if isinstance(item, Routine)]
    catalogs = {item.catalog for item in opaque}
    named: dict[str, set[_Key]] = {}
    for item in known.values():
        if item.catalog in catalogs:
            named.setdefault(item.name.lower(), set()).add((item.id, Form.WHOLE))
    found: dict[_Key, set[_Key]] = {}
    named_in = _finder(named)
    for item in opaque:
        words = named_in(str(getattr(item, item.code)).lower())
        found[(item.id, Form.WHOLE)] = {key for word in words for key in named[word]}
    return found


def _finder(names: Collection[str]) -> Callable[[str], set[str]]:
    """A function that says which of the names stand in a text."""
    quoted = [name for name in names if _WORD.fullmatch(name) is None]
    return lambda code: {
        *(word for word in _WORD.findall(code) if word in names),
        *(name for name in quoted if name in code),
    }


def _printed_by(catalog: Catalog, name: ObjectId, arrangement: Arrangement) -> ObjectId:
    """The object in whose statement an object is printed."""
    item = catalog.objects[name]
    while item.placement.may_be_inside and item.id not in arrangement.apart:
        owner = catalog.objects.get(item.parent) if item.parent is not None else None
        if owner is None:
            break
        item = owner
    return item.id
