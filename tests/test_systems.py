"""pgnorm on systems that lack what Linux has: everything can be imported, and what needs no server of ours works."""

import json
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from addresses import address
from editing import editor

SCRIPT = Path(__file__).with_name("other_system.py")
SYSTEMS = ("win32", "darwin")


def _run(system: str, *words: str, code: int = 0) -> tuple[str, str]:
    done = subprocess.run([sys.executable, SCRIPT, system, *words], capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout, done.stderr


@pytest.mark.parametrize("system", SYSTEMS)
def test_all_is_imported(system: str) -> None:
    out, _ = _run(system)
    assert int(out) > 300


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_database_is_read_and_files_are_written(system: str, plain: Path, database: psycopg.Connection) -> None:
    (plain / "pgnorm.toml").write_text('history = "pgnorm.migrations"\n')
    database.execute("create table notes (id int primary key); create table gone (id int)")
    at = address(database)
    out, _ = _run(system, "dump", "--db-url", at)
    assert 'CREATE TABLE "public"."notes"' in out
    [new] = json.loads(_run(system, "migration", "new", "more", "--json")[0])["files"]
    (plain / new["file"]).write_text("alter table notes add body text;\n")
    assert len(json.loads(_run(system, "migration", "up", "--db-url", at, "--json")[0])["applied"]) == 1
    (plain / new["file"]).unlink()
    assert json.loads(_run(system, "migration", "fetch", "--db-url", at, "--json")[0])["files"] == [new]
    (plain / "schemas" / "02.sql").write_text("create function f() returns int language sql as $$ select 1 $$;\n")
    _run(system, "fix-functions", "--shadow-url", at)
    assert 'FUNCTION "public"."f"() RETURNS integer' in (plain / "schemas" / "02.sql").read_text()
    assert "- table public.gone" in _run(system, "diff", "--shadow-url", at, "--from", at)[1]


def test_windows_is_told_that_it_needs_a_server(same: Path) -> None:
    assert same
    _, err = _run("win32", "diff", code=2)
    assert "a private Postgres server needs Linux or macOS" in err
    assert "hint: name a server in --shadow-url" in err


def test_an_editor_is_talked_to_on_a_pipe(plain: Path, database: psycopg.Connection) -> None:
    (plain / "schemas" / "02.sql").write_text("create view v as select nothing from notes;\n")
    with editor(plain, str(SCRIPT), "win32", "lsp", "--shadow-url", address(database)) as found:
        found.start(plain)
        uri = found.open(plain / "schemas" / "02.sql")
        assert found.found(uri, "loads", 'column "nothing" does not exist')
        assert found.end() == 0


def test_a_private_server_does_without_what_linux_has(same: Path, cache: Path) -> None:
    (same / "schemas" / "02.sql").write_text("create table more (id int);\n")
    out, err = _run("darwin", "diff")
    assert 'CREATE TABLE "public"."more"' in out
    assert any(cache.iterdir()), err
