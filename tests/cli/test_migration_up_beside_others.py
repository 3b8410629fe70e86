"""Migrations applied while others hold locks, apply them too, or cut the connection."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString

import psycopg
import pytest
from addresses import address
from conftest import Refused, Run
from migrating import Write, history
from psycopg import sql
from psycopg.conninfo import make_conninfo
from waiting import until

from pgnorm.normalizer.applying.carrying import TRIES
from pgnorm.normalizer.applying.lock import AdvisoryLock
from pgnorm.normalizer.project.databases import Database
from pgnorm.normalizer.project.live import Live


def _wait(database: psycopg.Connection) -> None:
    """Return once a session waits for a lock."""
    with psycopg.connect(address(database), autocommit=True) as looking:
        query: LiteralString = "select from pg_stat_activity where wait_event_type = 'Lock'"
        assert until(lambda: looking.execute(query).rowcount > 0)


@contextmanager
def freed_when_waited_for(database: psycopg.Connection, other: psycopg.Connection) -> Iterator[None]:
    """What `other` has locked, free once somebody waits for it."""

    def free() -> None:
        _wait(database)
        other.rollback()

    thread = threading.Thread(target=free)
    thread.start()
    yield
    thread.join()


def test_a_lock_is_asked_for_again(
    run: Run, write: Write, at: str, database: psycopg.Connection, other: psycopg.Connection
) -> None:
    database.execute("create table t (a int)")
    other.execute("lock table t")
    write(1, "create table u (a int); alter table t add b int;")
    with freed_when_waited_for(database, other):
        code, _, err = run(f"migration up {at} --lock-timeout 100ms")
    assert (code, "lock timeout; it is tried again" in err or "Applied" in err) == (0, True), err
    assert len(history(database)) == 1


def test_a_lock_that_is_never_free(
    refused: Refused,
    write: Write,
    at: str,
    database: psycopg.Connection,
    other: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    database.execute("create table t (a int)")
    other.execute("lock table t")
    write(1, "create table u (a int); alter table t add b int;")
    err = refused(f"migration up {at} --lock-timeout 20ms", "it is tried again, once more at most", "--lock-timeout")
    assert err.count("it is tried again") == TRIES - 1
    assert database.execute("select to_regclass('u')").fetchone() == (None,)


def test_whose_lock_it_is_is_told_before_a_short_patience_ends(
    refused: Refused, write: Write, at: str, database: psycopg.Connection, other: psycopg.Connection
) -> None:
    database.execute("create table t (a int)")
    other.execute("lock table t")
    write(1, "alter table t add b int;")
    refused(
        f"migration up {at} --lock-timeout 1s",
        f"waiting for the lock on public.t that process {other.info.backend_pid} holds",
        "canceling statement due to lock timeout",
    )


def test_two_at_once(run: Run, write: Write, at: str, database: psycopg.Connection, other: psycopg.Connection) -> None:
    write(1, "create table t (a int);")
    other.execute("select pg_advisory_xact_lock(%s)", (0x70676E6F726D,))
    with freed_when_waited_for(database, other):
        code, _, err = run(f"migration up {at}")
    assert (code, "waiting for another run that applies migrations" in err) == (0, True)
    assert len(history(database)) == 1


def test_the_lock_outlasts_limits_of_the_role(
    database: psycopg.Connection,
) -> None:
    names = ["idle_in_transaction_session_timeout", "statement_timeout"]
    names += ["transaction_timeout"] * (database.info.server_version >= 170000)
    database.execute("drop role if exists migration_guest")
    database.execute("create role migration_guest login superuser")
    for name in names:
        database.execute(sql.SQL("alter role migration_guest set {} = '100ms'").format(sql.Identifier(name)))
    lock = AdvisoryLock(Database(conninfo=make_conninfo(address(database), user="migration_guest")), _silent, Live())
    with lock.held():
        time.sleep(0.5)
        assert database.execute("select from pg_locks where locktype = 'advisory'").rowcount == 1
    database.execute("drop role migration_guest")


def _silent(_level: str, _message: str) -> None:
    pass


def test_nothing_waits_for_the_run_itself(run: Run, write: Write, at: str, database: psycopg.Connection) -> None:
    name = sql.Identifier(database.info.dbname)
    database.execute(sql.SQL("alter database {} set default_transaction_isolation = serializable").format(name))
    database.execute("create table t (a int)")
    write(1, "create index concurrently i on t (a);")
    code, _, err = run(f"migration up {at} --lock-timeout 2s")
    assert code == 0, err


def test_a_connection_that_is_cut(
    refused: Refused, run: Run, write: Write, at: str, database: psycopg.Connection
) -> None:
    write(1, "create table t (a int); select pg_sleep(300);")

    def cut() -> None:
        with psycopg.connect(address(database), autocommit=True) as looking:
            kill: LiteralString = "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'"
            assert until(lambda: looking.execute(kill).rowcount > 0)

    cutting = threading.Thread(target=cut)
    cutting.start()
    refused(f"migration up {at}", "_m.sql:1:25: terminating connection due to administrator command")
    cutting.join()
    assert history(database) == []
    write(1, "create table t (a int);")
    assert run(f"migration up {at}")[0] == 0
