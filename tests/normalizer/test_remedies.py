"""What a server lacks and a load can do without, or make."""

from typing import TYPE_CHECKING

import pytest

from pgnorm.normalizer.postgres.shadow import Shadow

if TYPE_CHECKING:
    from conftest import Failure, Loaded, Value

BOTH = pytest.mark.parametrize("scratch", [False, True])


@BOTH
def test_roles_that_nothing_makes_are_made_for_the_load(
    caged: Shadow, loaded: "Loaded", value: "Value", scratch: bool
) -> None:
    text = """
        create table t (); grant select on t to pgnorm_reader, "Pgnorm Writer"; alter table t owner to pgnorm_owner;
        create policy p on t to pgnorm_reader;
        alter default privileges for role pgnorm_other grant select on tables to public;
        set role pgnorm_setter; reset role; create schema authorization pgnorm_schema;
        grant pgnorm_late to pgnorm_reader; create role pgnorm_late; create role pgnorm_own login;
        alter role pgnorm_own set work_mem = '8MB'
    """
    with loaded(text, scratch=scratch) as (connection, report):
        made = ("reader", "owner", "other", "setter", "schema")
        assert sorted(report.created_roles) == sorted(["Pgnorm Writer", *(f"pgnorm_{name}" for name in made)])
        assert value(connection, "select rolcanlogin from pg_roles where rolname = 'pgnorm_own'")
    with caged.session() as session:
        assert value(session.connection, "select count(*)::int from pg_roles where rolname ilike 'pgnorm%'") == 0


def test_privileges_and_roles_of_newer_servers_are_left_out(caged: Shadow, loaded: "Loaded", value: "Value") -> None:
    text = """create table t (); create role pgnorm_reader;
        grant select, maintain on t to pgnorm_reader; grant maintain on t to pgnorm_reader;
        alter default privileges grant maintain, select on tables to pgnorm_reader;
        grant select on t to pg_not_yet, pgnorm_reader; grant pg_not_yet to pgnorm_reader;
        set transaction_timeout = 0; set no_such_setting = 1;
        grant all on database not_here to pgnorm_reader"""
    with loaded(text) as (connection, report):
        assert value(connection, "select has_table_privilege('pgnorm_reader', 't', 'select')")
    old = caged.version_num < 170000
    places = [note.place for note in report.notes if note.level == "note"]
    newer = ["1.sql:2:9", "1.sql:2:55", "1.sql:3:9"] if old else []
    assert places == [*newer, "1.sql:4:9", "1.sql:4:57", "1.sql:6:9"]


def test_an_unknown_extension_gets_an_empty_stand_in(loaded: "Loaded", value: "Value") -> None:
    text = """create extension pgnorm_unknown version '1.2';
        create schema s; create extension "pgnorm-other" with schema s"""
    with loaded(text) as (connection, report):
        assert value(connection, "select count(*)::int from pg_extension where extname ~ '^pgnorm'") == 2
    assert report.generated_extensions == ("pgnorm_unknown", "pgnorm-other")
    assert [note.level for note in report.notes] == ["warning", "warning"]


@BOTH
def test_an_update_to_a_version_that_is_not_here_is_left_out(loaded: "Loaded", value: "Value", scratch: bool) -> None:
    text = """create extension pg_net version '0.7.1'; alter extension pg_net update to '0.8';
        create extension citext; alter extension citext update to '99'; alter extension citext update;
        alter extension pg_net update"""
    with loaded(text, scratch=scratch) as (connection, report):
        assert value(connection, "select extversion from pg_extension where extname = 'pg_net'") == "0.7.1"
    told = {note.place: note.level for note in report.notes if note.message.startswith("left out: extension")}
    assert told == {"1.sql:1:42": "verbose", "1.sql:2:34": "verbose", "1.sql:3:9": "verbose"}


def test_a_security_label_needs_its_provider(caged: Shadow, failure: "Failure") -> None:
    error = failure("create table t (a int); security label for anon on table t is 'x'")
    assert error.message.startswith('security label provider "anon" is not loaded')
    assert error.hint == "A private server has no label providers: name one that has loaded it with --shadow-url."
