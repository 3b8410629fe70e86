"""What files could do to the machine that loads them: none of it happens, and what can't be done is refused."""

from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.files.reading import SourceFile
from pgnorm.normalizer.load.loader import load
from pgnorm.normalizer.load.pending import NeedsScratch
from pgnorm.normalizer.postgres.shadow import Session, Shadow
from pgnorm.normalizer.proof.pg_dump import dumped

RUN: Final = "copy (select 1) to program 'touch {mark}'"
QUIET: Final = f"begin {RUN}; exception when others then null; end;"
BODY: Final = f"language plpgsql as $$ begin {QUIET} return {{answer}}; end $$;"

REFUSED: Final = {
    "a program": RUN,
    "a program in a block": f"do $$ begin {RUN}; end $$",
    "a program that is read": "create table t (x text); copy t from program 'touch {mark}'",
    "a file that is written": "copy (select 1) to '{mark}'",
    "a file that is read": "create table t (x text); copy t from '/etc/passwd'",
    "a file of the server": "do $$ begin perform pg_read_file('PG_VERSION'); end $$",
    "a file as a default": "create table t (x text default pg_read_file('PG_VERSION')); insert into t default values",
    "a folder of the server": "do $$ begin perform pg_ls_dir('/'); end $$",
    "a large object of a file": "do $$ begin perform lo_import('/etc/passwd'); end $$",
    "a file of a large object": "do $$ begin perform lo_export(lo_from_bytea(0, 'x'), '{mark}'); end $$",
    "another user": f"set session authorization pg_norm; {RUN}",
    "another user in a block": f"do $$ begin set session authorization pg_norm; {RUN}; end $$",
    "the user of the connection": f"do $$ begin reset session authorization; {RUN}; end $$",
    "the administrator's role": f"set role pg_norm; {RUN}",
    "a member of the administrator": f"grant pg_norm to postgres; {RUN}",
    "a member of it in a block": "do $$ begin grant pg_norm to postgres; end $$",
    "the right to run programs": f"grant pg_execute_server_program to postgres; {RUN}",
    "that right in a block": "do $$ begin grant pg_execute_server_program to postgres; end $$",
    "that right by another role": "create role r; grant pg_execute_server_program to r; grant r to postgres",
    "a superuser": f"create role r superuser; set role r; {RUN}",
    "a superuser by and by": f"create role r; alter role r superuser; set role r; {RUN}",
    "oneself a superuser": f"alter role postgres superuser; {RUN}",
    "oneself one in a block": "do $$ begin alter role postgres superuser; end $$",
    "a function of the administrator": (
        f"create function f() returns int security definer language plpgsql as $$ begin {RUN}; return 1; end $$;"
        " alter function f() owner to pg_norm; do $$ begin perform f(); end $$"
    ),
    "a function of Postgres": "alter function pg_catalog.obj_description(oid, name) owner to postgres",
    "another body for it": (
        "create or replace function pg_catalog.obj_description(oid, name) returns text language sql"
        " set session_replication_role = replica as 'select null::text'"
    ),
    "something in pg_catalog": (
        "create function pg_catalog.f(int, text) returns boolean language sql immutable as 'select true'"
    ),
    "a library": "create function f(cstring) returns int language c as '$libdir/plpgsql', 'plpgsql_validator'",
    "a name for a function of Postgres": "create function f(text) returns text language internal as 'pg_read_file_all'",
    "a right to such a function": "grant execute on function pg_catalog.pg_read_file(text) to postgres",
    "a right to all functions": "grant execute on all functions in schema pg_catalog to postgres",
    "a connection": "create extension dblink; do $$ begin perform dblink_connect_u('dbname=postgres'); end $$",
    "a foreign table of a program": (
        "create extension file_fdw; create server s foreign data wrapper file_fdw;"
        " create foreign table t (x text) server s options (program 'touch {mark}')"
    ),
    "a validator": (
        f"create function v(text[], oid) returns int {BODY.format(mark='{mark}', answer='1')}"
        " create foreign data wrapper w validator v options (a '1')"
    ),
    "a library of the session": "load 'auto_explain'",
    "a setting of the server in a block": "do $$ begin execute 'alter system set work_mem = ''5MB'''; end $$",
    "a tablespace in a block": "do $$ begin execute 'create tablespace t location ''/tmp'''; end $$",
}
HARMLESS: Final = {
    "an event trigger": (
        f"create function e() returns event_trigger language plpgsql as $$ begin {QUIET} end $$;"
        " create event trigger e on ddl_command_end execute function e(); alter event trigger e enable always;"
        " create extension citext; create role r; grant all on schema public to r; comment on extension citext is 'x';"
        " create publication p for all tables; drop publication p"
    ),
    "everything that is evaluated": (
        f"create function im() returns int immutable {BODY.format(mark='{mark}', answer='1')}"
        " create table t (a int, check (im() = 1)) partition by range (a);"
        " create table t1 partition of t for values from (im()) to (im() + 1);"
        " create index on t ((a + im())) where im() = 1; create materialized view m as select im();"
        " create domain d as int check (im() = value); create table u (x d default im());"
        " insert into u default values; alter table u add y int default im();"
        " alter table u add z int generated always as (im()) stored"
    ),
    "what waits for the commit": (
        f"create function tr() returns trigger {BODY.format(mark='{mark}', answer='new')}"
        " create table t (x int);"
        " create constraint trigger c after insert on t deferrable initially deferred"
        " for each row execute function tr();"
        " insert into t values (1); create role r; grant all on t to r"
    ),
    "a superuser's function": (
        f"create function f() returns int security definer {BODY.format(mark='{mark}', answer='1')}"
        " create role r superuser; alter function f() owner to r; do $$ begin perform f(); end $$"
    ),
    "a view before the catalog": (
        f"create function im() returns oid {BODY.format(mark='{mark}', answer='1')}"
        " create temp view pg_class as select im() as oid, ''::text as relname"
    ),
}


def load_text(session: Session, shadow: Shadow, text: str, *, scratch: bool) -> None:
    load(
        session.connection,
        [SourceFile(path=None, label="x.sql", text=text)],
        kind="migrations",
        transaction=not scratch,
        provide_extension=shadow.provide_extension,
        power=session.power,
    )


def _load(shadow: Shadow, text: str, *, scratch: bool) -> None:
    with shadow.session(scratch=scratch) as session:
        load_text(session, shadow, text, scratch=scratch)
        session.read()


@pytest.mark.parametrize("scratch", [False, True], ids=["transaction", "scratch"])
@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused(caged: Shadow, mark: Path, what: str, scratch: bool) -> None:
    with pytest.raises((PgnormError, NeedsScratch)) as error:
        _load(caged, REFUSED[what].format(mark=mark), scratch=scratch)
    assert isinstance(error.value, PgnormError | NeedsScratch)
    assert str(error.value.place).startswith("x.sql:1:")
    assert not mark.exists()


@pytest.mark.parametrize("scratch", [False, True], ids=["transaction", "scratch"])
@pytest.mark.parametrize("role", ["pg_norm", 'U&"pg\\005fnorm"', "pg_execute_server_program", "pg_read_server_files"])
@pytest.mark.parametrize(
    "given",
    [
        "alter function f() owner to {role}",
        "alter procedure p owner to {role}",
        "alter table t owner to {role}",
        "alter materialized view m owner to {role}",
        "create schema s authorization {role} create table u (x int)",
    ],
)
def test_nothing_is_given_to_a_role_that_may_do_more(caged: Shadow, given: str, role: str, scratch: bool) -> None:
    made = (
        "create function f() returns int security definer language sql as 'select 1'; create table t (x int);"
        " create procedure p() security definer language sql as 'select 1'; create materialized view m as select f() x;"
    )
    with pytest.raises(PgnormError) as error:
        _load(caged, f"{made} {given.format(role=role)}; select f(); refresh materialized view m", scratch=scratch)
    assert str(error.value.place) == f"x.sql:1:{len(made) + 2}"
    said = ("gives an object to a role", "must be able to SET ROLE", "must be member of role", "permission denied")
    assert any(words in error.value.message for words in said)


@pytest.mark.parametrize("scratch", [False, True], ids=["transaction", "scratch"])
@pytest.mark.parametrize("what", HARMLESS)
def test_it_runs_without_power(caged: Shadow, mark: Path, what: str, scratch: bool) -> None:
    _load(caged, HARMLESS[what].format(mark=mark), scratch=scratch)
    assert not mark.exists()


@pytest.mark.parametrize("what", [*REFUSED, *HARMLESS])
def test_the_role_is_none_the_more_powerful_afterwards(caged: Shadow, mark: Path, what: str) -> None:
    with suppress(PgnormError):
        _load(caged, {**REFUSED, **HARMLESS}[what].format(mark=mark), scratch=True)
    with caged.session() as session:
        session.power.withdraw(session.connection)
        found = session.connection.execute(
            "select rolsuper, pg_has_role('pg_execute_server_program', 'member') from pg_roles where rolname = user"
        ).fetchall()
    assert found == [(False, False)]


# What a function of the files leaves where it runs with power.
BY_POWER: Final = """
    begin
      if pg_catalog.pg_has_role('pg_execute_server_program', 'member') then
        create table if not exists public.by_power ();
      end if;
      return {answer};
    end
"""
OPERATORS: Final = [
    *((name, "oid", right) for name in ("=", "<>", "<", ">", "<=", ">=") for right in ("int4", "oid")),
    *((name, "name", "text") for name in ("=", "<>", "~", "!~")),
    *((name, '"char"', "text") for name in ("=", "<>")),
]


def _namesakes() -> str:
    """Operators that suit better what is asked of the catalog than Postgres' own do."""
    bodies = (
        f"create function public.o{number}({left}, {right}) returns boolean language plpgsql"
        f" as $$ {BY_POWER.format(answer='false')} $$;"
        f" create operator public.{name} (leftarg = {left}, rightarg = {right}, function = public.o{number});"
        for number, (name, left, right) in enumerate(OPERATORS)
    )
    return "".join(bodies)


def _ran_by_power(session: Session) -> bool:
    row = session.connection.execute("select pg_catalog.to_regclass('public.by_power')").fetchone()
    assert row is not None
    return row[0] is not None


@pytest.mark.parametrize("path", ["public", "public, pg_catalog"])
def test_no_operator_of_theirs_is_called_with_power(caged: Shadow, path: str) -> None:
    text = (
        f"{_namesakes()} set search_path = {path}; create role r; create table t (); grant all on t to r;"
        " create extension citext; create extension postgres_fdw; alter schema public owner to r"
    )
    with caged.session(scratch=True) as session:
        load_text(session, caged, text, scratch=True)
        assert not _ran_by_power(session)


def test_a_validator_is_theirs_whatever_their_operators_say(caged: Shadow) -> None:
    text = (
        f"create function public.v(text[], oid) returns void language plpgsql as $$ {BY_POWER.format(answer='')} $$;"
        " create function public.so(oid, int4) returns boolean language sql as 'select true';"
        " create operator public.= (leftarg = oid, rightarg = int4, function = public.so);"
        " create foreign data wrapper w validator v options (a '1')"
    )
    with caged.session(scratch=True) as session:
        with pytest.raises(PgnormError, match="permission denied"):
            load_text(session, caged, text, scratch=True)
        assert not _ran_by_power(session)


def test_no_trigger_of_theirs_greets_the_administrator(caged: Shadow) -> None:
    if caged.major < 17:
        pytest.skip("there are no login triggers before 17")
    assert caged.binaries is not None
    program = caged.binaries.bindir / "pg_dump"
    text = (
        f"create function public.greet() returns event_trigger language plpgsql as $$ {BY_POWER.format(answer='')} $$;"
        " create event trigger greeting on login execute function public.greet()"
    )
    with caged.session(scratch=True) as session:
        load_text(session, caged, text, scratch=True)
        assert "greeting" in dumped(session.connection, program, user=session.power.administrator)
        assert not _ran_by_power(session)
