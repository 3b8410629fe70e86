"""Unknown parts of a source: what it does not know or say stays unknown when it is loaded and read by a superuser."""

from collections.abc import Iterable, Iterator
from typing import Final

from attrs import evolve

from pgnorm.catalog.model import Catalog, Change, Edge, Object, ObjectId, own_fields
from pgnorm.catalog.model.facets import SuperuserOnly

from ..compare.overloads import several
from ..files.reading import SourceFile
from ..sql.defined import Target, target
from ..sql.statements import split
from .dumps import BEGINNING

_EMPTY: Final = "WITH NO DATA"


def as_dumps_say(loaded: Catalog, files: Iterable[SourceFile]) -> Catalog:
    """`loaded`, which `files` made, less what those that are dumps leave open: they make what holds rows empty, be it
    filled where they come from or not."""
    names = {(made.schema, made.name) for file in files for made in _made_empty(file)}
    if not names:
        return loaded
    open_ = {
        name: item.evolve(**unsaid)
        for name, item in loaded.objects.items()
        if (name.schema, name.name) in names and (unsaid := _not_done(item))
    }
    return evolve(loaded, objects={**loaded.objects, **open_})


def _made_empty(file: SourceFile) -> Iterable[Target]:
    if _EMPTY in file.text and BEGINNING in file.text:
        for statement in split(file.text, label=file.label):
            if _EMPTY in statement.text and (made := target(statement)) is not None:
                yield made


def _not_done(item: Object) -> dict[str, None]:
    fields = (field for field in own_fields(type(item)) if field.change is Change.STATE)
    return {field.name: None for field in fields if not getattr(item, field.name)}


def without_states(catalog: Catalog, names: Iterable[ObjectId]) -> Catalog:
    """The catalog less what it says of what was done with some of its objects."""
    objects = dict(catalog.objects)
    for name in names:
        if name in objects:
            objects[name] = objects[name].evolve(**_not_done(objects[name]))
    return evolve(catalog, objects=objects)


def as_little_known(loaded: Catalog, source: Catalog) -> Catalog:
    """`loaded`, which a dump of `source` made, with all that `source` does not know unknown again, and with what a dump
    does not hold: where extensions make objects as they run, and names of those that a stand-in lacks."""
    from pgnorm.catalog.kinds import KINDS

    objects = dict(loaded.objects)
    for name, item in source.objects.items():
        if name in objects and (unknown := _hidden(item)):
            objects[name] = objects[name].evolve(**unknown)
    kinds = {kind.kind for kind in KINDS if issubclass(kind, SuperuserOnly)}
    unread = {(what, name) for what, name in source.unmodelled if what in kinds}
    return evolve(
        loaded,
        objects=objects,
        unmodelled=tuple(sorted(unread.union(loaded.unmodelled))),
        namesakes=tuple(sorted({*loaded.namesakes, *source.namesakes})),
        left_out=loaded.left_out | source.left_out,
        run_time=loaded.run_time.joined(source.run_time),
    )


def as_bound(loaded: Catalog, source: Catalog) -> Catalog:
    """`loaded`, which a dump of `source` made, where what goes by casts calls what it calls in `source`, and what calls
    one of several functions or operators of a name needs that too which it calls there."""
    by_casts = {
        name: loaded.objects[name].evolve(cast_functions=item.cast_functions, outlived_casts=item.outlived_casts)
        for name, item in source.objects.items()
        if name in loaded.objects and item.cast_functions != loaded.objects[name].cast_functions
    }
    edges = (*loaded.edges, *_lost_calls(loaded, source))
    if not by_casts and len(edges) == len(loaded.edges):
        return loaded
    return evolve(loaded, objects={**loaded.objects, **by_casts}, edges=edges)


def _lost_calls(loaded: Catalog, source: Catalog) -> Iterator[Edge]:
    """The edges of `source` to functions and operators that a dump loses: its text calls another one of their name."""
    choice = several(source)
    for edge in source.edges if choice else ():
        if (
            edge.referenced in choice
            and edge.referenced in loaded.objects
            and edge.dependent in loaded.objects
            and edge.referenced not in loaded.needs.get(edge.dependent, ())
        ):
            yield edge


def as_renamed(loaded: Catalog, source: Catalog) -> Catalog:
    """`loaded`, which renames made of `source`, with all that `source` does not know unknown again. Of what has a new
    name no state is known where one that has gone had an unknown one."""
    little = as_bound(as_little_known(loaded, source), source)
    gone = (item for name, item in source.objects.items() if name not in loaded.objects)
    return without_states(little, loaded.objects.keys() - source.objects.keys()) if any(map(_hidden, gone)) else little


def _hidden(item: Object) -> dict[str, None]:
    fields = (field for field in own_fields(type(item)) if field.change in (Change.HIDDEN, Change.STATE))
    return {field.name: None for field in fields if getattr(item, field.name) is None}
