"""`pgnorm migration baseline`: the first migration of a database that is there already."""

import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from addresses import address
from conftest import Refused, Run
from waiting import PATIENCE, until


@pytest.fixture
def at(database: psycopg.Connection) -> str:
    """The option that names the database, which has something in it."""
    database.execute(
        "create type mood as enum ('sad'); create table t (a int primary key, m mood);"
        "create view v as select a from t; insert into t values (1, 'sad')"
    )
    return f"--db-url '{address(database)}'"


@pytest.fixture
def project(plain: Path) -> Path:
    """A plain project without migrations."""
    (plain / "pgnorm.toml").write_text('history = "pgnorm.migrations"\n')
    return plain


def test_it_says_what_the_database_has_and_counts_as_applied(
    run: Run, refused: Refused, project: Path, at: str, database: psycopg.Connection
) -> None:
    code, _, err = run(f"migration baseline {at}")
    assert (code, "is now recorded as applied" in err) == (0, True), err
    (path,) = (project / "migrations").iterdir()
    assert path.name.endswith("_baseline.sql")
    assert run(f"migration list {at}")[1].split()[1:] == ["baseline", "applied"]
    code, out, _ = run(f"diff --from migrations --to '{address(database)}' --check")
    assert (code, out) == (0, "")
    assert database.execute("select count(*) from t").fetchone() == (1,)
    refused(f"migration baseline {at}", "a baseline is the first migration")
    path.unlink()
    refused(f"migration baseline {at}", "a baseline is the first migration")


def test_a_name_of_its_own(run: Run, project: Path, at: str) -> None:
    assert run(f"migration baseline start {at}")[0] == 0
    assert [path.name[15:] for path in (project / "migrations").iterdir()] == ["start.sql"]


def test_no_file_where_the_history_can_not_be_written(
    refused: Refused, project: Path, at: str, database: psycopg.Connection
) -> None:
    database.execute("create schema pgnorm; create view pgnorm.migrations as select '1'::text as version where false")
    refused(f"migration baseline {at}", "migrations")
    assert [*(project / "migrations").iterdir()] == []


def test_a_migration_that_another_run_has_applied_meanwhile(
    refused: Refused, project: Path, at: str, database: psycopg.Connection
) -> None:
    with psycopg.connect(address(database)) as other:
        other.execute("select pg_advisory_xact_lock(%s)", (0x70676E6F726D,))

        def apply() -> None:
            waiting: LiteralString = "select from pg_stat_activity where wait_event = 'advisory'"
            assert until(lambda: database.execute(waiting).rowcount > 0)
            _remember(other, "1")
            other.commit()

        applying = threading.Thread(target=apply)
        applying.start()
        refused(
            f"migration baseline {at}",
            "waiting for another run that applies migrations",
            "a baseline is the first migration",
        )
        applying.join()
    assert [*(project / "migrations").iterdir()] == []
    assert _versions(database) == ["1"]


def test_a_migration_that_a_tool_without_our_lock_has_applied_meanwhile(
    refused: Refused, project: Path, at: str, database: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Somewhere between the comparison and the writing of the file.
    monkeypatch.setattr("pgnorm.cli.summary.summarize", lambda *_: _remember(database, "1"))
    refused(f"migration baseline {at}", "a baseline is the first migration")
    assert [*(project / "migrations").iterdir()] == []
    assert _versions(database) == ["1"]


def test_a_file_that_came_into_the_folder_meanwhile(
    refused: Refused, project: Path, at: str, database: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project / "migrations" / "1_a.sql"
    monkeypatch.setattr("pgnorm.cli.summary.summarize", lambda *_: path.write_text("select 1;"))
    refused(f"migration baseline {at}", "1_a.sql: this migration was added meanwhile")
    assert [*(project / "migrations").iterdir()] == [path]
    assert database.execute("select to_regclass('pgnorm.migrations')").fetchone() == (None,)


def test_the_file_stays_where_the_history_remembers_it(project: Path, at: str, database: psycopg.Connection) -> None:
    database.execute("create table public.pausing (a int); insert into public.pausing values (1)")
    _at_commit(project, database, "while exists (select from public.pausing) loop perform pg_sleep(0.02); end loop")
    command = [sys.executable, "-m", "pgnorm.cli", "migration", "baseline", "--db-url", address(database)]
    with subprocess.Popen(command, cwd=project, stderr=subprocess.PIPE) as process:
        asleep: LiteralString = "select from pg_stat_activity where wait_event = 'PgSleep'"
        assert until(lambda: database.execute(asleep).rowcount > 0 or process.poll() is not None)
        process.send_signal(signal.SIGINT)
        database.execute("delete from public.pausing")
        said = process.communicate(timeout=PATIENCE)[1].decode()
    assert process.returncode == 130, said
    (path,) = (project / "migrations").iterdir()
    assert _versions(database) == [path.name.partition("_")[0]]


def test_the_file_stays_where_nobody_knows_if_the_history_remembers_it(
    refused: Refused, project: Path, at: str, database: psycopg.Connection
) -> None:
    _at_commit(project, database, "perform pg_terminate_backend(pg_backend_pid())")
    err = refused(f"migration baseline {at}", "stays: the history may remember it")
    (path,) = (project / "migrations").iterdir()
    assert path.name in err


def _remember(connection: psycopg.Connection, version: str) -> None:
    connection.execute("create schema pgnorm; create table pgnorm.migrations (version text primary key)")
    connection.execute("insert into pgnorm.migrations values (%s)", (version,))


def _versions(database: psycopg.Connection) -> list[object]:
    return [version for (version,) in database.execute("select version from pgnorm.migrations")]


def _at_commit(project: Path, database: psycopg.Connection, act: LiteralString) -> None:
    """Make a history that does so as what is written into it is committed."""
    with (project / "pgnorm.toml").open("a") as settings:
        settings.write('[ignore]\ntrigger = ["*"]\n')
    database.execute(
        "create schema pgnorm; create table pgnorm.migrations (version text primary key, statements text[], name text);"
        "create function public.act() returns trigger language plpgsql as $$ begin " + act + "; return null; end $$;"
        "create constraint trigger act after insert on pgnorm.migrations initially deferred"
        " for each row execute function public.act()"
    )
