"""Mentions of a value that is renamed (`ALTER TYPE … RENAME VALUE`): by itself Postgres says the new name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import evolve

from pgnorm.catalog.model import Catalog, Object
from pgnorm.catalog.model.type_facets import HoldsType, renamed_value
from pgnorm.catalog.quoting import literal, qualified

from ..compare.difference import Difference, deparsed

_CONSTANT: Final = r"(?<!'){}(?![\w\"\[])"


def respelled(old: Catalog, found: Sequence[Difference]) -> tuple[Catalog, tuple[Difference, ...]]:
    """The old side as it reads once its values have their new names, and what then still differs."""
    renamed = {each.old: pair for each in found if each.old and (pair := renamed_value(each.old, each.new))}
    if not renamed:
        return old, tuple(found)
    objects = dict(old.objects)
    left = []
    for each in found:
        if each.old is not None and each.new is not None:
            names = {before: after for of_type in renamed.items() for before, after in _said(old, each.old, *of_type)}
            before = objects[each.old.id] = _reading(each.old, names)
            same = (name for name in deparsed(each.new) if getattr(before, name) == getattr(each.new, name))
            each = evolve(each, old=before, changed=each.changed.difference(same))
            if not each.changed:
                continue
        left.append(each)
    return evolve(old, objects=objects), tuple(left)


def _said(old: Catalog, item: Object, of_type: Object, names: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """Texts by which an object says a value of a type, each before and after."""
    before, after = map(literal, names)
    cast = f"::{qualified(of_type.schema, of_type.name)}"
    yield before + cast, after + cast
    # The bounds of a partition say the values of its key without their type.
    keys = (
        [part for part in old.parts.get(item.ties[1], ()) if isinstance(part, HoldsType) and part.retyped_with_parent]
        if item.ties
        else []
    )
    if keys and all(of_type.id in old.needs.get(key.id, ()) for key in keys):
        yield before, after


def _reading(item: Object, names: Mapping[str, str]) -> Object:
    said = {name: getattr(item, name) for name in deparsed(item)}
    return item.evolve(**{name: _replaced(text, names) for name, text in said.items()})


def _replaced(said: object, names: Mapping[str, str]) -> object:
    if isinstance(said, tuple):
        return tuple(_replaced(part, names) for part in said)
    if isinstance(said, str):
        for before, after in names.items():
            said = after.join(re.split(_CONSTANT.format(re.escape(before)), said))
    return said
