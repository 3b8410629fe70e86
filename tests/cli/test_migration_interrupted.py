"""`pgnorm migration up` interrupted or killed in the middle of a statement: database and history agree."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from addresses import address
from waiting import PATIENCE, until

ASLEEP: LiteralString = "select from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()"
WAKE: LiteralString = "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'"
OTHERS: LiteralString = "select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"


@pytest.fixture
def project(folder: Path) -> Path:
    """A Supabase project whose second migration sleeps in the middle."""
    migrations = folder / "supabase" / "migrations"
    migrations.mkdir(parents=True)
    (migrations / "1_a.sql").write_text("create table a (a int);")
    (migrations / "2_b.sql").write_text("create table b (a int); select pg_sleep(3000); create table c (a int);")
    return folder


@contextmanager
def up(project: Path, database: psycopg.Connection) -> Iterator[subprocess.Popen[bytes]]:
    """A run that is in the middle of the second migration."""
    command = [sys.executable, "-m", "pgnorm.cli", "migration", "up", "--db-url", address(database)]
    with subprocess.Popen(command, cwd=project, stderr=subprocess.PIPE) as process:
        try:
            assert until(lambda: database.execute(ASLEEP).rowcount > 0 or process.poll() is not None)
            assert process.poll() is None
            yield process
        finally:
            process.kill()


def applied(database: psycopg.Connection) -> list[object]:
    rows = database.execute("select version from supabase_migrations.schema_migrations order by 1").fetchall()
    return [version for (version,) in rows]


def tables(database: psycopg.Connection) -> list[object]:
    return [name for (name,) in database.execute("select relname from pg_class where relname in ('a', 'b', 'c')")]


def test_ctrl_c(project: Path, database: psycopg.Connection) -> None:
    with up(project, database) as process:
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=PATIENCE)[1].decode()
    assert (process.returncode, said.splitlines()[-1]) == (130, "Interrupted.")
    assert "Applied supabase/migrations/1_a.sql" in said
    assert until(lambda: database.execute(OTHERS).rowcount == 0)
    assert (applied(database), tables(database)) == (["1"], ["a"])


def test_ctrl_c_between_statements_that_run_apart(project: Path, database: psycopg.Connection) -> None:
    path = project / "supabase" / "migrations" / "2_b.sql"
    path.write_text("-- pgnorm: transaction=false\n" + path.read_text())
    with up(project, database) as process:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 143
    assert until(lambda: database.execute(OTHERS).rowcount == 0)
    assert (applied(database), sorted(map(str, tables(database)))) == (["1"], ["a", "b"])
    path.write_text(path.read_text().replace("3000", "0"))
    command = [sys.executable, "-m", "pgnorm.cli", "migration", "up", "--db-url", address(database)]
    done = subprocess.run(command, cwd=project, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, b"1 of its 3 statements are carried out." in done.stderr) == (0, True), done.stderr
    assert (applied(database), sorted(map(str, tables(database)))) == (["1", "2"], ["a", "b", "c"])


def test_a_run_that_is_killed(project: Path, database: psycopg.Connection) -> None:
    with up(project, database) as process:
        process.kill()
        process.wait(timeout=PATIENCE)
    assert process.returncode == -signal.SIGKILL
    database.execute(WAKE)
    assert until(lambda: database.execute(OTHERS).rowcount == 0)
    assert (applied(database), tables(database)) == (["1"], ["a"])
