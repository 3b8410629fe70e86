"""A reading that waits for somebody's lock: said whose it is, given up when asked for, and nothing waits on."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from waiting import PATIENCE, until

if TYPE_CHECKING:
    from conftest import Refused, Run


@pytest.fixture
def locked(database: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """A session that holds a lock on a table with an expression index."""
    database.execute("create table busy (a int); create index on busy ((a + 1))")
    with psycopg.connect(words(database), application_name="migrator") as holder:
        holder.execute("lock table busy in access exclusive mode")
        yield holder


def words(connection: psycopg.Connection) -> str:
    info = connection.info
    return make_conninfo(
        "", host=info.host, port=info.port, dbname=info.dbname, user=info.user, password=info.password or None
    )


@contextmanager
def dumping(connection: psycopg.Connection) -> Iterator[subprocess.Popen[str]]:
    line = [sys.executable, "-m", "pgnorm.cli", "-q", "dump", "--db-url", words(connection)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def waiting(connection: psycopg.Connection) -> bool:
    found = connection.execute(
        """
        select from pg_stat_activity
         where application_name = 'pgnorm' and wait_event_type = 'Lock' and datname = current_database()
        """
    )
    return found.rowcount > 0


def test_whose_lock_it_is_is_told(locked: psycopg.Connection, database: psycopg.Connection) -> None:
    with dumping(database) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        assert "waiting for the lock on public.busy" in said
        assert f"process {locked.info.backend_pid} holds" in said
        assert "application migrator" in said
        assert "state idle in transaction" in said
        locked.rollback()
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert err == ""
    assert 'CREATE TABLE "public"."busy"' in out


def test_it_is_given_up_in_time(
    locked: psycopg.Connection, database: psycopg.Connection, refused: "Refused", folder: Path
) -> None:
    refused(
        f'-q dump --lock-timeout 1s --db-url "{words(database)}"',
        f"waiting for the lock on public.busy that process {locked.info.backend_pid} holds",
        "canceling statement due to lock timeout",
        "or wait longer with --lock-timeout",
    )


@pytest.mark.parametrize("time", ["0", "-1", "soon", "10 days", "99h99"])
def test_a_time_is_one(refused: "Refused", folder: Path, time: str) -> None:
    refused(f"dump --lock-timeout='{time}' --db-url service=none", "expected a time such as 500ms, 10s or 2min")


def test_without_a_lock_it_is_no_matter(database: psycopg.Connection, run: "Run", folder: Path) -> None:
    assert run(f'dump --lock-timeout 1h --db-url "{words(database)}"')[0] == 0


def test_a_run_that_is_killed_leaves_the_queue(locked: psycopg.Connection, database: psycopg.Connection) -> None:
    with dumping(database) as process:
        assert until(lambda: waiting(database))
        process.kill()
        process.wait()
        assert until(lambda: not waiting(database))
    assert locked.execute("select count(*) from busy").fetchone() == (0,)
