"""Every fixture as a snapshot: it says all that the database said, and diffs and dumps as the database does."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import TypeAlias

import attrs
import psycopg
import pytest
from majors import fits

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, Change, Edge, Object, SqlForm, own_fields
from pgnorm.catalog.reader import read
from pgnorm.catalog.snapshots.attributes import codecs
from pgnorm.catalog.snapshots.columns import packed, unpacked
from pgnorm.catalog.snapshots.reading import loads
from pgnorm.catalog.snapshots.scalars import Codec
from pgnorm.catalog.snapshots.writing import dumps, reordered
from pgnorm.normalizer.compare.difference import changes
from pgnorm.normalizer.compare.selection import EVERYTHING
from pgnorm.normalizer.comparing import compare
from pgnorm.normalizer.comparison import Options
from pgnorm.normalizer.dump.writer import render
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.project.databases import Database
from pgnorm.normalizer.project.sources import SnapshotFile
from pgnorm.normalizer.workspace import Workspace

Tried: TypeAlias = set[tuple[str, str]]
FIXTURES = Path(__file__).parents[3] / "fixtures" / "kinds"
STATES = sorted(path for name in ("old", "new") for path in FIXTURES.glob(f"*/*/{name}.sql"))
LOOPS = (
    """
    create table r (a int); create function f() returns setof r language sql as 'select * from r';
    create function g() returns int language sql begin atomic select 1; end;
    create function h() returns int language sql begin atomic select g(); end;
    create function i() returns int language sql begin atomic select h(); end;
    create or replace function g() returns int language sql begin atomic select i(); end;
    """,
    """
    create view z as select 1 as a; create view y as select a from z; create or replace view z as select a from y;
    create table t (a int); create function f(t) returns boolean language sql as 'select true';
    alter table t add constraint c check (f(t)), add constraint b check (f(t));
    """,
)


@pytest.fixture(scope="module")
def workspace(shadow: Shadow) -> Iterator[Workspace]:
    """Where sources are compared, on the server of the test."""
    bundled = shadow.binaries is not None and "embedded" in str(shadow.binaries.bindir)
    with pytest.MonkeyPatch.context() as patch, Workspace(None, tell=lambda _level, _message: None) as opened:
        if bundled:
            patch.setenv("PGNORM_PG_BINDIR", "bundled")
        yield opened


@pytest.fixture(scope="module")
def tried(shadow: Shadow) -> Tried:
    """The attributes of kinds that have been changed in a snapshot on the server of the test."""
    del shadow
    return set()


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


def _rendered(catalog: Catalog) -> str:
    return render(catalog, EVERYTHING)


@pytest.mark.parametrize("state", STATES, ids=lambda path: f"{path.parent.parent.name}-{path.parent.name}-{path.stem}")
def test_a_snapshot_is_the_database(
    shadow: Shadow, workspace: Workspace, tried: Tried, state: Path, tmp_path: Path
) -> None:
    if not fits(state.parent.name, shadow.major):
        pytest.skip(f"{state.parent.name} on Postgres {shadow.major}")
    compared = state.stem == "new"
    with shadow.session(scratch=compared) as session:
        connection = session.connection
        connection.execute(state.read_bytes())
        connection.execute("reset all")
        whole = read(connection)
        catalog = _public(whole)
        _packs_exactly(whole, holds_secrets=catalog != whole)
        text = dumps(catalog)
        (tmp_path / "x.json").write_text(text)
        info = connection.info
        database = Database(conninfo=f"host={info.host} port={info.port} dbname={info.dbname} user={info.user}")
        snapshot = SnapshotFile(path=tmp_path / "x.json")
        again = workspace.read(snapshot)
        assert attrs.evolve(again, edges=(), objects={}) == attrs.evolve(catalog, edges=(), objects={})
        assert (again.objects, set(again.edges)) == (catalog.objects, set(catalog.edges))
        assert _rendered(again) == _rendered(catalog)
        assert dumps(again) == text
        _changed(catalog, tried)
        if compared:
            for old, new in ((database, snapshot), (snapshot, database)):
                found = compare(workspace, old, new, Options(cosmetic=True))
                assert (tuple(found.plan.steps), found.one_sided) == ((), ())


@pytest.mark.parametrize("sql", LOOPS)
def test_loops_are_broken_where_they_were(database: psycopg.Connection, sql: str) -> None:
    database.execute(sql.encode())
    catalog = read(database)
    text = dumps(catalog)
    again = loads(text, "x.json").catalog
    assert _rendered(again) == _rendered(catalog)
    assert dumps(again) == text


def test_the_order_of_reading_is_kept_where_loops_depend_on_it(database: psycopg.Connection) -> None:
    database.execute("".join(f"create function f{n}() returns int return 1;" for n in range(6)).encode())
    catalog = read(database)
    routines = [name for name in catalog.objects if name.name.startswith("f")]
    chance = Random(7)
    kept = set()
    for _ in range(100):
        pairs = [chance.sample(routines, 2) for _ in range(12)]
        edges = [Edge(dependent, referenced) for dependent, referenced in pairs]
        shuffled = reordered(catalog, chance.sample(routines, len(routines)), ())
        tangled = attrs.evolve(shuffled, edges=tuple(dict.fromkeys((*catalog.edges, *edges))))
        text = dumps(tangled)
        again = loads(text, "x.json").catalog
        assert _rendered(again) == _rendered(tangled)
        assert dumps(again) == text
        kept.add("reading_order" in text)
    assert kept == {True, False}
