"""What a source did not know of itself stays unknown when a dump of it is loaded and read by a superuser."""

from attrs import evolve

from pgnorm.catalog.kinds import KINDS
from pgnorm.catalog.model import Catalog, Change, Object, own_fields


def as_little_known(loaded: Catalog, source: Catalog) -> Catalog:
    """`loaded`, which a dump of `source` made, with all that Postgres hid when `source` was read hidden again."""
    objects = dict(loaded.objects)
    for name, item in source.objects.items():
        if name in objects and (unknown := _hidden(item)):
            objects[name] = objects[name].evolve(**unknown)
    kinds = {kind.kind for kind in KINDS if kind.superuser_only}
    unread = {(what, name) for what, name in source.unmodelled if what in kinds}
    return evolve(loaded, objects=objects, unmodelled=tuple(sorted(unread.union(loaded.unmodelled))))


def _hidden(item: Object) -> dict[str, None]:
    fields = (field for field in own_fields(type(item)) if field.change is Change.HIDDEN)
    return {field.name: None for field in fields if getattr(item, field.name) is None}
