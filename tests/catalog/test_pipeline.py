"""Many queries in two round trips: how often a reader waits for its server, and what is left of it afterwards."""

import tempfile
import threading
from collections.abc import Callable
from itertools import pairwise
from typing import LiteralString

import psycopg
import pytest
from psycopg.pq import Trace, TransactionStatus
from waiting import PATIENCE

from pgnorm.catalog import conversation
from pgnorm.catalog.conversation import RECEIVER
from pgnorm.catalog.pipeline import Pipeline, run
from pgnorm.catalog.reader import read

TURNS = 2
"""Of what kind there may be any, and all of those."""
SMALL, LARGE = 10, 5_000


def _functions(count: int) -> str:
    return f"""do $$ begin for number in 1..{count} loop
        execute format('create function f%s() returns int language sql as ''select 1''', number);
    end loop; end $$"""


def _turns(connection: psycopg.Connection, work: Callable[[], object]) -> int:
    """How often the client stops sending and waits, by libpq's own trace: F for what it sends, B for what it gets."""
    with tempfile.TemporaryFile() as trace:
        connection.pgconn.trace(trace.fileno())
        connection.pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
        work()
        connection.pgconn.untrace()
        trace.seek(0)
        sides = [line[:1] for line in trace.read().split(b"\n") if line[:2] in (b"F\t", b"B\t")]
    return sum(pair == (b"F", b"B") for pair in pairwise(sides))


def test_two_round_trips_however_many_objects(database: psycopg.Connection) -> None:
    database.execute(_functions(SMALL))
    assert _turns(database, lambda: read(database)) == TURNS
    database.execute(_functions(LARGE).replace("function f", "function g"))
    assert _turns(database, lambda: read(database)) == TURNS
    assert len(read(database).objects) > LARGE


def test_an_open_transaction_stays_as_it_is(database: psycopg.Connection) -> None:
    database.execute("begin")
    database.execute("set local search_path to pg_catalog")
    database.execute("create table public.t ()")
    assert any(name.name == "t" for name in read(database).objects)
    assert database.execute("show search_path").fetchone() == ("pg_catalog",)
    assert database.info.transaction_status == TransactionStatus.INTRANS


def test_an_error_leaves_the_connection_usable(database: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        list(run(database, ["select 1 / 0", "select 2"]))
    assert database.info.transaction_status == TransactionStatus.IDLE
    assert [result.rows for result in run(database, ["select 1", "select '{a,b}'::text[]"])] == [
        [(1,)],
        [(["a", "b"],)],
    ]


def test_a_transaction_that_has_failed_says_so(database: psycopg.Connection) -> None:
    database.execute("begin")
    with pytest.raises(psycopg.errors.DivisionByZero):
        database.execute("select 1 / 0")
    with pytest.raises(psycopg.errors.InFailedSqlTransaction, match="current transaction is aborted"):
        list(run(database, ["select 1"]))
    database.execute("rollback")
    assert database.execute("select 3").fetchone() == (3,)


def test_what_is_not_read_to_its_end_is_cancelled(
    database: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "GRACE", PATIENCE)
    # A server sends a full buffer of answers at once, and the rest when all is done.
    wide: LiteralString = "select repeat('x', 100000)"
    answers = run(database, [wide, wide, "select pg_sleep(600)", "select 2"])
    assert len(next(answers).rows[0][0]) == 100_000
    answers.close()
    assert database.info.transaction_status == TransactionStatus.IDLE
    assert database.execute("select 3").fetchone() == (3,)


def test_what_is_answered_to_its_end_and_not_read_is_over(database: psycopg.Connection) -> None:
    database.execute("begin")
    answers = run(database, ["select 1", "select 2"])
    assert next(answers).rows == [(1,)]
    for thread in threading.enumerate():
        if thread.name == RECEIVER:
            thread.join()
    answers.close()
    assert database.info.transaction_status == TransactionStatus.INTRANS
    assert database.execute("select 3").fetchone() == (3,)


def test_a_connection_that_ends_is_said(database: psycopg.Connection) -> None:
    with pytest.raises(psycopg.OperationalError):
        list(run(database, ["select pg_terminate_backend(pg_backend_pid())", "select 2"]))
    assert database.closed


def _listeners() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == RECEIVER]


def test_an_interruption_between_two_questions_waits_for_nobody(database: psycopg.Connection) -> None:
    with pytest.raises(KeyboardInterrupt), Pipeline(database) as pipeline:
        assert [result.rows for result in pipeline.ask(["select 1"])] == [[(1,)]]
        raise KeyboardInterrupt
    assert database.closed
    assert _listeners() == []


@pytest.mark.parametrize("asked", [True, False], ids=["sent", "not yet sent"])
def test_an_interruption_as_a_question_is_put_leaves_nobody_listening(
    database: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, asked: bool
) -> None:
    begin = conversation.Conversation.begin

    def interrupted(self: conversation.Conversation) -> None:
        if asked:
            begin(self)
        raise KeyboardInterrupt

    monkeypatch.setattr(conversation.Conversation, "begin", interrupted)
    with pytest.raises(KeyboardInterrupt):
        read(database)
    assert database.closed
    for thread in threading.enumerate():
        if thread.name == RECEIVER:
            thread.join(PATIENCE)
    assert _listeners() == []


def test_a_question_that_fails_leaves_a_callers_transaction_as_it_was(database: psycopg.Connection) -> None:
    database.execute("begin")
    database.execute("create table t ()")
    with pytest.raises(psycopg.errors.DivisionByZero), Pipeline(database) as pipeline:
        assert [result.rows for result in pipeline.ask(["select 1"])] == [[(1,)]]
        list(pipeline.ask(["select 1 / 0"], last=True))
    assert database.info.transaction_status == TransactionStatus.INTRANS
    assert database.execute("select to_regclass('public.t') is not null").fetchone() == (True,)
