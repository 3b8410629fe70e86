"""`pgnorm init`: what a project lacks is written, and nothing else is touched."""

import shutil
from pathlib import Path

import psycopg
from addresses import address
from conftest import Refused, Run

SCHEMA = """
create table public.notes (id int primary key, body text);
create function public.one() returns int language sql as 'select 1';
"""


def _bytes(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_database_becomes_a_project(run: Run, folder: Path, database: psycopg.Connection) -> None:
    database.execute(SCHEMA.encode())
    at = f"--db-url '{address(database)}'"
    code, out, err = run(f"init {at} --baseline")
    assert (code, out) == (0, ""), err
    major = database.info.server_version // 10000
    assert f"\nmajor_version = {major}\nhistory = " in (folder / "pgnorm.toml").read_text()
    assert sorted(path.name for path in (folder / "schemas").iterdir()) == ["01_tables.sql", "02_functions.sql"]
    assert len([*(folder / "migrations").glob("*_baseline.sql")]) == 1
    assert database.execute("select count(*) from pgnorm.migrations").fetchone() == (1,)
    code, out, err = run("check")
    assert (code, out) == (0, ""), err
    code, _, err = run(f"migration up {at}")
    assert (code, "The database is up to date" in err) == (0, True)
    before = _bytes(folder)
    code, _, err = run(f"init {at} --baseline")
    assert (code, "The project has all of it already" in err) == (0, True), err
    assert _bytes(folder) == before


def test_nobody_is_asked_without_a_terminal(run: Run, folder: Path, database: psycopg.Connection) -> None:
    database.execute(SCHEMA.encode())
    code, _, err = run(f"init --db-url '{address(database)}'")
    assert (code, "`pgnorm migration baseline --" in err and "` does it" in err) == (0, True)
    assert not (folder / "migrations").exists()
    assert database.execute("select to_regnamespace('pgnorm')").fetchone() == (None,)


def test_a_supabase_project_gets_its_files_from_its_migrations(run: Run, crm: Path) -> None:
    shutil.rmtree(crm / "supabase" / "schemas")
    before = _bytes(crm)
    code, _, err = run("init")
    assert code == 0, err
    assert {name: content for name, content in _bytes(crm).items() if name in before} == before
    assert (crm / "supabase" / "schemas" / "05_policies.sql").exists()
    code, out, err = run("check --level error")
    assert (code, out) == (0, ""), err


def test_what_is_there_stays(run: Run, crm: Path) -> None:
    before = _bytes(crm)
    code, _, err = run("init")
    assert (code, "The project has all of it already" in err) == (0, True)
    assert _bytes(crm) == before


def test_nothing_to_begin_with(refused: Refused, folder: Path, database: psycopg.Connection) -> None:
    refused("init", "no database was named to begin with", "--db-url")
    refused("init --db-url postgresql://127.0.0.1:1/none", "cannot connect")
    assert [*folder.iterdir()] == [folder / ".git"]
    (folder / "pgnorm.toml").write_text("")
    refused("init", "neither schema files nor migrations")
    refused(f"init --db-url '{address(database)}' --baseline", "names no table for the history")
    assert not (folder / "schemas").exists()


def test_a_folder_that_is_in_the_way_leaves_no_half_of_a_project(
    refused: Refused, folder: Path, database: psycopg.Connection
) -> None:
    database.execute(SCHEMA.encode())
    (folder / "schemas").write_text("a file\n")
    refused(f"init --db-url '{address(database)}'", "schemas")
    assert not (folder / "pgnorm.toml").exists()
