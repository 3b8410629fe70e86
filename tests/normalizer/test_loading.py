"""Files loaded into real servers: in which order their statements run."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Failure, Loaded, Value

BOTH = pytest.mark.parametrize("scratch", [False, True])


@BOTH
def test_files_run_in_their_order_with_fresh_settings(loaded: "Loaded", value: "Value", scratch: bool) -> None:
    first = "create schema app; select set_config('search_path', 'app', false); create table a (); set role pg_monitor"
    with loaded(first, "create table b ()", kind="migrations", scratch=scratch) as (connection, _):
        tables = value(
            connection,
            "select array_agg(oid::regclass::text order by oid::regclass::text) from pg_class where relkind = 'r'"
            " and relnamespace in ('app'::regnamespace, 'public'::regnamespace)",
        )
        assert tables == ["app.a", "b"]
        assert value(connection, "select current_user") == value(connection, "select session_user")


@BOTH
def test_real_files_hold_all_sorts_of_statements(loaded: "Loaded", value: "Value", scratch: bool) -> None:
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
    with loaded(text, kind="migrations", scratch=scratch) as (connection, report):
        assert value(connection, "select array_agg(id order by id) from t") == [1, 2, 11, 12]
        assert value(connection, "select v from t where id = 1") == "é;"
        assert value(connection, "select count(*)::int from pg_index where indrelid = 't'::regclass") == 2
    assert [(note.level, note.place, note.message) for note in report.notes if note.level != "verbose"] == [
        ("note", "1.sql:13:9", "the rows of COPY are not loaded"),
        ("note", "1.sql:17:9", "ALTER SYSTEM is left out: it reaches beyond the database"),
    ]


def test_a_rollback_in_a_file_is_passed_over_aloud(loaded: "Loaded", value: "Value") -> None:
    with loaded("begin; create table t (); rollback;", kind="migrations") as (connection, report):
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
def test_declared_files_may_come_in_any_order(loaded: "Loaded", texts: tuple[str, ...], scratch: bool) -> None:
    with loaded(*texts, scratch=scratch) as (_, report):
        assert "1.sql:1:1" in report.retried
    with loaded(*reversed(texts), scratch=scratch) as (_, report):
        assert report.retried == ()


def test_a_waiting_statement_runs_in_the_settings_of_its_file(loaded: "Loaded", value: "Value") -> None:
    first = "create schema app; set search_path = app; create view v as select id from t; create type mood as enum ()"
    with loaded(first, "create table app.t (id int); create type mood as enum ()") as (connection, report):
        assert report.retried == ("1.sql:1:43",)
        assert value(connection, "select 'app.v'::regclass is not null")


def test_migrations_are_never_reordered(failure: "Failure") -> None:
    error = failure("create view v as select 1 from t", "create table t ()", kind="migrations")
    assert (error.place, error.message.splitlines()[0]) == ("1.sql:1:32", 'relation "t" does not exist')


def test_a_revoke_that_waited_comes_before_the_later_grant(loaded: "Loaded", value: "Value") -> None:
    first = "revoke execute on function f() from public"
    second = "create function f() returns int return 1; grant execute on function f() to public"
    with loaded(first, second) as (connection, _):
        assert value(connection, "select has_function_privilege('pg_monitor', 'f()', 'execute')")


def test_statements_of_supabase_projects_just_work(loaded_on_supabase: "Loaded", value: "Value") -> None:
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
        with loaded_on_supabase(text, function, scratch=scratch) as (connection, report):
            assert report.retried == ("1.sql:6:9",)
            assert value(connection, "select count(*)::int from pg_trigger where tgname = 'on_auth_user'") == 1


def test_a_file_without_statements_loads(loaded: "Loaded") -> None:
    with loaded("", "-- nothing\n;", scratch=True) as (_, report):
        assert report.notes == ()
