"""Migrations whose statements run apart, for want of a transaction, and what is left of them where a run ends."""

import json
from typing import LiteralString

import psycopg
import pytest
from conftest import Refused, Run
from migrating import Write, history

APART = {
    "concurrently": "create index concurrently i on t (a)",
    "vacuum": "vacuum t",
    "value of an enum": "alter type mood add value 'glad'; insert into u values ('glad')",
    "transactions of its own": "begin; insert into t values (2); commit",
    "a procedure that commits": "call commits()",
    "the mark": "-- pgnorm: transaction=false\ninsert into t values (3)",
}


@pytest.mark.parametrize("text", APART.values(), ids=APART.keys())
def test_what_runs_in_no_transaction_runs_apart(
    refused: Refused, run: Run, write: Write, at: str, database: psycopg.Connection, text: str
) -> None:
    database.execute(
        "create table t (a int); create type mood as enum ('sad'); create table u (m mood);"
        "create procedure commits() language plpgsql as $$ begin commit; end $$"
    )
    path = write(1, f"set search_path = public;\n{text};\ncreate table w (a int);\nselect a / 0 from t, no_such;\n")
    count = text.count(";") + 3
    err = refused(
        f"migration up {at}", "runs statement by statement: ", f"{count} of its {count + 1} statements are carried out."
    )
    assert 'relation "no_such" does not exist' in err
    assert "unfinished" in run(f"migration list {at}")[1]
    assert json.loads(run(f"migration list {at} --json")[1])["migrations"][0]["statements_done"] == count
    path.write_text(path.read_text().replace(", no_such", " where false"))
    assert run(f"migration up {at}")[0] == 0
    assert [version for version, *_ in history(database)] == ["20240101000001"]
    assert database.execute("select count(*) from supabase_migrations.pgnorm_unfinished").fetchone() == (0,)


def test_what_was_carried_out_can_not_be_changed(
    refused: Refused, write: Write, at: str, database: psycopg.Connection
) -> None:
    path = write(1, "create table t (a int); vacuum t; select 1/0;")
    refused(f"migration up {at}", "2 of its 3 statements are carried out.")
    path.write_text("create table t (b int); vacuum t; select 1;")
    refused(
        f"migration up {at}",
        "was changed after its first 2 statements",
        "repair --status applied 20240101000001 --db-url URL`",
    )
    path.unlink()
    refused(f"migration up {at}", "carried out a part of migrations that the folder lacks: 20240101000001")


def test_a_migration_of_which_nothing_was_carried_out_is_pending(
    refused: Refused, run: Run, write: Write, at: str, database: psycopg.Connection
) -> None:
    database.execute("create table t (a int); insert into t values (1), (1)")
    path = write(1, "create unique index concurrently i on t (a);")
    refused(f"migration up {at}", "0 of its 1 statements are carried out.", "delete its file and write it again")
    assert "unfinished" not in run(f"migration list {at}")[1]
    path.unlink()
    write(2, "create index concurrently i on t (a);")
    assert run(f"migration up {at}")[0] == 0


WORDS_ALONE = {
    "the mark in a literal": "insert into t values ('\n-- pgnorm: transaction=false\n')",
    "a certificate in a literal": "insert into t values ('\n-- pgnorm-certificate: {}\n')",
    "what only sounds alike": "refresh materialized view concurrently v",
}


@pytest.mark.parametrize("text", WORDS_ALONE.values(), ids=WORDS_ALONE.keys())
def test_what_can_run_in_one_transaction_does(
    refused: Refused, write: Write, at: str, database: psycopg.Connection, text: str
) -> None:
    database.execute(
        "create table t (a text); create materialized view v as select a from t; create unique index on v (a)"
    )
    write(1, f"create table u (a int);\n{text};\nselect 1/0;\n")
    refused(f"migration up {at}", "division by zero", "Nothing of this file is applied.")
    assert database.execute("select to_regclass('u'), (select count(*) from t)").fetchone() == (None, 0)


def test_what_has_no_effect_in_a_transaction_of_its_own_is_told(run: Run, write: Write, at: str) -> None:
    write(1, "create table t (a int); set local lock_timeout = 1; lock table t; vacuum t;")
    code, _, err = run(f"migration up {at}")
    assert (code, err.count("without effect")) == (0, 2)


def test_a_half_made_index_is_dropped(
    refused: Refused, run: Run, write: Write, at: str, database: psycopg.Connection
) -> None:
    database.execute("create table t (a int); insert into t values (1), (1)")
    write(1, "create unique index concurrently i on t (a);")
    refused(f"migration up {at}", "could not create unique index", 'dropped the index "public"."i"')
    assert database.execute("select to_regclass('i')").fetchone() == (None,)
    database.execute("delete from t")
    assert run(f"migration up {at}")[0] == 0
    assert database.execute("select indisvalid from pg_index where indexrelid = 'i'::regclass").fetchone() == (True,)


@pytest.fixture
def killed(database: psycopg.Connection) -> None:
    """A run of the first migration that was killed in its second statement, behind `create table t (a int)`."""
    database.execute(
        "create table t (a int); create schema supabase_migrations; create table supabase_migrations.pgnorm_unfinished"
        " (version text primary key, statements text[], underway bool);"
        "insert into supabase_migrations.pgnorm_unfinished values ('20240101000001', '{create table t (a int)}', true)"
    )


@pytest.mark.usefixtures("killed")
@pytest.mark.parametrize("valid", [True, False])
def test_an_index_of_a_run_that_was_killed(
    run: Run, write: Write, at: str, database: psycopg.Connection, valid: bool
) -> None:
    write(1, "create table t (a int); create index concurrently i on t (a); select 2;")
    write(2, "vacuum t;")
    database.execute("create index i on t (a)")
    database.execute("update pg_index set indisvalid = %s where indexrelid = 'i'::regclass", (valid,))
    code, _, err = run(f"migration up {at}")
    assert (code, "1 of its 3 statements are carried out." in err) == (0, True), err
    assert ('dropped the index "public"."i"' in err) is not valid
    assert database.execute("select indisvalid from pg_index where indexrelid = 'i'::regclass").fetchone() == (True,)


@pytest.mark.usefixtures("killed")
@pytest.mark.parametrize("valid", [True, False])
@pytest.mark.parametrize(
    ("setting", "table", "made"),
    [
        ("select 1", "t", "public.i"),
        ("select 1", 'only "public" . T', "public.i"),
        ("set search_path = other, public", "t", "other.i"),
        ("set search_path = other, public", "public.t", "public.i"),
    ],
)
def test_an_index_of_that_name_elsewhere_is_another_one(
    run: Run,
    write: Write,
    at: str,
    database: psycopg.Connection,
    valid: bool,
    setting: LiteralString,
    table: LiteralString,
    made: LiteralString,
) -> None:
    write(1, f"{setting}; create unique index concurrently if not exists I on {table} (a); select 2;")
    elsewhere = "public" if made == "other.i" else "other"
    database.execute("update supabase_migrations.pgnorm_unfinished set statements = %s", ([setting],))
    database.execute("create schema other; create table other.t (a int)")
    database.execute(f"create index i on {elsewhere}.t (a)".encode())
    database.execute("update pg_index set indisvalid = %s where indexrelid = %s::regclass", (valid, f"{elsewhere}.i"))
    code, _, err = run(f"migration up {at}")
    assert (code, "dropped" in err) == (0, False), err
    found = database.execute(
        "select relnamespace::regnamespace || '.' || relname, indisvalid, indisunique from pg_index"
        " join pg_class c on c.oid = indexrelid where indrelid in ('public.t'::regclass, 'other.t'::regclass)"
    ).fetchall()
    assert sorted(found) == sorted([(made, True, True), (f"{elsewhere}.i", valid, False)])


@pytest.mark.usefixtures("killed")
def test_an_index_of_that_name_on_another_table_is_in_the_way(
    refused: Refused, write: Write, at: str, database: psycopg.Connection
) -> None:
    write(1, "create table t (a int); create index concurrently i on t (a);")
    database.execute("create table u (a int); create index i on u (a)")
    database.execute("update pg_index set indisvalid = false where indexrelid = 'i'::regclass")
    refused(f"migration up {at}", 'relation "i" already exists')
    assert database.execute("select to_regclass('i') is not null").fetchone() == (True,)


@pytest.mark.usefixtures("killed")
def test_an_index_without_a_name_is_not_made_again(
    refused: Refused, run: Run, write: Write, at: str, database: psycopg.Connection
) -> None:
    text = "create table t (a int); create index concurrently on t (a);"
    path = write(1, text)
    database.execute("create index on t (a)")
    refused(f"migration up {at}", "_m.sql:1:25: the run before ended while this statement ran", "IF NOT EXISTS")
    path.write_text(text.replace("on t", "if not exists t_a_idx on t"))
    code, _, err = run(f"migration up {at}")
    assert code == 0, err
    assert database.execute("select count(*) from pg_index where indrelid = 't'::regclass").fetchone() == (1,)


@pytest.mark.usefixtures("killed")
def test_a_table_that_nobody_may_look_for_has_a_place(
    refused: Refused, write: Write, at: str, database: psycopg.Connection
) -> None:
    database.execute("drop role if exists index_guest; create role index_guest; create schema other")
    write(1, "set role index_guest;\ncreate index concurrently i on other.t (a);")
    database.execute("update supabase_migrations.pgnorm_unfinished set statements = '{set role index_guest}'")
    refused(f"migration up {at}", "_m.sql:2:1: permission denied for schema other")
    database.execute("drop role index_guest")
