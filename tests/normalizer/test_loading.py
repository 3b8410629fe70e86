"""Loading files into real servers."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, LiteralString

import psycopg
import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.execution import NeedsScratch
from pgnorm.normalizer.files import SourceFile
from pgnorm.normalizer.loading import LoadReport, load
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.statements import Statement

Kind = Literal["declared", "migrations", "script"]


def sources(*texts: str) -> list[SourceFile]:
    return [SourceFile(path=None, label=f"{number}.sql", text=text) for number, text in enumerate(texts, 1)]


@contextmanager
def loaded(
    shadow: Shadow, *texts: str, kind: Kind = "declared", scratch: bool = False, owner: str | None = None
) -> Iterator[tuple[psycopg.Connection, LoadReport]]:
    with shadow.session(scratch=scratch) as session:
        report = load(
            session.connection,
            sources(*texts),
            kind=kind,
            transaction=not scratch,
            provide_extension=shadow.provide_extension,
            owner=owner,
        )
        yield session.connection, report


def value(connection: psycopg.Connection, query: LiteralString) -> object:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def failure(shadow: Shadow, *texts: str, kind: Kind = "declared", scratch: bool = False) -> PgnormError:
    with pytest.raises(PgnormError) as error, loaded(shadow, *texts, kind=kind, scratch=scratch):
        pass
    return error.value


BOTH = pytest.mark.parametrize("scratch", [False, True])


@BOTH
def test_files_run_in_their_order_with_fresh_settings(shadow: Shadow, scratch: bool) -> None:
    first = "create schema app; select set_config('search_path', 'app', false); create table a (); set role pg_monitor"
    with loaded(shadow, first, "create table b ()", kind="migrations", scratch=scratch) as (connection, _):
        tables = value(
            connection,
            "select array_agg(oid::regclass::text order by oid::regclass::text) from pg_class where relkind = 'r'"
            " and relnamespace in ('app'::regnamespace, 'public'::regnamespace)",
        )
        assert tables == ["app.a", "b"]
        assert value(connection, "select current_user") == value(connection, "select session_user")


@BOTH
def test_real_files_hold_all_sorts_of_statements(shadow: Shadow, scratch: bool) -> None:
    text = """
        \\restrict key
        begin;
        set client_encoding = 'LATIN1'; set transaction isolation level serializable;
        create table t (id int primary key, v text);
        insert into t values (1, 'é'), (2, '%s');
        update t set v = v || ';' where id = 1;
        create temporary table keep on commit drop as select * from t;
        insert into t select id + 10, v from keep;
        savepoint mine; drop table t; rollback to savepoint mine; release mine;
        do $$ begin execute 'create function made() returns int language sql as ''select 1'''; end $$;
        create index concurrently on t (v);
        copy t (id, v) from stdin;
5\tit's
\\.
        vacuum t;
        alter system set work_mem = '8MB';
        create extension if not exists hstore; drop extension hstore;
        comment on table t is 'a;b';
        commit;
        \\unrestrict key
        select made()"""
    with loaded(shadow, text, kind="migrations", scratch=scratch) as (connection, report):
        assert value(connection, "select array_agg(id order by id) from t") == [1, 2, 11, 12]
        assert value(connection, "select v from t where id = 1") == "é;"
        assert value(connection, "select count(*)::int from pg_index where indrelid = 't'::regclass") == 2
    assert [(note.level, note.place, note.message) for note in report.notes if note.level != "verbose"] == [
        ("note", "1.sql:13:9", "the rows of COPY are not loaded"),
        ("note", "1.sql:17:9", "ALTER SYSTEM is left out: it reaches beyond the database"),
    ]


def test_a_rollback_in_a_file_is_passed_over_aloud(shadow: Shadow) -> None:
    with loaded(shadow, "begin; create table t (); rollback;", kind="migrations") as (connection, report):
        assert value(connection, "select to_regclass('t') is not null")
    assert [note.place for note in report.notes if note.level == "note"] == ["1.sql:1:27"]


# Each list of files names something before it is made.
ANY_ORDER = [
    (
        "create view v as select id from t; grant select on v to public; comment on view v is 'x'",
        "create table t (id int)",
    ),
    (
        "create table a (id int primary key, b int references b (id))",
        "create table b (id int primary key)",
    ),
    (
        "create table app.t (m app.mood default app.f())",
        "create function app.f() returns app.mood language sql as $$ select 'ok'::app.mood $$",
        "create type app.mood as enum ('ok')",
        "create schema app",
    ),
    (
        "create trigger x before insert on t for each row execute function f()",
        "create function f() returns trigger language plpgsql as 'begin return new; end'",
        "create table t ()",
    ),
    (
        "create index on t (later); alter table t alter column later set default 2",
        "create table t (); alter table t add column later int",
    ),
    (
        "create policy p on t using (owner = me())",
        "create table t (owner text); create function me() returns text return 'x'",
    ),
    (
        "create table p1 partition of p for values in (1)",
        "create table p (id int) partition by list (id)",
    ),
    (
        "create type b (input = b_in, output = b_out)",
        "create type b;"
        "create function b_in(cstring) returns b immutable strict language internal as 'textin';"
        "create function b_out(b) returns cstring immutable strict language internal as 'textout'",
    ),
]


@BOTH
@pytest.mark.parametrize("texts", ANY_ORDER)
def test_declared_files_may_come_in_any_order(shadow: Shadow, texts: tuple[str, ...], scratch: bool) -> None:
    with loaded(shadow, *texts, scratch=scratch) as (_, report):
        assert "1.sql:1:1" in report.retried
    with loaded(shadow, *reversed(texts), scratch=scratch) as (_, report):
        assert report.retried == ()


def test_a_waiting_statement_runs_in_the_settings_of_its_file(shadow: Shadow) -> None:
    first = "create schema app; set search_path = app; create view v as select id from t; create type mood as enum ()"
    with loaded(shadow, first, "create table app.t (id int); create type mood as enum ()") as (connection, report):
        assert report.retried == ("1.sql:1:43",)
        assert value(connection, "select 'app.v'::regclass is not null")


def test_migrations_are_never_reordered(shadow: Shadow) -> None:
    error = failure(shadow, "create view v as select 1 from t", "create table t ()", kind="migrations")
    assert (error.place, error.message.splitlines()[0]) == ("1.sql:1:32", 'relation "t" does not exist')


def test_a_revoke_that_waited_comes_before_the_later_grant(shadow: Shadow) -> None:
    first = "revoke execute on function f() from public"
    second = "create function f() returns int return 1; grant execute on function f() to public"
    with loaded(shadow, first, second) as (connection, _):
        assert value(connection, "select has_function_privilege('pg_monitor', 'f()', 'execute')")


def test_a_later_definition_is_not_overwritten(shadow: Shadow) -> None:
    first = "create or replace function f(a int default g()) returns int return 1"
    second = "create or replace function f(a int) returns int return 2; create function f(a text) returns int return 3"
    with loaded(shadow, first, second, "create function g() returns int return 0") as (connection, report):
        assert value(connection, "select array_agg(prosrc || pronargdefaults) from pg_proc where proname = 'f'") == [
            "0",
            "0",
        ]
        assert value(connection, "select f(5)") == 2
        assert [note.message for note in report.notes] == ["left out: a later statement defines it anew"]


def test_an_overload_that_waited_is_no_overwriting(shadow: Shadow) -> None:
    first = "create or replace function f(a int, b t default null) returns int return 1"
    second = "create or replace function f(a int) returns int return 2; create table t ()"
    with loaded(shadow, first, second) as (connection, _):
        assert value(connection, "select count(*)::int from pg_proc where proname = 'f'") == 2


@pytest.mark.parametrize(
    "between", ["create or replace view v as select 2 as x", "drop view if exists v; create view v as select 2 as x"]
)
def test_a_view_defined_anew_wins_over_one_that_waited(shadow: Shadow, between: str) -> None:
    with loaded(shadow, "create or replace view v as select 1 as x from t", between, "create table t ()") as (
        connection,
        _,
    ):
        assert value(connection, "select x from v") == 2


def test_what_drops_something_missing_does_not_wait(shadow: Shadow) -> None:
    error = failure(shadow, "drop function f()", "create function f() returns int return 1")
    assert (error.place, error.message.splitlines()[0]) == ("1.sql:1:1", "function f() does not exist")


def test_the_cause_is_reported_and_not_its_cascade(shadow: Shadow) -> None:
    texts = (
        "grant select on v to public;\ncreate view v as\n  select id, now()\n  from t;",
        "create table t (id int,\n  m mod);\ncreate index on t (id);",
    )
    error = failure(shadow, *texts)
    assert error.place == "2.sql:2:5"
    assert error.message.splitlines() == [
        'type "mod" does not exist',
        "     1 | create table t (id int,",
        "     2 |   m mod);",
        "       |     ^",
    ]


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
def test_errors_have_their_place(shadow: Shadow, text: str, place: str, message: str, scratch: bool) -> None:
    error = failure(shadow, text, scratch=scratch)
    assert (error.place, error.message.splitlines()[0]) == (place, message)
    if message == "no":
        assert error.message.splitlines()[1] == "DETAIL: why"
        assert error.hint == "so"


@pytest.mark.parametrize(
    "text",
    [
        "create type e as enum ('a'); commit; alter type e add value 'b'; create table t (e e default 'b')",
        "create procedure p() language plpgsql as 'begin commit; end'; call p()",
        "create table t (id int primary key, r int references t deferrable initially deferred);"
        "insert into t values (1, 1); alter table t add column x int",
        "discard all; create table t ()",
    ],
)
def test_what_one_transaction_cannot_hold_asks_for_a_scratch_database(shadow: Shadow, text: str) -> None:
    before = "create type e2 as enum ('a');"
    with (
        pytest.raises(NeedsScratch) as reason,
        loaded(shadow, before, "alter type e2 add value 'c';" + text + ";select 'c'::e2", kind="migrations"),
    ):
        pass
    assert reason.value.place.startswith("2.sql:")
    with loaded(
        shadow, before, "alter type e2 add value 'c';" + text + ";select 'c'::e2", kind="migrations", scratch=True
    ):
        pass


def test_temporary_tables_of_one_name_in_two_files(shadow: Shadow) -> None:
    text = "create temporary table x on commit drop as select 1 as a; create or replace view v as select 1 as one"
    with pytest.raises(NeedsScratch), loaded(shadow, text, text):
        pass
    with loaded(shadow, text, text, scratch=True) as (connection, _):
        assert value(connection, "select one from v") == 1


@BOTH
def test_roles_that_nothing_makes_are_made_for_the_load(shadow: Shadow, scratch: bool) -> None:
    text = """
        create table t (); grant select on t to pgnorm_reader, "Pgnorm Writer"; alter table t owner to pgnorm_owner;
        create policy p on t to pgnorm_reader;
        alter default privileges for role pgnorm_other grant select on tables to public;
        set role pgnorm_setter; reset role; create schema authorization pgnorm_schema;
        grant pgnorm_late to pgnorm_reader; create role pgnorm_late; create role pgnorm_own login;
        alter role pgnorm_own set work_mem = '8MB'
    """
    with loaded(shadow, text, scratch=scratch) as (connection, report):
        made = ("reader", "owner", "other", "setter", "schema")
        assert sorted(report.created_roles) == sorted(["Pgnorm Writer", *(f"pgnorm_{name}" for name in made)])
        assert value(connection, "select rolcanlogin from pg_roles where rolname = 'pgnorm_own'")
    with shadow.session() as session:
        assert value(session.connection, "select count(*)::int from pg_roles where rolname ilike 'pgnorm%'") == 0


def test_privileges_and_roles_of_newer_servers_are_left_out(shadow: Shadow) -> None:
    text = """create table t (); create role pgnorm_reader;
        grant select, maintain on t to pgnorm_reader; grant maintain on t to pgnorm_reader;
        alter default privileges grant maintain, select on tables to pgnorm_reader;
        grant select on t to pg_not_yet, pgnorm_reader; grant pg_not_yet to pgnorm_reader;
        set transaction_timeout = 0; set no_such_setting = 1;
        grant all on database not_here to pgnorm_reader"""
    with loaded(shadow, text) as (connection, report):
        assert value(connection, "select has_table_privilege('pgnorm_reader', 't', 'select')")
    old = shadow.version_num < 170000
    places = [note.place for note in report.notes if note.level == "note"]
    newer = ["1.sql:2:9", "1.sql:2:55", "1.sql:3:9"] if old else []
    assert places == [*newer, "1.sql:4:9", "1.sql:4:57", "1.sql:6:9"]


def test_an_unknown_extension_gets_an_empty_stand_in(shadow: Shadow) -> None:
    text = """create extension pgnorm_unknown version '1.2';
        create schema s; create extension "pgnorm-other" with schema s"""
    with loaded(shadow, text) as (connection, report):
        assert value(connection, "select count(*)::int from pg_extension where extname ~ '^pgnorm'") == 2
    assert report.generated_extensions == ("pgnorm_unknown", "pgnorm-other")
    assert [note.level for note in report.notes] == ["warning", "warning"]


def test_the_owner_is_made_and_owns(shadow: Shadow) -> None:
    with loaded(shadow, "create table t (); reset role; create table u ()", owner="pgnorm_alice") as (connection, _):
        assert value(
            connection, "select array_agg(distinct tableowner::text) from pg_tables where schemaname = 'public'"
        ) == ["pgnorm_alice"]
        assert value(connection, "select current_user") != "pgnorm_alice"


def test_statements_are_told_as_soon_as_they_ran(shadow: Shadow) -> None:
    first = "create or replace function f(a int default g()) returns int return 1"
    second = (
        "create or replace function f(a int) returns int return 2; create function g() returns int return 0; select 1"
    )
    seen: list[tuple[str, object]] = []
    with shadow.session() as session:

        def tell(source: SourceFile, statement: Statement) -> None:
            count = value(
                session.connection,
                "select array_agg(pg_get_functiondef(oid) ~ 'RETURN 1$') from pg_proc where proname = 'f'",
            )
            seen.append((source.place(statement.start), count))

        load(session.connection, sources(first, second), kind="declared", transaction=True, on_statement=tell)
    assert [place for place, _ in seen] == ["2.sql:1:1", "2.sql:1:59", "1.sql:1:1", "2.sql:1:101"]


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
    shadow: Shadow, text: str, place: str, message: str, scratch: bool
) -> None:
    error = failure(shadow, text, scratch=scratch)
    assert error.place == place
    assert message in error.message
    assert "in the body of f()" in error.message


def test_bodies_may_name_what_comes_later_or_lies_in_their_own_path(shadow: Shadow) -> None:
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
    with loaded(shadow, text) as (_, report):
        assert report.notes == ()


def test_bodies_may_name_temporary_tables_and_what_migrations_dropped(shadow: Shadow) -> None:
    with loaded(shadow, "create function f() returns int language sql as 'select a from scratchpad'") as (_, report):
        assert [(note.level, note.place) for note in report.notes] == [("warning", "1.sql:1:64")]
    text = """create table gone (); drop table gone;
        create function f() returns bigint language sql as 'select count(*) from public.gone'"""
    with loaded(shadow, text, kind="migrations") as (_, report):
        assert [note.level for note in report.notes] == ["warning"]


def test_statements_of_supabase_projects_just_work(supabase_shadow: Shadow) -> None:
    text = """
        create extension if not exists pg_cron; create extension if not exists "uuid-ossp" with schema extensions;
        select cron.schedule('nightly', '0 3 * * *', $$ select 1 $$);
        select vault.create_secret('secret', 'name');
        insert into storage.buckets (id, name, public) values ('attachments', 'attachments', true);
        create trigger on_auth_user after insert on auth.users for each row execute function public.handle();
        create policy "own files" on storage.objects for select to authenticated using (bucket_id = 'attachments');
    """
    function = "create function public.handle() returns trigger language plpgsql as 'begin return new; end'"
    for scratch in (False, True):
        with loaded(supabase_shadow, text, function, scratch=scratch) as (connection, report):
            assert report.retried == ("1.sql:6:9",)
            assert value(connection, "select count(*)::int from pg_trigger where tgname = 'on_auth_user'") == 1


def test_an_interrupt_ends_a_load_and_its_statement(shadow: Shadow) -> None:
    def interrupt() -> None:
        signal.raise_signal(signal.SIGINT)

    timer = threading.Timer(0.3, interrupt)
    with shadow.session() as session, pytest.raises(KeyboardInterrupt):
        timer.start()
        load(session.connection, sources("select pg_sleep(60)"), kind="declared", transaction=True)
    timer.join()


def test_a_lost_connection_is_told_with_its_place(shadow: Shadow) -> None:
    error = failure(shadow, "\nselect pg_terminate_backend(pg_backend_pid())")
    assert error.place == "1.sql:2:1"
    assert error.message.startswith("the server ended the connection")


def test_a_file_without_statements_loads(shadow: Shadow) -> None:
    with loaded(shadow, "", "-- nothing\n;", scratch=True) as (_, report):
        assert report.notes == ()


def test_bodies_in_libraries_are_not_opened(shadow: Shadow) -> None:
    text = """create function f() returns int language sql as 'select 1';
        update pg_proc set prosrc = 'f', probin = '$libdir/absent',
                           prolang = (select oid from pg_language where lanname = 'c')
         where proname = 'f'"""
    with loaded(shadow, text) as (_, report):
        assert report.notes == ()


def test_a_security_label_needs_its_provider(shadow: Shadow) -> None:
    error = failure(shadow, "create table t (a int); security label for anon on table t is 'x'")
    assert error.message.startswith('security label provider "anon" is not loaded')
    assert error.hint == "A private server has no label providers: name one that has loaded it with --shadow-url."
