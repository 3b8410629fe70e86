"""Renames that are asked for: found in both sides, carried out by Postgres, refused with their reason."""

from collections.abc import Callable, Iterator

import psycopg
import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog
from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.difference import differences
from pgnorm.normalizer.files.reading import SourceFile
from pgnorm.normalizer.renaming.requests import Request, of_hints, of_options
from pgnorm.normalizer.renaming.resolving import Resolved, resolve
from pgnorm.normalizer.sql.hints import hints

Sides = Callable[[str, str], tuple[Catalog, Catalog]]


@pytest.fixture
def sides(database: psycopg.Connection) -> Iterator[Sides]:
    """What two texts make; the first is there again afterwards."""
    database.autocommit = False

    def made(old: str, new: str) -> tuple[Catalog, Catalog]:
        database.execute("savepoint before")
        database.execute(new)
        after = read(database)
        database.execute("rollback to savepoint before")
        database.execute(old)
        return read(database), after

    yield made
    database.rollback()


def asked(*words: str) -> list[Request]:
    return list(of_options(words))


def hinted(text: str) -> list[Request]:
    return list(of_hints(hints(SourceFile(path=None, label="a.sql", text=text))))


def said(resolved: Resolved) -> list[str]:
    return [renaming.said for renaming in resolved.renamings]


OLD = """
create schema s;
create table s.people (id serial primary key, status text, constraint known check (status <> ''));
create index by_status on s.people (status);
create type s.mood as enum ('sad', 'glad');
create type s.pair as (a int, b int);
create domain s.short as text check (length(value) < 9);
create view s.seen as select id from s.people;
create materialized view s.kept as select id from s.people;
create sequence s.numbers;
create function s.f(int) returns int return $1;
create function s.f(text) returns int return 1;
create procedure s.p() language sql as '';
create aggregate s.agg(int) (sfunc = int4pl, stype = int);
create policy own on s.people using (true);
create function s.fires() returns trigger language plpgsql as 'begin return new; end';
create trigger fire before update on s.people for each row execute function s.fires();
create rule quiet as on delete to s.people do instead nothing;
create statistics s.together on id, status from s.people;
"""
RENAMED = {
    "s.people.status=stage": "alter table s.people rename column status to stage",
    "s.people.known=is_known": "alter table s.people rename constraint known to is_known",
    "s.people=persons": "alter table s.people rename to persons",
    "s.mood=feeling": "alter type s.mood rename to feeling",
    "s.mood.sad='blue'": "alter type s.mood rename value 'sad' to 'blue'",
    "s.pair=couple": "alter type s.pair rename to couple",
    "s.pair.a=x": "alter type s.pair rename attribute a to x",
    "s.short=brief": "alter domain s.short rename to brief",
    "s.seen=looked": "alter view s.seen rename to looked",
    "s.seen.id=nr": "alter view s.seen rename column id to nr",
    "s.kept=stored": "alter materialized view s.kept rename to stored",
    "s.kept.id=nr": "alter materialized view s.kept rename column id to nr",
    "s.numbers=counts": "alter sequence s.numbers rename to counts",
    "s.f=g": "alter function s.f(int) rename to g; alter function s.f(text) rename to g",
    "s.p=q": "alter procedure s.p() rename to q",
    "s.agg=total": "alter aggregate s.agg(int) rename to total",
    "s.by_status=on_status": "alter index s.by_status rename to on_status",
    "s.people.own=mine": "alter policy own on s.people rename to mine",
    "s.people.fire=burn": "alter trigger fire on s.people rename to burn",
    "s.people.quiet=silent": "alter rule quiet on s.people rename to silent",
    's.together="To Gether"': 'alter statistics s.together rename to "To Gether"',
    "s=t": "alter schema s rename to t",
}


@pytest.mark.parametrize("word", RENAMED)
def test_each_sort_of_object_is_renamed_as_postgres_does(sides: Sides, database: psycopg.Connection, word: str) -> None:
    old, new = sides(OLD, f"{OLD}; {RENAMED[word]}")
    resolved = resolve(asked(word), old, new)
    for renaming in resolved.renamings:
        for statement in renaming.statements:
            database.execute(statement)
    assert resolved.renamings
    assert differences(read(database), new) == ()


def test_all_at_once(sides: Sides, database: psycopg.Connection) -> None:
    parts_first = sorted(RENAMED, key=lambda word: -word.count("."))
    old, new = sides(OLD, f"{OLD}; {'; '.join(RENAMED[word] for word in parts_first)}")
    for renaming in resolve(asked(*RENAMED), old, new).renamings:
        for statement in renaming.statements:
            database.execute(statement)
    assert differences(read(database), new) == ()


def test_hints_speak_of_owners_by_their_new_names(sides: Sides, database: psycopg.Connection) -> None:
    files = """
        -- pgnorm: renamed from a
        create schema b;
        create table b.persons ( -- pgnorm: renamed from people
          id int,
          stage text, -- pgnorm: renamed from status
          -- pgnorm: renamed from known
          constraint is_known check (stage <> '')
        );
        create type b.mood as enum (
          'blue', -- pgnorm: renamed from 'sad'
          'glad'
        );
        -- pgnorm: renamed from own
        create policy mine on b.persons using (true);
    """
    start = """
        create schema a;
        create table a.people (id int, status text, constraint known check (status <> ''));
        create type a.mood as enum ('sad', 'glad');
        create policy own on a.people using (true);
    """
    old, new = sides(start, files)
    resolved = resolve(hinted(files), old, new)
    for renaming in resolved.renamings:
        for statement in renaming.statements:
            database.execute(statement)
    assert differences(read(database), new) == ()
    assert said(resolved)[-2:] == ["table a.people to persons", "schema a to b"]
    again = resolve(hinted(files), new, new)
    assert again.renamings == ()
    assert len(again.satisfied) == len(resolved.renamings)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("create table c (x int)", "create table b (x int)", "the old side has neither public.a nor public.b"),
        ("create table a (); create table b ()", "create table b ()", "the old side has both public.a and public.b"),
        (
            "create table a ()",
            "create table a (); create table b ()",
            "the new side still has public.a beside public.b",
        ),
        ("create view a as select 1", "create table b ()", "the old side has neither public.a nor public.b"),
    ],
)
def test_a_hint_that_does_not_fit_is_an_error_at_its_place(sides: Sides, old: str, new: str, reason: str) -> None:
    before, after = sides(old, new)
    with pytest.raises(PgnormError) as raised:
        resolve(hinted("-- pgnorm: renamed from a\ncreate table b (x int);"), before, after)
    assert raised.value.place == "a.sql:1:1"
    assert raised.value.message == f"can't rename public.a to b: {reason}"
    assert raised.value.hint


def test_options_that_do_not_fit(sides: Sides) -> None:
    old, new = sides("create table a (x int); create view v as select 1 as one", "create view b as select 1 as one")
    for word, reason in (
        ("a=b", "no statement renames public.a (table) to public.b"),
        ("v=w", "the new side has no public.w"),
        ("v=b", None),
        ("public.v=b", None),
        ("z=b", "the old side has neither z nor b"),
    ):
        if reason is None:
            assert len(resolve(asked(word), old, new).renamings) == 1
            continue
        with pytest.raises(PgnormError) as raised:
            resolve(asked(word), old, new)
        assert raised.value.place == f"--rename {word}"
        assert reason in raised.value.message
    for word in ("a", "a=", "=b", "a=b.c", "a b=c"):
        with pytest.raises(PgnormError):
            asked(word)


def test_of_overloaded_routines_those_that_are_there_under_the_new_name(sides: Sides) -> None:
    both = "create function f(int) returns int return 1; create function f(text) returns int return 1"
    old, new = sides(both, "create function f(int) returns int return 1; create function g(text) returns int return 1")
    (renaming,) = resolve(asked("f=g"), old, new).renamings
    assert renaming.statements == ('ALTER FUNCTION "public"."f"("text") RENAME TO "g";',)
