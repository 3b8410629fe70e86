"""Fingerprint of all that the objects of a catalog say: equal for two catalogs that do not differ."""

import hashlib
from collections.abc import Mapping

from pgnorm.catalog.model import Catalog, Object, ObjectId, own_fields

from ..platforms import Platform
from .difference import IF_KNOWN, told


def fingerprint(catalog: Catalog, platform: Platform, instead: Mapping[ObjectId, Object] | None = None) -> str:
    """The SHA-256 of what can differ, in hexadecimal digits; with `instead`, of the catalog with these objects in it.

    Left out is what a source need not say: secrets, what Postgres hides, what was done with a materialized view, and
    what the platform makes by itself on some of its servers.
    """
    objects = {**catalog.objects, **(instead or {})}
    said = hashlib.sha256()
    for name in sorted(objects):
        if (name.kind, name.name) in platform.spared_objects:
            continue
        item = objects[name]
        unsaid = {field.name for field in own_fields(type(item)) if field.change in IF_KNOWN}
        words = [(word, _steady(value)) for word, value in told(item, item).items() if word not in unsaid]
        said.update(repr((tuple(name), words)).encode())
    return said.hexdigest()


def _steady(value: object) -> object:
    """A value with the members of sets in one order."""
    return sorted(value) if isinstance(value, frozenset | set) else value
