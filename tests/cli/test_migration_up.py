"""`pgnorm migration up`: files applied to real databases, each with its row of the history."""

import json
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from addresses import address
from conftest import Refused, Run
from migrating import Write, history
from psycopg.conninfo import make_conninfo

from pgnorm.normalizer.applying.history import all_rows


def test_each_file_is_applied_with_its_row(run: Run, write: Write, at: str, database: psycopg.Connection) -> None:
    write(1, "-- first\ncreate table t (a int); -- behind\ninsert into t values (1);;\n;/* last */\n", "a_b")
    write(2, "\ufeffcreate view v as\r\n  select a from t;\r\nselect ';' -- no end;", "")
    code, out, err = run(f"migration up {at}")
    assert (code, out) == (0, ""), err
    assert history(database) == [
        (
            "20240101000001",
            "a_b",
            ["-- first\ncreate table t (a int)", "-- behind\ninsert into t values (1)", "/* last */"],
        ),
        ("20240101000002", "", ["create view v as\r\n  select a from t", "select ';' -- no end;"]),
    ]
    code, out, err = run(f"migration up {at}")
    assert (code, out, "The database is up to date" in err) == (0, "", True)


def test_the_table_is_as_the_supabase_cli_makes_it(
    run: Run, write: Write, at: str, database: psycopg.Connection
) -> None:
    write(1, "select 1;")
    assert run(f"migration up {at}")[0] == 0
    columns = database.execute(
        "select attname, format_type(atttypid, null), attnotnull from pg_attribute"
        " where attrelid = 'supabase_migrations.schema_migrations'::regclass and attnum > 0"
    ).fetchall()
    assert columns == [("version", "text", True), ("statements", "text[]", False), ("name", "text", False)]
    names = database.execute(
        "select conname from pg_constraint where contype = 'p' and connamespace = 'supabase_migrations'::regnamespace"
    ).fetchall()
    assert names == [("schema_migrations_pkey",)]


def test_a_table_of_an_older_cli_is_taken_up(run: Run, write: Write, at: str, database: psycopg.Connection) -> None:
    database.execute("create schema supabase_migrations")
    database.execute("create table supabase_migrations.schema_migrations (version text not null primary key)")
    database.execute("insert into supabase_migrations.schema_migrations values ('20240101000001')")
    write(1, "select broken;")
    write(2, "select 2;")
    assert run(f"migration list {at}")[1].split() == [
        "20240101000001",
        "m",
        "applied",
        "20240101000002",
        "m",
        "pending",
    ]
    assert run(f"migration up {at}")[0] == 0
    assert history(database) == [("20240101000001", None, None), ("20240101000002", "m", ["select 2"])]


def test_what_fails_leaves_nothing_and_what_was_before_stays(
    refused: Refused, write: Write, at: str, database: psycopg.Connection
) -> None:
    write(1, "create table t (a int primary key);")
    path = write(2, "create table u (a int);\n\ninsert into t values (1);\n  insert into t\n  values (1);\n")
    write(3, "create table w (a int);")
    err = refused(
        f"migration up {at}",
        "Applied supabase/migrations/20240101000001_m.sql",
        f"supabase/migrations/{path.name}:4:3: duplicate key value violates unique constraint",
        "DETAIL: Key (a)=(1) already exists.",
        "     4 |   insert into t\n       |   ^",
        "Nothing of this file is applied.",
    )
    assert "20240101000003" not in err
    assert [version for version, *_ in history(database)] == ["20240101000001"]
    assert database.execute("select to_regclass('u')").fetchone() == (None,)


def test_the_place_inside_of_a_statement(refused: Refused, write: Write, at: str) -> None:
    write(1, "-- é\ncreate table t (a int);\n-- über\nselect a,\n  b from t;\n")
    refused(f"migration up {at}", '_m.sql:5:3: column "b" does not exist', "     5 |   b from t;\n       |   ^")


def test_an_error_at_the_end_of_the_transaction(
    refused: Refused, write: Write, at: str, database: psycopg.Connection
) -> None:
    write(1, "create table t (a int unique deferrable initially deferred); insert into t values (1), (1);")
    refused(f"migration up {at}", "at the end of the transaction: duplicate key", "Nothing of this file is applied.")
    assert database.execute("select to_regclass('t')").fetchone() == (None,)


def test_settings_and_roles_of_a_file_end_with_it(
    run: Run, write: Write, at: str, database: psycopg.Connection
) -> None:
    database.execute("drop role if exists migration_guest")
    database.execute("create role migration_guest")
    write(1, "set search_path = ''; set role migration_guest; set standard_conforming_strings = off;")
    write(2, "create table t as select current_user::text who, 'a\\b' said;")
    code, _, err = run(f"migration up {at}")
    assert code == 0, err
    assert database.execute("select who, said from public.t").fetchone() == (database.info.user, "a\\b")
    database.execute("drop role migration_guest")


def test_begin_and_commit_around_all_are_part_of_the_one_transaction(
    refused: Refused, write: Write, at: str, database: psycopg.Connection
) -> None:
    write(1, "begin;\ncreate table t (a int);\ncommit;\n")
    write(2, "begin;\ncreate table u (a int);\nselect 1/0;\ncommit;\n")
    refused(f"migration up {at}", "_m.sql:3:1: division by zero", "Nothing of this file is applied.")
    assert history(database) == [("20240101000001", "m", ["begin", "create table t (a int)", "commit"])]


def test_comments_are_no_statements(
    refused: Refused, run: Run, write: Write, at: str, database: psycopg.Connection
) -> None:
    path = write(1, "/* first */; create table t (a int);\n-- between\n; vacuum t; -- behind\n; select 1/0;\n-- last\n")
    assert "  3 statements; nothing is known" in run(f"push {at} --dry-run")[2]
    refused(f"migration up {at}", "2 of its 3 statements are carried out.")
    assert "2 statements are carried out" in run(f"migration list {at}")[1]
    assert json.loads(run(f"migration list {at} --json")[1])["migrations"][0]["statements_done"] == 2
    refused(f"migration up {at}", "2 of its 3 statements are carried out.")
    text = path.read_text()
    path.write_text(text.replace("first", "1st"))
    refused(f"migration up {at}", "the file was changed after its first 2 statements had been carried out")
    path.write_text(text.replace("/0", ""))
    assert run(f"migration up {at}")[0] == 0
    assert history(database)[0][2] == [
        "/* first */",
        "create table t (a int)",
        "-- between",
        "vacuum t",
        "-- behind",
        "select 1",
        "-- last",
    ]


NOT_TAKEN: dict[str, LiteralString] = {
    "a rule": "create rule r as on insert to supabase_migrations.schema_migrations do instead nothing",
    "a trigger that drops the row": "create function f() returns trigger language plpgsql as $$ begin "
    "return null; end $$;"
    "create trigger r before insert on supabase_migrations.schema_migrations for each row execute function f()",
    "a trigger that changes it": "create function f() returns trigger language plpgsql as $$ begin "
    "new.version := 'x'; return new; end $$;"
    "create trigger r before insert on supabase_migrations.schema_migrations for each row execute function f()",
}


@pytest.mark.parametrize("makes", NOT_TAKEN.values(), ids=NOT_TAKEN.keys())
def test_nothing_is_applied_that_the_history_does_not_take(
    run: Run, refused: Refused, write: Write, at: str, database: psycopg.Connection, makes: LiteralString
) -> None:
    write(1, "select 1;")
    assert run(f"migration up {at}")[0] == 0
    before = history(database)
    database.execute(makes)
    write(2, "create table t (a int);")
    refused(f"migration up {at}", "schema_migrations")
    assert history(database) == before
    assert database.execute("select to_regclass('t')").fetchone() == (None,)


def test_rows_of_the_history_that_are_hidden_are_an_error(
    run: Run, refused: Refused, write: Write, at: str, database: psycopg.Connection
) -> None:
    write(1, "create table t (a int); vacuum t; insert into t values (1);")
    assert run(f"migration up {at}")[0] == 0
    database.execute("drop role if exists migration_guest")
    database.execute(
        "create role migration_guest login; grant all on schema supabase_migrations to migration_guest;"
        "grant all on all tables in schema supabase_migrations to migration_guest;"
        "alter table supabase_migrations.schema_migrations enable row level security"
    )
    guest = f"--db-url '{make_conninfo(address(database), user='migration_guest')}'"
    for line in ("list", "up --dry-run", "up"):
        refused(f"migration {line} {guest}", "row-level security policy")
    database.execute("drop owned by migration_guest; drop role migration_guest")


def test_what_comes_after_such_a_reading_is_as_row_security_has_it(database: psycopg.Connection) -> None:
    with database.transaction():
        assert all_rows(database, "select current_setting('row_security')", ("public", "none")) == [("off",)]
        assert database.execute("show row_security").fetchone() == ("on",)


def test_a_dry_run_changes_nothing(run: Run, write: Write, at: str, database: psycopg.Connection) -> None:
    write(1, "create table t (a int);")
    code, out, err = run(f"migration up {at} --dry-run --json")
    assert code == 0
    assert json.loads(out) == {
        "version": 1,
        "dry_run": True,
        "files": [],
        "applied": [],
        "pending": ["20240101000001"],
    }
    assert "Would apply supabase/migrations/20240101000001_m.sql" in err
    assert database.execute("select to_regnamespace('supabase_migrations')").fetchone() == (None,)


def test_versions_that_the_folder_lacks_or_that_come_too_late(
    run: Run, refused: Refused, write: Write, at: str, database: psycopg.Connection
) -> None:
    path = write(2, "select 2;")
    assert run(f"migration up {at}")[0] == 0
    path.unlink()
    write(3, "select 3;")
    refused(f"migration up {at}", "that the folder lacks: 20240101000002", "migration repair --status reverted")
    assert "applied, no such file" in run(f"migration list {at}")[1]
    write(2, "select 22;")
    write(1, "select 1;")
    assert "applied, the file was changed since" in run(f"migration list {at}")[1]
    refused(f"migration up {at}", "later migrations than these: 20240101000001_m.sql", "--include-all")
    assert "pending, out of order" in run(f"migration list {at}")[1]
    assert run(f"migration up {at} --include-all")[0] == 0
    assert len(history(database)) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("create table t (a int);\n\\i other.sql\n", ":2:1: only psql runs a line such as \\i"),
        ("create table t (a int);\ncopy t from stdin;\n1\n\\.\n", ":2:1: only psql runs COPY from stdin"),
        ("copy (select 1) to stdout", ":1:1: only psql runs COPY"),
        ("-- +goose Up\nselect 1;\n-- +goose Down\nselect 2;\n", "marks of a migration tool"),
        ("select 'a", ":1:8: unterminated string literal"),
    ],
)
def test_what_can_not_be_applied_is_refused_before_anything_is(
    refused: Refused, write: Write, at: str, database: psycopg.Connection, text: str, said: str
) -> None:
    write(1, "create table before (a int);")
    write(2, text)
    refused(f"migration up {at}", said)
    assert database.execute("select to_regclass('before')").fetchone() == (None,)


def test_two_files_of_one_version(refused: Refused, write: Write, at: str) -> None:
    write(1, "select 1;", "a")
    write(1, "select 1;", "b")
    refused(f"migration list {at}", "have the same version, 20240101000001")


def test_a_plain_project_names_its_history(
    run: Run, refused: Refused, plain: Path, at: str, database: psycopg.Connection
) -> None:
    (plain / "migrations" / "1_a.sql").write_text("create table notes (id int primary key, body text);")
    (plain / "migrations" / "2_b.sql").write_text("select 2;")
    (plain / "migrations" / "10_c.sql").write_text("select 10;")
    refused(f"migration up {at}", 'history = "pgnorm.migrations"')
    (plain / "pgnorm.toml").write_text('history = "public.migrations"\n')
    refused(f"migration up {at}", "in a schema of its own")
    (plain / "pgnorm.toml").write_text('history = "pgnorm.migrations"\n')
    refused("migration up", "the database is not named")
    assert run(f"migration up {at}")[0] == 0
    rows = database.execute("select version, name from pgnorm.migrations").fetchall()
    assert rows == [("1", "a"), ("2", "b"), ("10", "c")]
    assert [line.split()[0] for line in run(f"migration list {at}")[1].splitlines()] == ["1", "2", "10"]
    code, out, err = run(f"diff --from files --to '{address(database)}' --check")
    assert (code, out) == (0, ""), err


def test_migrations_of_other_tools_are_theirs(refused: Refused, plain: Path, at: str) -> None:
    (plain / "migrations" / "V1__a.sql").write_text("select 1;")
    refused(f"migration up {at}", "Apply them with that tool.")


def test_new(run: Run, write: Write, folder: Path) -> None:
    write(1, "select 1;")
    code, out, err = run("migration new 'add notes'")
    assert (code, out) == (0, "")
    (path,) = (folder / "supabase" / "migrations").glob("*_add_notes.sql")
    assert (path.read_text(), path.name in err) == ("", True)


def test_outside_of_a_project(refused: Refused, folder: Path, at: str) -> None:
    refused(f"migration up {at}", "migrations belong to a project")


def test_without_a_command_the_help_is_shown(run: Run) -> None:
    code, out, err = run("migration")
    assert (code, out, "Commands:" in err) == (2, "", True)
