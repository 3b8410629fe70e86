"""Errors of a load: their cause and their place."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Failure

    from pgnorm.catalog.errors import PgnormError

BOTH = pytest.mark.parametrize("scratch", [False, True])


def test_what_drops_something_missing_does_not_wait(failure: "Failure") -> None:
    error = failure("drop function f()", "create function f() returns int return 1")
    assert (error.place, error.message.splitlines()[0]) == ("1.sql:1:1", "function f() does not exist")


def test_the_cause_is_reported_and_not_its_cascade(failure: "Failure") -> None:
    texts = (
        "grant select on v to public;\ncreate view v as\n  select id, now()\n  from t;",
        "create table t (id int,\n  m mod);\ncreate index on t (id);",
    )
    error = failure(*texts)
    assert error.place == "2.sql:2:5"
    assert error.message.splitlines() == [
        'type "mod" does not exist',
        "     1 | create table t (id int,",
        "     2 |   m mod);",
        "       |     ^",
    ]


def _first_lines(error: "PgnormError") -> list[tuple[str | None, str]]:
    return [(one.place, one.message.splitlines()[0]) for one in (error, *error.others)]


@BOTH
def test_all_errors_are_reported_but_for_what_follows_from_them(failure: "Failure", scratch: bool) -> None:
    texts = (
        """create table farm.field (id int primary key, kind soil);
create index on farm.field (kind);
create view farm.wide as select * from farm.field;
grant select on farm.wide to public;
create function farm.fields() returns setof farm.field language sql as 'select * from farm.field';
create type farm.pair as (of farm.field);
create function farm.half(farm.pair[]) returns int language sql as 'select 1';
create function farm.count() returns int language sql as 'select count(*)::int from farm.wide';
create function farm.plough() returns int language plpgsql as 'begin retrun 1; end';
create table farm.kept (id int);""",
        """create schema farm;
create type soil as enum ('clay' 'sand');
create tabel farm.gate ();
alter table farm.barn add column doors nope;
create view farm.ways_in as select barn.doors from farm.barn;
alter table farm.barn add primary key (place);
create table farm.loft (id int references farm.barn);
create table farm.barn (id int);
create table farm.barn (id int);
do $$ begin execute 'create table farm.shed (id nix)'; end $$;
insert into farm.shed values (1);
select 1 / 0;""",
        "create table farm.hen (id int primary key references farm.egg);\n"
        "create table farm.egg (id int primary key references farm.hen);",
        "create function farm.last() returns int return 1;\ncreate view v as select 'no end",
        "create view farm.uses as select farm.last();\ncreate view farm.also as select * from farm.nowhere",
    )
    error = failure(*texts, scratch=scratch)
    assert _first_lines(error) == [
        ("1.sql:9:70", 'syntax error at or near "retrun", in the body of farm.plough()'),
        ("2.sql:2:34", "syntax error at or near \"'sand'\""),
        ("2.sql:3:8", 'syntax error at or near "tabel"'),
        ("2.sql:4:40", 'type "nope" does not exist'),
        ("2.sql:6:1", 'column "place" of relation "barn" does not exist'),
        ("2.sql:9:1", 'relation "barn" already exists'),
        ("2.sql:10:1", 'type "nix" does not exist'),
        ("2.sql:12:1", "division by zero"),
        ("3.sql:1:1", 'relation "farm.egg" does not exist'),
        ("4.sql:2:25", "unterminated string literal"),
        ("5.sql:2:40", 'relation "farm.nowhere" does not exist'),
    ]


@BOTH
def test_one_thing_that_is_missing_is_told_once(failure: "Failure", scratch: bool) -> None:
    error = failure(
        "create table farm (owner text, id int);\n"
        "create table field (of gone);\n"
        "create view wide as select * from gone;\n"
        "create function all_of() returns setof gone language sql as 'select 1';\n"
        "alter table gone owner to nobody;\n"
        "create index on gone (id);\n"
        "create view calls as select gone(1), gone('a');\n"
        "create function calls() returns int language sql as 'select gone(id) from farm';\n"
        "create view first_one as select nowhere from farm;\n"
        "create view other_one as select nowhere from field_of;\n"
        "create table field_of (id int);",
        "select * from gone;",
        scratch=scratch,
    )
    told = [(one.place, *(line for line in one.message.splitlines() if " | " not in line)) for one in _all(error)]
    assert told == [
        (
            "1.sql:2:24",
            'type "gone" does not exist',
            "The same in 5 other places: 1.sql:3:35, 1.sql:4:1, 1.sql:5:1 and 2 more",
        ),
        ("1.sql:7:29", "function gone(integer) does not exist", "The same in 1 other place: 1.sql:8:61"),
        ("1.sql:9:33", 'column "nowhere" does not exist'),
        ("1.sql:10:33", 'column "nowhere" does not exist'),
    ]


@pytest.mark.parametrize(
    ("alter", "later", "told"),
    [
        ("alter table item set tablespace nix", "create view v as select * from shop.item", 2),
        ("alter table item add column at nix", "create view v as select at from item", 1),
        ("alter table item add at nix, add if not exists by nix", "create view v as select by from item", 1),
        ("alter table item alter id type nix", "create view v as select type from item", 2),
        ("alter table item add constraint k check (nix(id))", "create view v as select check from item", 2),
        ("alter table item add primary key (nix)", "create table sold (item int references item)", 1),
        ("alter table item set schema nix", "create view v as select * from nix.item", 1),
        ("alter table item rename nix to fine", "create view v as select fine from item", 1),
        ("alter table nix rename to table_of", "create view v as select * from table_of", 1),
        ("alter table nix rename to table_of", "create view v as select * from rename", 2),
    ],
)
def test_an_alter_is_to_blame_for_what_it_would_have_made_alone(
    failure: "Failure", alter: str, later: str, told: int
) -> None:
    error = failure(f"create table item (id int); create schema shop;\n{alter};\n{later};")
    assert len([*_all(error)]) == told


def _all(error: "PgnormError") -> "tuple[PgnormError, ...]":
    return (error, *error.others)


def test_settings_that_fail_end_their_file_and_nothing_more(failure: "Failure") -> None:
    error = failure(
        "create schema app;\nset search_path = app +;\ncreate table t ();", "alter table app.t add a int; bad; worse"
    )
    assert [place for place, _ in _first_lines(error)] == ["1.sql:2:23", "2.sql:1:30", "2.sql:1:35"]


@BOTH
def test_the_first_failure_of_migrations_ends_their_load(failure: "Failure", scratch: bool) -> None:
    body = "create function f() returns int language plpgsql as 'begin retrun 1; end';"
    error = failure(body, "create table t (a nope);\nbad;", "worse;", kind="migrations", scratch=scratch)
    assert [place for place, _ in _first_lines(error)] == ["1.sql:1:60", "2.sql:1:19"]


@BOTH
@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("select 1;\n\n  create tabel t ();", "1.sql:3:10", 'syntax error at or near "tabel"'),
        ("create table t (a int,\r\n  é nope.x)", "1.sql:2:5", 'schema "nope" does not exist'),
        ("create table t ();\ncreate table t ()", "1.sql:2:1", 'relation "t" already exists'),
        ("select 1 \\gexec", "1.sql:1:10", 'syntax error at or near "\\"'),
        ("select 1;\n  \\i other.sql\n", "1.sql:2:3", "\\i stands for another file, and only psql follows it"),
        ("\\ir 'a b.sql'", "1.sql:1:1", "\\ir stands for another file, and only psql follows it"),
        ("select 1;\n\\gexec", "1.sql:2:1", "\\gexec stands for what a query answers, and only psql runs that"),
        ("select E'\\u12'", "1.sql:1:10", "invalid Unicode escape"),
        ("-- a\n /* b", "1.sql:2:2", "unterminated comment"),
        ("do $$ begin raise 'no' using detail = 'why', hint = 'so'; end $$", "1.sql:1:1", "no"),
    ],
)  # fmt: skip
def test_errors_have_their_place(failure: "Failure", text: str, place: str, message: str, scratch: bool) -> None:
    error = failure(text, scratch=scratch)
    assert (error.place, error.message.splitlines()[0]) == (place, message)
    if message == "no":
        assert error.message.splitlines()[1] == "DETAIL: why"
        assert error.hint == "so"


def test_a_lost_connection_is_told_with_its_place(failure: "Failure") -> None:
    error = failure("\nselect pg_terminate_backend(pg_backend_pid())")
    assert error.place == "1.sql:2:1"
    assert error.message.startswith("the server ended the connection")
