"""Bodies are checked once everything is loaded."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Failure, Loaded

BOTH = pytest.mark.parametrize("scratch", [False, True])


BODIES = [
    (
        "create function f() returns int language plpgsql as $$\nbegin\n  retrun 1;\nend $$",
        "1.sql:3:3",
        "syntax error",
    ),
    (
        "create function f() returns int language plpgsql as 'declare r nope; begin return 1; end'",
        "1.sql:1:64",
        'type "nope" does not exist',
    ),
    (
        "do $x$ begin execute 'create function f() returns int language sql as $$ select; selec $$'; end $x$",
        "1.sql:1:82",
        "syntax error",
    ),
    (
        "create function f() returns int language sql as $$\n select app.g() $$; create schema app",
        "1.sql:2:9",
        "function app.g() does not exist",
    ),
]


@BOTH
@pytest.mark.parametrize(("text", "place", "message"), BODIES)
def test_bodies_are_checked_when_everything_is_in(
    failure: "Failure", text: str, place: str, message: str, scratch: bool
) -> None:
    error = failure(text, scratch=scratch)
    assert error.place == place
    assert message in error.message
    assert "in the body of f()" in error.message


def test_bodies_may_name_what_comes_later_or_lies_in_their_own_path(loaded: "Loaded") -> None:
    text = """
        create function early() returns int language sql as 'select later()';
        create function later() returns int language sql as 'select count(*)::int from t';
        create schema app; create type app.mood as enum ('x');
        create function own() returns int language plpgsql set search_path = app, pg_temp
            as 'declare m mood; begin return 1; end';
        create table t ();
        set search_path = app;
        create function app.of_file() returns int language plpgsql as 'declare m mood; begin return 1; end';
    """
    with loaded(text) as (_, report):
        assert report.notes == ()


def test_bodies_may_name_temporary_tables_and_what_migrations_dropped(loaded: "Loaded") -> None:
    with loaded("create function f() returns int language sql as 'select a from scratchpad'") as (_, report):
        assert [(note.level, note.place) for note in report.notes] == [("warning", "1.sql:1:64")]
    text = """create table gone (); drop table gone;
        create function f() returns bigint language sql as 'select count(*) from public.gone'"""
    with loaded(text, kind="migrations") as (_, report):
        assert [note.level for note in report.notes] == ["warning"]


DUMP = "select set_config('search_path', '', false);"
TEMPORARY = "create function public.fills() returns void language sql as 'insert into scratch values (1)';"


@BOTH
def test_one_body_does_not_spoil_another(loaded: "Loaded", scratch: bool) -> None:
    text = f"""{DUMP}
        create table public.crop (id int); create type public.season as enum ('dry', 'wet');
        create function public.reads() returns int language plpgsql as 'declare v crop.id%type; begin return v; end';
        create function public.turns() returns int language plpgsql as 'declare s season; r crop; begin return 1; end';
        {TEMPORARY}"""
    with loaded(text, scratch=scratch) as (_, report):
        assert [(note.level, note.message) for note in report.notes] == [
            ("warning", 'relation "scratch" does not exist, in the body of fills()')
        ]


def test_a_body_is_judged_in_the_path_of_its_file_or_of_a_new_session(loaded: "Loaded", failure: "Failure") -> None:
    path = "create schema farm; create table farm.field (id int); set search_path = farm;"
    near = "create function farm.near() returns int language plpgsql as 'declare v field.id%type; begin return v; end';"
    far = "create function farm.far() returns int language plpgsql as 'declare v barn.id%type; begin return v; end';"
    with loaded(path + near + far + TEMPORARY, "create table barn (id int)") as (_, report):
        assert [note.message.split(",")[0] for note in report.notes] == ['relation "scratch" does not exist']
    error = failure(path + near.replace("field.id", "field.di"), "create table barn (id int)")
    assert error.message.startswith('column "di" of relation "field" does not exist')


@pytest.mark.parametrize("company", ["", TEMPORARY])
def test_settings_of_a_function_that_can_not_be_made_are_told(loaded: "Loaded", company: str) -> None:
    function = "create function f() returns int language sql set default_tablespace = fast as 'select 1';"
    with loaded(f"set check_function_bodies = off; {function} {company}") as (_, report):
        assert ("1.sql:1:34", 'invalid value for parameter "default_tablespace": "fast", in the settings of f()') in [
            (note.place, note.message) for note in report.notes
        ]
        assert len(report.notes) == 1 + bool(company)


GONE = [
    ("v public.gone.a%type;", 'relation "public.gone" does not exist'),
    ('v "gone" . a  % TYPE := 4;', 'relation "gone" does not exist'),
    ("v kept.a%type;", 'column "a" of relation "kept" does not exist'),
    ("v left_out.gone.a%type;", 'schema "left_out" does not exist'),
    ("v gone%type;", 'variable "gone" does not exist'),
    ("v gone%rowtype;", 'relation "gone" does not exist'),
    ("v public.gone;", 'type "public.gone" does not exist'),
]


@pytest.mark.parametrize(("variable", "message"), GONE)
def test_a_type_of_what_has_gone_is_no_syntax_error(
    loaded: "Loaded", failure: "Failure", variable: str, message: str
) -> None:
    function = f"create function f() returns int language plpgsql as 'declare {variable} begin return 1; end'"
    kept = "create table kept (b int);"
    with loaded(kept, function, kind="migrations") as (_, report):
        assert [(note.level, note.message) for note in report.notes] == [("warning", f"{message}, in the body of f()")]
    if message.startswith('relation "gone"'):
        return  # It may be a temporary table.
    error = failure(kept, function)
    assert error.message.startswith(message)


CHANGED = [
    "create table t (a int, b int); create function f() returns setof t language sql as 'select 1, 2';"
    "alter table t drop column b",
    "create table t (a int); create function f() returns void language sql as 'insert into t values (1)';"
    "alter table t drop column a",
    "create type mood as enum ('glad'); create function f() returns mood language sql as $$ select 'glad'::mood $$;"
    "alter type mood rename value 'glad' to 'happy'",
]


@pytest.mark.parametrize("text", CHANGED)
def test_a_body_that_migrations_made_and_then_broke_is_a_warning(
    loaded: "Loaded", failure: "Failure", text: str
) -> None:
    with loaded(text, kind="migrations") as (_, report):
        assert [note.level for note in report.notes] == ["warning"]
    assert "in the body of f()" in failure(text).message


MISWRITTEN = ["retrun 1;", "return 1", "perform; selec 1;", "v := ;", "declare v public.kept.a%typo; begin end;"]


@pytest.mark.parametrize("body", MISWRITTEN)
def test_what_was_never_right_is_an_error_of_a_migration(failure: "Failure", body: str) -> None:
    text = f"create table kept (a int); create function f() returns int language plpgsql as 'begin {body} end'"
    assert "in the body of f()" in failure(text, kind="migrations").message


def test_bodies_in_libraries_are_not_opened(loaded_with_trust: "Loaded") -> None:
    text = """create function f() returns int language sql as 'select 1';
        update pg_proc set prosrc = 'f', probin = '$libdir/absent',
                           prolang = (select oid from pg_language where lanname = 'c')
         where proname = 'f'"""
    with loaded_with_trust(text) as (_, report):
        assert report.notes == ()
