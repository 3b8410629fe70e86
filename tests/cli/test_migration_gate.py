"""The gate of `pgnorm migration up`: the database must be what a certified migration was proved to start from."""

import json
from pathlib import Path

import psycopg
import pytest
from addresses import address
from conftest import Refused, Run


@pytest.fixture
def certified(run: Run, plain: Path) -> Path:
    """A project with three migrations, of which the last two have certificates."""
    (plain / "pgnorm.toml").write_text('history = "pgnorm.migrations"\n')
    (plain / "migrations" / "20240101000000_first.sql").write_text(
        "create table notes (id int primary key, body text);\n"
    )
    for name in ("tags", "marks"):
        (plain / "schemas" / f"{name}.sql").write_text(f"create table {name} (id int not null, name text);\n")
        assert run(f"diff -f {name}")[0] == 0
    return plain


def test_a_chain_is_let_through(run: Run, certified: Path, at: str, database: psycopg.Connection) -> None:
    code, _, err = run(f"migration up {at}")
    assert code == 0, err
    assert database.execute("select count(*) from pgnorm.migrations").fetchone() == (3,)


def test_what_differs_is_told_and_nothing_applied(
    run: Run, refused: Refused, certified: Path, at: str, database: psycopg.Connection
) -> None:
    database.execute("create table stray (a int)")
    err = refused(f"migration up {at}", "_tags.sql: the database is not what this migration", "+ table public.stray")
    assert "Applied migrations/20240101000000_first.sql" in err
    assert database.execute("select to_regclass('tags')").fetchone() == (None,)
    assert run(f"migration up {at} --force")[0] == 0
    assert database.execute("select count(*) from pgnorm.migrations").fetchone() == (3,)


def test_which_privileges_differ_is_told(
    refused: Refused, certified: Path, at: str, database: psycopg.Connection
) -> None:
    (certified / "migrations" / "20240101000000_first.sql").write_text(
        "create table notes (id int primary key, body text); grant insert (body), delete on notes to public;\n"
    )
    database.execute("alter default privileges grant update, select on tables to public")
    try:
        refused(f"migration up {at}", "~ table public.notes: privileges (+SELECT, UPDATE for PUBLIC)")
    finally:
        database.execute("alter default privileges revoke all on tables from public")


def test_it_speaks_before_anybody_is_asked(
    run: Run, refused: Refused, certified: Path, at: str, database: psycopg.Connection
) -> None:
    assert run(f"push {at} --yes")[0] == 0
    (certified / "schemas" / "more.sql").write_text("create table more (id int);")
    assert run("diff -f more")[0] == 0
    database.execute("create table stray (a int)")
    refused(f"push {at}", "_more.sql: the database is not what this migration", "+ table public.stray")
    refused(f"push {at} --force", "there is no terminal on which to ask")


def test_what_the_settings_leave_alone_is_no_difference(
    run: Run, certified: Path, at: str, database: psycopg.Connection
) -> None:
    database.execute("create table stray (a int)")
    (certified / "pgnorm.toml").write_text('history = "pgnorm.migrations"\n[ignore]\ntable = ["stray"]\n')
    code, _, err = run(f"migration up {at}")
    assert code == 0, err


def test_a_fingerprint_of_another_server_is_no_reason(
    run: Run, certified: Path, at: str, database: psycopg.Connection
) -> None:
    (path,) = (certified / "migrations").glob("*_tags.sql")
    text = path.read_text()
    (line,) = (line for line in text.splitlines() if "pgnorm-certificate" in line)
    said = json.loads(line.partition(": ")[2])
    path.write_text(text.replace(said["from"], "0" * 64))
    code, _, err = run(f"migration up {at}")
    assert code == 0, err


def test_a_certificate_that_was_edited_is_named(refused: Refused, certified: Path, at: str) -> None:
    (path,) = (certified / "migrations").glob("*_tags.sql")
    path.write_text(path.read_text().replace('{"version":1', '{"version":1,,'))
    refused(f"migration up {at}", "the certificate can't be read")


def test_the_day_of_a_developer(run: Run, crm: Path, supabase_database: psycopg.Connection) -> None:
    there = address(supabase_database)
    assert run(f"migration up --db-url '{there}'")[0] == 0
    tables = crm / "supabase" / "schemas" / "01_tables.sql"
    tables.write_text(
        tables.read_text() + "\ncreate table public.goals (id bigint primary key, title text not null);\n"
    )
    assert run("diff -f goals")[0] == 0
    code, _, err = run(f"push --db-url '{there}' --yes")
    assert (code, "_goals.sql" in err) == (0, True), err
    code, out, err = run(f"diff --from files --to '{there}' --check")
    assert (code, out, "No schema changes found" in err) == (0, "", True), err
    supabase_database.execute("alter table public.goals add column stray int")
    tables.write_text(tables.read_text() + "\ncreate table public.steps (id bigint primary key);\n")
    assert run("diff -f steps")[0] == 0
    code, _, err = run(f"push --db-url '{there}' --yes")
    assert (code, "+ column public.goals.stray" in err) == (2, True), err


def test_what_was_begun_goes_on(
    run: Run, refused: Refused, certified: Path, at: str, database: psycopg.Connection
) -> None:
    (tags,) = (certified / "migrations").glob("*_tags.sql")
    text = tags.read_text()
    tags.write_text(f"{text}\nvacuum;\nselect no_such;\n")
    refused(f"migration up {at}", "no_such")
    tags.write_text(f"{text}\nvacuum;\n")
    assert run(f"migration up {at} --dry-run")[0] == 0
    code, _, err = run(f"migration up {at}")
    assert code == 0, err
    assert database.execute("select count(*) from pgnorm.migrations").fetchone() == (3,)
