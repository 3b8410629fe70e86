"""Snapshots from somebody else: what is not a definition is refused by grammar, and no text of one crashes anything."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import SqlForm
from pgnorm.catalog.reader import read
from pgnorm.catalog.snapshots.grammar import is_form, statements_of
from pgnorm.catalog.snapshots.reading import loads
from pgnorm.catalog.snapshots.writing import dumps
from pgnorm.normalizer.dump.as_data import check_definitions

if TYPE_CHECKING:
    from conftest import Loaded, Refused, Run

FIXTURES = Path(__file__).parents[2] / "fixtures"
TABLES = """
create table notes (id int primary key, body text default 'x', size int generated always as (length('abc')) stored);
create index by_body on notes (body) where id > 0;
create view short as select id from notes;
create domain small as int check (value < 10);
create policy own on notes using (id > 0);
create function f(a int default 1) returns int language sql as 'select 1';
create text search dictionary words (template = simple, stopwords = 'english');
create trigger t before insert on notes for each row execute function suppress_redundant_updates_trigger();
comment on table notes is 'it';
"""
COPY = "copy (select 1) to program 'touch planted'"


@pytest.fixture
def snapshot(run: "Run", plain: Path) -> dict[str, object]:
    """The snapshot of a small database, as its document."""
    (plain / "schemas" / "01_tables.sql").write_text(TABLES)
    code, out, _ = run("-q dump --json")
    assert code == 0
    document: dict[str, object] = json.loads(out)
    return document


PLANTED = [
    ("column", "body", "type", f'text); {COPY}; create table zz ("a" text'),
    ("column", "body", "type", "text, b text"),
    ("column", "body", "type", "text default pg_sleep(1)"),
    ("column", "body", "type", "text --"),
    ("column", "body", "type", "text) x ("),
    ("default", "body", "expression", f"'x'; {COPY}"),
    ("default", "body", "expression", "'x'), add check (true"),
    ("default", "body", "expression", "'x' /*"),
    ("default", "body", "expression", "1, 2"),
    ("default", "body", "expression", "1 from notes"),
    ("view", "short", "definition", f" SELECT 1;\n{COPY};"),
    ("view", "short", "definition", " SELECT 1 INTO zz;"),
    ("view", "short", "definition", " DELETE FROM notes RETURNING id;"),
    ("index", "by_body", "definition", f"CREATE INDEX by_body ON public.notes USING btree (body); {COPY}"),
    ("index", "by_body", "definition", "DROP TABLE notes; CREATE INDEX by_body ON public.notes USING btree (body)"),
    ("index", "by_body", "predicate", "true; drop table notes"),
    ("domain", "small", "base", "integer default 1"),
    ("policy", "own", "using", "true) with check (true"),
    ("function", "f", "arguments", f"a integer) returns int language sql as 'select 1'; {COPY}; --"),
    ("function", "f", "result", "integer language sql as 'select 1'; drop table notes; --"),
    ("text search dictionary", "words", "options", f"stopwords = 'english'); {COPY}; --"),
    ("text search dictionary", "words", "options", "stopwords = 'english');\n\\! touch planted\n--"),
    ("trigger", "t", "definition", f"CREATE TRIGGER t BEFORE INSERT ON notes EXECUTE FUNCTION f(); {COPY}"),
    ("trigger", "t", "definition", "DO 'begin end'"),
]


@pytest.mark.parametrize(("kind", "name", "attribute", "text"), PLANTED)
def test_what_is_planted_is_refused(
    refused: "Refused", snapshot: dict[str, object], plain: Path, kind: str, name: str, attribute: str, text: str
) -> None:
    objects = snapshot["objects"]
    assert isinstance(objects, list)
    (mine,) = [one for one in objects if (one["kind"], one["name"]) == (kind, name) and attribute in one]
    mine[attribute] = text
    (plain / "x.json").write_text(json.dumps(snapshot))
    for line in ("dump --from x.json", "diff --from x.json --no-proof", "diff --to x.json"):
        refused(line, "x.json: ")
    assert not list(plain.rglob("planted"))


@pytest.fixture(scope="module")
def everything() -> Iterator[list[Path]]:
    """The files of fixtures that make all kinds of objects."""
    found = [path for path in sorted(FIXTURES.glob("kinds/**/*.sql")) if path.name in ("old.sql", "new.sql")]
    yield found if os.environ.get("PGNORM_TEST_WHOLE") else found[::8]


def test_what_databases_hold_is_taken(loaded: "Loaded", everything: list[Path]) -> None:
    taken = 0
    for path in everything:
        try:
            with loaded(path.read_text(), scratch=True) as (made, _):
                found = read(made)
        except PgnormError:
            continue  # written for a newer server
        check_definitions(loads(dumps(found), path.name).catalog, path.name)
        taken += 1
    assert taken > len(everything) // 2


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (SqlForm.TYPE, "character varying(10)[]"),
        (SqlForm.TYPE, "interval day to second(3)"),
        (SqlForm.TYPE, '"my schema"."a;b(--"(3,-1)[]'),
        (SqlForm.TYPE, "timestamp(3) with time zone"),
        (SqlForm.TYPE, "bit varying(3)"),
        (SqlForm.EXPRESSION, "('a;b)'::text || E'\\'--' COLLATE \"C\")"),
        (SqlForm.EXPRESSION, "EXISTS ( SELECT 1 FROM t WHERE (t.a = $$;$$))"),
        (SqlForm.EXPRESSION, "a word(of newer grammar) ->> 1"),
        (SqlForm.QUERY, " WITH q AS (\n DELETE FROM t RETURNING a\n) SELECT a FROM q\nUNION ALL\n VALUES (1);"),
    ],
)
def test_texts_of_their_form(form: SqlForm, text: str) -> None:
    assert is_form(form, text)


def test_statements_are_counted_by_the_grammar() -> None:
    assert statements_of('create table "x""stmt"":{""Y""" (a text default \'"stmt":{"Y"\');') == ("CreateStmt",)
    assert statements_of("create newer thing;") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 1_000_000, "no snapshot"),
        ('{"a":' * 100_000, "no snapshot"),
        ('{"pgnorm_snapshot": NaN}', "version"),
        ('{"pgnorm_snapshot": 1e999}', "version"),
        (f'{{"pgnorm_snapshot": {"9" * 5000}}}', "no snapshot"),
        ('{"pgnorm_snapshot": true}', "version"),
        ('{"pgnorm_snapshot": 1, "pgnorm_snapshot": 1}', "stands twice"),
        ("{" + ",".join(f'"k{number}": 1' for number in range(200_000)) + ', "k199999": 1}', '"k199999" stands twice'),
        (f'{{"pgnorm_snapshot": 1, "{"x" * 100_000}": 1}}', "xxx…"),
        ('{"pgnorm_snapshot": 1}', "is missing"),
        ("\x00", "not JSON"),
    ],
)
def test_documents_that_are_none(text: str, said: str) -> None:
    with pytest.raises(PgnormError) as raised:
        loads(text, "x.json")
    assert said in str(raised.value)
    assert len(str(raised.value)) < 1000


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("server_version_num", 10**30, "must be the version"),
        ("server_version_num", -1, "must be the version"),
        ("server_version_num", 180000.0, "a whole number"),
        ("server_version", ["18", "\\! touch planted"], "one line"),
        ("server_version", "18\r\\! touch planted", "one line"),
        ("role", "a\x00b", "a NUL"),
        ("role", "\ud800", "half of a surrogate"),
        ("role", 1, "must be a string"),
        ("unmodelled", [["a"]], "array of 2"),
        ("objects", {}, "must be an array"),
        ("objects", [None], "must be an object"),
        ("objects", [{"kind": "table " * 1000, "name": "x"}], "no kind"),
    ],
)
def test_values_that_are_none(
    refused: "Refused", snapshot: dict[str, object], plain: Path, key: str, value: object, said: str
) -> None:
    (plain / "x.json").write_text(json.dumps({**snapshot, key: value}))
    refused("dump --from x.json", "x.json: ", said)


def test_a_long_snapshot_takes_no_longer_per_object(database: psycopg.Connection) -> None:
    database.execute("create table t (a int)")
    text = dumps(read(database))
    column = json.loads(text)
    number = 50_000
    columns = [one for one in column["objects"] if one["kind"] == "column"]
    column["objects"] += [{**columns[0], "name": f"c{place}", "number": place + 2} for place in range(number)]
    found = loads(json.dumps(column), "x.json").catalog
    check_definitions(found, "x.json")
    assert len(found.objects) > number
