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


def test_bodies_in_libraries_are_not_opened(loaded: "Loaded") -> None:
    text = """create function f() returns int language sql as 'select 1';
        update pg_proc set prosrc = 'f', probin = '$libdir/absent',
                           prolang = (select oid from pg_language where lanname = 'c')
         where proname = 'f'"""
    with loaded(text) as (_, report):
        assert report.notes == ()
