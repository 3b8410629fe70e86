"""A snapshot held to the catalog that it was made of: it says all that the database said, and diffs and dumps so."""

import json
from pathlib import Path
from typing import TypeAlias

import attrs
import psycopg
import pytest
from addresses import address

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, Change, Object, SqlForm, own_fields
from pgnorm.catalog.snapshots.attributes import codecs
from pgnorm.catalog.snapshots.columns import packed, unpacked
from pgnorm.catalog.snapshots.reading import loads
from pgnorm.catalog.snapshots.scalars import Codec
from pgnorm.catalog.snapshots.writing import dumps
from pgnorm.normalizer.compare.difference import changes
from pgnorm.normalizer.compare.selection import EVERYTHING
from pgnorm.normalizer.comparing import compare_sides
from pgnorm.normalizer.comparison import Options
from pgnorm.normalizer.dump.writer import render
from pgnorm.normalizer.project.databases import Database
from pgnorm.normalizer.project.sources import SnapshotFile
from pgnorm.normalizer.sides import Sides
from pgnorm.normalizer.workspace import Workspace

Tried: TypeAlias = set[tuple[str, str]]
"""The attributes of kinds that have been changed in a snapshot."""

OF_FORM = {SqlForm.EXPRESSION: "1 + 11", SqlForm.QUERY: " SELECT 11 AS other;", SqlForm.TYPE: "other.other"}


def _other(value: object, codec: Codec) -> object:
    """Another value of the same type, as JSON."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    form = getattr(codec, "form", getattr(getattr(codec, "inner", None), "form", None))
    if form and isinstance(value, str | list):  # a text of several lines is a list
        return OF_FORM[form]
    if value == []:
        pairs = isinstance(getattr(getattr(getattr(codec, "inner", None), "inner", None), "inner", None), tuple)
        return [["other", "other"] if pairs else "other"]
    if isinstance(value, list):
        longer = value and (codec.empty == () or isinstance(value[0], list))
        return [*value, value[0]] if longer else ["other", *value[1:]]
    if isinstance(value, str):
        return f"{value}_" if "=" not in value else f"other{value}"
    return "other"


def _changed(catalog: Catalog, tried: Tried) -> None:
    """Each attribute of each kind, changed in the snapshot, is changed in the object, and the diff sees it."""
    document = json.loads(dumps(catalog))
    for said in document["objects"]:
        (item,) = (one for one in catalog.objects.values() if _names(one) == _names_said(said))
        for field in own_fields(type(item)):
            old = said.get(field.name)
            if (item.kind, field.name) in tried or old is None:
                continue
            codec = codecs(type(item))[field.name]
            tried.add((item.kind, field.name))
            said[field.name] = _other(old, codec)
            wanted = item.evolve(**{field.name: codec.decode(said[field.name])})
            if item.placement.inside and wanted.parent != item.parent:
                with pytest.raises(PgnormError, match="part of is missing"):
                    loads(json.dumps(document), "x.json")
                said[field.name] = old
                continue
            new = loads(json.dumps(document), "x.json").catalog.objects[item.id]
            assert new == wanted
            assert getattr(new, field.name) != getattr(item, field.name)
            assert (field.name in changes(item, new)) == (field.change not in (Change.EQUAL, Change.NOTED))
            said[field.name] = old


def _names(item: Object) -> tuple[str, ...]:
    return item.kind, item.schema, item.name, item.detail


def _names_said(said: dict[str, str | list[str]]) -> tuple[str, ...]:
    found = (said["kind"], said.get("schema", ""), said["name"], said.get("detail", ""))
    return tuple(text if isinstance(text, str) else "\n".join(text) for text in found)


def _public(catalog: Catalog) -> Catalog:
    """What may be in a snapshot."""
    objects = {
        name: item.evolve(**{field.name: None for field in own_fields(type(item)) if field.change is Change.SECRET})
        for name, item in catalog.objects.items()
    }
    return attrs.evolve(catalog, objects=objects)


def _packs_exactly(catalog: Catalog, *, holds_secrets: bool) -> None:
    """As columns it is the same catalog in the same order, unless it holds what is kept nowhere."""
    document = packed(catalog)
    if document is None:
        assert holds_secrets
        return
    again = unpacked(json.loads(json.dumps(document)))
    assert again == catalog
    assert list(again.objects) == list(catalog.objects)


def rendered(catalog: Catalog) -> str:
    """A catalog as a dump."""
    return render(catalog, EVERYTHING)


def says_all(workspace: Workspace, whole: Catalog, file: Path, tried: Tried) -> SnapshotFile:
    """A snapshot of a catalog, written to a file, says what the catalog does. What is `tried` grows."""
    catalog = _public(whole)
    _packs_exactly(whole, holds_secrets=catalog != whole)
    text = dumps(catalog)
    file.write_text(text)
    snapshot = SnapshotFile(path=file)
    again = workspace.read(snapshot)
    assert attrs.evolve(again, edges=(), objects={}) == attrs.evolve(catalog, edges=(), objects={})
    assert (again.objects, set(again.edges)) == (catalog.objects, set(catalog.edges))
    assert rendered(again) == rendered(catalog)
    assert dumps(again) == text
    _changed(catalog, tried)
    return snapshot


def is_the_same(workspace: Workspace, snapshot: SnapshotFile, connection: psycopg.Connection) -> None:
    """Nothing differs between a snapshot and the database of a connection, either way."""
    database = Database(conninfo=address(connection))
    sides = Sides.between(workspace, database, snapshot)
    for old, new in ((database, snapshot), (snapshot, database)):
        found = compare_sides(sides, old, new, Options(cosmetic=True))
        assert (tuple(found.plan.steps), found.one_sided) == ((), ())
