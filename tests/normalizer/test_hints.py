"""Hints in SQL text, and what each is about."""

import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.files.reading import SourceFile
from pgnorm.normalizer.hazards.effects import Hazard
from pgnorm.normalizer.sql.hints import AllowHint, IgnoreHint, RenameHint, hints, without
from pgnorm.normalizer.sql.subjects import Subject


def read(text: str) -> list[tuple[Subject, str]]:
    return [
        (hint.subject.evolve(qualified=True), hint.old)
        for hint in hints(SourceFile(path=None, label="a.sql", text=text))
        if isinstance(hint, RenameHint)
    ]


def about(keyword: str, name: str, owner: str = "", schema: str = "public") -> Subject:
    return Subject(keyword=keyword, schema=schema, name=name, owner=owner)


@pytest.mark.parametrize(
    ("text", "subject", "old"),
    [
        ("-- pgnorm: renamed from a\ncreate table b (x int);", about("TABLE", "b"), "a"),
        ("-- pgnorm: renamed from a\n\n-- About b.\ncreate table s.b (x int);", about("TABLE", "b", schema="s"), "a"),
        ("create table b ( -- pgnorm: renamed from a\n x int);", about("TABLE", "b"), "a"),
        ("create table b (x int); -- pgnorm: renamed from a", about("TABLE", "b"), "a"),
        ("create table b (x int -- pgnorm: renamed from w\n);", about("COLUMN", "x", "b"), "w"),
        ("create table b (x int, -- pgnorm: renamed from w\n y int);", about("COLUMN", "x", "b"), "w"),
        ("create table b (x int,\n -- pgnorm: renamed from w\n y int);", about("COLUMN", "y", "b"), "w"),
        ("create table b (\n -- pgnorm: renamed from w\n x int, y int);", about("COLUMN", "x", "b"), "w"),
        ('create table b (x int, "Y" int default (1) -- pgnorm: renamed from "W"\n);', about("COLUMN", "Y", "b"), "W"),
        ("create table b (x numeric(3, 2) check (x in (1, 2)), -- pgnorm: renamed from w\n y int);",
         about("COLUMN", "x", "b"), "w"),
        ("create table b (x int, constraint c check (x > 0) -- pgnorm: renamed from d\n);",
         about("CONSTRAINT", "c", "b"), "d"),
        ("create table b (x int, /* pgnorm: renamed from w */\n y int);", about("COLUMN", "x", "b"), "w"),
        ("create type t as enum ('on', -- pgnorm: renamed from 'open'\n 'off');", about("VALUE", "on", "t"), "open"),
        ("create type t as enum (\n  -- pgnorm: renamed from it''s\n 'on');", None, ""),
        ("create type t as (x int -- pgnorm: renamed from w\n);", about("COLUMN", "x", "t"), "w"),
        ("-- pgnorm: renamed from a\ncreate policy p on s.t using (true);",
         about("POLICY", "p", "t", "s"), "a"),
        ("-- pgnorm: Renamed From A\nCREATE OR REPLACE FUNCTION s.f(int) returns int return 1;",
         about("ROUTINE", "f", schema="s"), "a"),
        ("-- pgnorm: renamed from a\ncreate unique index i on t (x);", about("INDEX", "i"), "a"),
        ("-- pgnorm: renamed from a\ncreate materialized view m as select 1;", about("VIEW", "m"), "a"),
        ("-- pgnorm: renamed from a\nalter table only s.t add constraint c unique (x);",
         about("CONSTRAINT", "c", "t", "s"), "a"),
        ("-- pgnorm: renamed from a\nalter table t add column x int;", about("COLUMN", "x", "t"), "a"),
        ("alter table t\n  add column x int,\n  add column y int; -- pgnorm: renamed from a",
         about("COLUMN", "y", "t"), "a"),
        ("alter table t\n  add column x int, -- pgnorm: renamed from a\n  add column y int;",
         about("COLUMN", "x", "t"), "a"),
        ("alter table t add column if not exists x int; -- pgnorm: renamed from a", about("COLUMN", "x", "t"), "a"),
        ("set search_path = s;\n-- pgnorm: renamed from a\ncreate table s.b ();",
         about("TABLE", "b", schema="s"), "a"),
        ("-- pgnorm: renamed from a\r\ncreate schema b;", about("SCHEMA", "b"), "a"),
    ],
)  # fmt: skip
def test_what_a_hint_is_about(text: str, subject: Subject | None, old: str) -> None:
    if subject is None:
        with pytest.raises(PgnormError):
            read(text)
    else:
        assert read(text) == [(subject, old)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("select 1;\n  -- pgnorm: renamed a\ncreate table b ();", "a.sql:2:3"),
        ("create table b (); -- pgnorm: renamed from a.b", "a.sql:1:20"),
        ("create table b (); \n-- pgnorm: renamed from a\n", "a.sql:2:1"),
        ("-- pgnorm: renamed from a\nselect 1;", "a.sql:1:1"),
        ("-- pgnorm: renamed from a\nalter table t add x int, add y int;", "a.sql:1:1"),
        ("create table b (x int,\n y int); -- pgnorm: renamed from a", "a.sql:2:10"),
        ("set search_path = s;\n-- pgnorm: renamed from a\ncreate table b ();", "a.sql:2:1"),
        (
            "create table b (x int, -- pgnorm: renamed from a\n primary key (x) -- pgnorm: renamed from k\n);",
            "a.sql:2:18",
        ),
    ],
)
def test_what_is_no_hint_is_an_error_at_its_place(text: str, place: str) -> None:
    with pytest.raises(PgnormError) as raised:
        read(text)
    assert raised.value.place == place
    assert raised.value.hint


def test_text_that_only_looks_like_one() -> None:
    assert read("select '-- pgnorm: renamed from a';\n-- pgnorm is good: renamed from x\n") == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("-- pgnorm: renamed from a\ncreate table b ();\n", "create table b ();\n"),
        ("-- A\r\n  -- pgnorm: renamed from a\r\ncreate table b ();\r\n", "-- A\r\ncreate table b ();\r\n"),
        ("create table b (x int, -- pgnorm: renamed from w\n y int);", "create table b (x int,\n y int);"),
        ("create table b (x int, /* pgnorm: renamed from w */ y int);", "create table b (x int, y int);"),
        ("create table b (); -- pgnorm: renamed from a", "create table b ();"),
        ("create table b (x/* pgnorm: renamed from w */int);", "create table b (x int);"),
        ("create table b ();\n-- pgnorm: renamed from a\ncreate table c ();", "create table b ();\ncreate table c ();"),
    ],
)
def test_a_hint_is_taken_out_and_nothing_else(text: str, left: str) -> None:
    source = SourceFile(path=None, label="a.sql", text=text)
    assert without(text, list(hints(source))) == left


def test_words_beside_renames() -> None:
    text = """
-- pgnorm: ignore
create index i on s.t (x);
create table b (
  x int, -- pgnorm: Allow scans-table, BLOCKS-WRITES
  y int
);
create type t as enum ('on',
  'off' -- pgnorm: allow needs-commit
);
-- pgnorm: allow loses-data, breaks-callers ON S."T t"
-- pgnorm: allow loses-data on s.t."on"
-- pgnorm: allow loses-data on s
"""
    ignored, allowed, of_value, *named = hints(SourceFile(path=None, label="a.sql", text=text))
    assert isinstance(ignored, IgnoreHint)
    assert ignored.subject.evolve(qualified=True) == about("INDEX", "i", schema="s")
    assert isinstance(allowed, AllowHint)
    assert allowed.subject.evolve(qualified=True) == about("COLUMN", "x", "b")
    assert allowed.hazards == {Hazard.SCANS_TABLE, Hazard.BLOCKS_WRITES}
    # A value is no object: what is said of it is said of its type.
    assert of_value.subject.evolve(qualified=True) == about("TYPE", "t")
    subjects = [about("", "T t", schema="s"), about("", "on", "t", schema="s"), about("", "s").evolve(qualified=False)]
    assert [each.subject for each in named] == subjects
    assert isinstance(named[0], AllowHint)
    assert named[0].hazards == {Hazard.LOSES_DATA, Hazard.BREAKS_CALLERS}


@pytest.mark.parametrize(
    ("text", "said", "way_out"),
    [
        ("-- pgnorm: ignroe\ncreate table b ();", "no hint is known", "Did you mean `-- pgnorm: ignore`?"),
        ("-- pgnorm: ignore it\ncreate table b ();", "no hint is known", "Did you mean `-- pgnorm: ignore`?"),
        ("-- pgnorm: x\ncreate table b ();", "no hint is known", "There are `-- pgnorm: renamed from old_name`, "),
        ("-- pgnorm: allow scan-table\ncreate table b ();", "no hazard or lint", "Did you mean `scans-table`?"),
        ("-- pgnorm: allow loses-data on table s.t", "`table s.t` is no name", "Write `on schema.name`, of a column"),
        ("-- pgnorm: allow\ncreate table b ();", "does not say which hazard", "The hazards are loses-data, "),
        ("-- pgnorm: ignore\nselect 1;", "nothing that has a name", "Write `-- pgnorm: ignore` on the line before"),
        ("-- pgnorm: ignore\ncreate index on t (x);", "nothing that has a name", "Write `-- pgnorm: ignore`"),
    ],
)
def test_wrong_words(text: str, said: str, way_out: str) -> None:
    with pytest.raises(PgnormError, match=said) as raised:
        list(hints(SourceFile(path=None, label="a.sql", text=text)))
    assert raised.value.place == "a.sql:1:1"
    assert (raised.value.hint or "").startswith(way_out)
