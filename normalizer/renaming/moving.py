"""Names of objects after renames: of what is renamed, of its parts, and of all that is in a schema."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from pgnorm.catalog.model import Catalog, ObjectId

from .resolving import Renaming

T = TypeVar("T")


def moved(said: Mapping[ObjectId, T], catalog: Catalog, renamings: Sequence[Renaming]) -> dict[ObjectId, T]:
    """Sayings about objects of the old side, by the names that these have once the renames have run in their order."""
    return {_moved(name, catalog, renamings): each for name, each in said.items() if name in catalog.objects}


def _moved(name: ObjectId, catalog: Catalog, renamings: Sequence[Renaming]) -> ObjectId:
    parent = catalog.objects[name].parent
    kind, schema, called, detail = name
    for each in renamings:
        if each.value:
            continue
        if each.old.id == name:
            called = each.name
        elif each.old.id == parent:
            detail = each.name
        elif schema and not each.old.schema and each.old.namespace == schema:
            schema = each.name
    return ObjectId(kind, schema, called, detail)
