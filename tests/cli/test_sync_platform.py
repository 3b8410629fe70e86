"""What a database lacks of the platform's own, or has revoked, as `pgnorm sync` goes on with the rest."""

from pathlib import Path

import psycopg
import pytest
from addresses import address
from conftest import Run
from syncing import all_say

NOTES = "create table public.notes (id int);\n"


@pytest.fixture
def file(folder: Path, supabase_database: psycopg.Connection) -> Path:
    """The schema file of a Supabase project whose migration and database say the same."""
    supabase = folder / "supabase"
    for name in ("schemas", "migrations"):
        (supabase / name).mkdir(parents=True)
    version = supabase_database.info.server_version // 10000
    (supabase / "config.toml").write_text(
        f'[db]\nmajor_version = {version}\n[db.migrations]\nschema_paths = ["./schemas/*.sql"]\n'
    )
    return all_say(supabase, supabase_database, NOTES)


@pytest.mark.parametrize(
    ("loss", "named", "declared"),
    [
        pytest.param(
            "drop publication supabase_realtime",
            "publication supabase_realtime",
            "drop publication supabase_realtime;",
            id="publication",
        ),
        pytest.param(
            "alter default privileges in schema public revoke all on tables"
            " from postgres, anon, authenticated, service_role",
            "default privileges of postgres on tables in schema public",
            "alter default privileges for role postgres in schema public revoke all on tables"
            " from postgres, anon, authenticated, service_role;",
            id="default privileges",
        ),
    ],
)
def test_what_the_platform_provides_and_a_database_lacks(
    run: Run, file: Path, supabase_database: psycopg.Connection, loss: str, named: str, declared: str
) -> None:
    supabase_database.execute(f"{loss}; alter table public.notes add body text".encode())
    at = f"--db-url '{address(supabase_database)}' --force"
    code, _, said = run(f"sync {at}")
    assert (code, f"it lacks {named}, which Supabase provides" in said) == (0, True), said
    assert file.read_text() == "create table public.notes (id int, body text);\n"
    code, _, said = run(f"sync {at} --check")
    assert (code, f"it lacks {named}" in said, "say all of it already" in said) == (0, True, True), said
    file.write_text(f"{file.read_text()}{declared}\n")
    code, _, said = run(f"sync {at} --check")
    assert (code, "it lacks" in said) == (0, False), said


def test_what_the_platform_provides_and_a_database_alters(
    run: Run, file: Path, supabase_database: psycopg.Connection
) -> None:
    at = f"--db-url '{address(supabase_database)}' --force"
    change = "alter publication supabase_realtime set (publish = 'insert');\n"
    supabase_database.execute(change.encode())
    code, _, said = run(f"sync {at}")
    assert (code, file.read_text()) == (0, f"{NOTES}\n{change}"), said
    code, _, said = run(f"sync {at} --check")
    assert (code, "say all of it already" in said) == (0, True), said


def test_a_schema_that_was_made_anew(run: Run, file: Path, supabase_database: psycopg.Connection) -> None:
    supabase_database.execute(f"drop schema public cascade; create schema public; {NOTES}".encode())
    at = f"--db-url '{address(supabase_database)}' --force"
    code, _, said = run(f"sync {at}")
    assert (code, "default privileges of postgres on sequences in schema public" in said) == (0, True), said
    assert "default privileges" not in file.read_text()
    assert run(f"sync {at} --check")[0] == 0


def test_default_privileges_that_the_files_grant_are_revoked(
    run: Run, plain: Path, database: psycopg.Connection
) -> None:
    grant = "alter default privileges in schema public grant {0} to pg_monitor;\n"
    made = grant.format("select on tables") + grant.format("usage on sequences")
    file = all_say(plain, database, made + "create table public.t (id int);\n")
    (plain / "schemas" / "01_tables.sql").unlink()
    database.execute("alter default privileges in schema public revoke select on tables from pg_monitor")
    at = f"--db-url '{address(database)}'"
    code, _, said = run(f"sync {at} --force")
    assert code == 0, said
    code, plan, said = run(f"diff {at} --to files --check")
    assert (code, plan) == (0, ""), said
    assert "on sequences" in file.read_text()


def test_pull_goes_on_without_what_is_lacking(run: Run, file: Path, supabase_database: psycopg.Connection) -> None:
    supabase_database.execute(
        "alter default privileges in schema public revoke all on tables"
        " from postgres, anon, authenticated, service_role; alter table public.notes add body text"
    )
    at = f"--db-url '{address(supabase_database)}'"
    assert run(f"migration repair --status applied 1 {at}")[0] == 0
    code, _, said = run(f"pull {at} --force --repair")
    assert (code, "it lacks default privileges of postgres on tables in schema public" in said) == (0, True), said
    assert file.read_text() == "create table public.notes (id int, body text);\n"
    code, plan, said = run(f"diff --from migrations --to '{address(supabase_database)}' --check")
    assert (code, plan) == (0, ""), said
