"""Statements sent together and the answers to them, received by a thread: of a server that may fall silent or go."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from socket import SHUT_RDWR, SO_LINGER, SOL_SOCKET, socket
from struct import pack
from threading import Event, Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING, Final, TypeAlias

from .model import Value

if TYPE_CHECKING:
    import psycopg
    from psycopg.pq.abc import PGconn, PGresult

PATIENCE: Final = 0.1
"""Seconds between two requests to stop."""
GRACE: Final = 0.7
"""Seconds that a server has to stop before it is hung up on."""
SILENCE: Final = 2.0
"""Seconds without an answer after which somebody else is asked why."""
RECEIVER: Final = "pgnorm-read"
"""The name of the thread that receives answers."""

Answer: TypeAlias = "PGresult | BaseException"


class Patience(Value):
    """Patience of a reading with locks that others hold."""

    lock_timeout: int | None = None
    """Milliseconds for each lock; None waits as long as the address says, or for ever."""
    on_silence: Callable[[], bool] | None = None
    """Called each time that nothing has come for `silence` seconds, until it is True."""

    @property
    def silence(self) -> float:
        """Seconds without an answer after which somebody else is asked why, well before the patience ends."""
        return min(SILENCE, self.lock_timeout / 2000) if self.lock_timeout else SILENCE


class Conversation:
    """Statements sent together, and their answers as they come."""

    def __init__(
        self,
        connection: "psycopg.Connection[tuple[object, ...]]",
        statements: Sequence[str],
        patience: Patience | None = None,
    ) -> None:
        self._connection = connection
        self._pgconn = connection.pgconn
        self._statements = statements
        self._silence = patience.silence if patience else SILENCE
        self._on_silence = patience.on_silence if patience else None
        self._answers: SimpleQueue[Answer] = SimpleQueue()
        self._succeeded = 0
        self._nonblocking = self._pgconn.nonblocking
        # An interruption may come while the thread starts, when it can't say yet whether it runs.
        self._turn = Lock()
        self._over = False
        self._listening = False
        self._done = Event()

    def begin(self) -> None:
        """Send the statements, and listen."""
        self._pgconn.nonblocking = 1
        self._leave_at_once(True)
        self._pgconn.enter_pipeline_mode()
        Thread(target=self._converse, name=RECEIVER, daemon=True).start()

    def __iter__(self) -> "Iterator[PGresult]":
        """One answer to each statement. Raises what went wrong with the connection."""
        for _ in self._statements:
            answer = self._next()
            if isinstance(answer, BaseException):
                raise answer
            yield answer

    def said(self, statement: str) -> bool:
        """True if it was among the statements and has had its effect, once the conversation has ended."""
        return statement in self._statements[: self._succeeded]

    def abandon(self) -> None:
        """Make the server stop, whatever it is at: asked again and again, since between two statements it hears no
        request to. Where it does not in time, the connection is closed on this side; it is lost then."""
        deadline = monotonic() + GRACE
        try:
            while self._goes_on() and (left := deadline - monotonic()) > 0:
                self._ask_to_stop(left)
                self._done.wait(min(PATIENCE, left))
        finally:
            if self._goes_on():
                hang_up(self._pgconn)

    def end(self) -> None:
        """Wait for the last answer and leave the connection as it was."""
        from psycopg.pq import ConnStatus

        if self._goes_on():
            self._done.wait()
        if self._pgconn.status == ConnStatus.OK:
            self._leave_at_once(False)
            self._pgconn.exit_pipeline_mode()
            self._pgconn.nonblocking = self._nonblocking

    def _goes_on(self) -> bool:
        """True if the thread is at it. From now on it does not begin."""
        with self._turn:
            self._over = True
            return self._listening and not self._done.is_set()

    def _next(self) -> Answer:
        while self._on_silence is not None:
            try:
                return self._answers.get(timeout=self._silence)
            except Empty:
                if self._on_silence():
                    self._on_silence = None
        return self._answers.get()

    def _ask_to_stop(self, patience: float) -> None:
        """Request it on a connection of its own. libpq before 17 knows no request that can be given up."""
        from psycopg import Error, capabilities

        if capabilities.has_cancel_safe():
            with suppress(Error):
                self._connection.cancel_safe(timeout=patience)

    def _leave_at_once(self, whether: bool) -> None:
        """Have the server told as soon as this process ends, however it does: with questions that it has not read yet
        before it, the end would reach it after its answer, for which it may wait in a queue for a lock."""
        linger = pack("ii", whether, 0)
        if self._connection.info.hostaddr:  # it is no socket of this machine
            _on_socket(self._pgconn, lambda line: line.setsockopt(SOL_SOCKET, SO_LINGER, linger))

    def _converse(self) -> None:
        with self._turn:
            if self._over:
                return
            self._listening = True
        try:
            for statement in self._statements:
                self._pgconn.send_query_params(statement.encode(), None)
            self._pgconn.pipeline_sync()
            self._receive(len(self._statements) + 1)  # the end of the pipeline is an answer too
        except BaseException as error:
            self._answers.put(error)
        finally:
            self._done.set()

    def _receive(self, count: int) -> None:
        from psycopg.pq import ExecStatus

        pgconn = self._pgconn
        succeeded = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)
        unsent = True
        with DefaultSelector() as selector:
            selector.register(pgconn.socket, EVENT_READ | EVENT_WRITE)
            while count:
                if unsent and not (unsent := bool(pgconn.flush())):
                    selector.modify(pgconn.socket, EVENT_READ)
                selector.select()
                pgconn.consume_input()
                while count and not pgconn.is_busy():
                    answer = pgconn.get_result()
                    if answer is not None:  # None ends the answers to one statement
                        self._succeeded += answer.status in succeeded
                        self._answers.put(answer)
                        count -= 1


def hang_up(pgconn: "PGconn") -> None:
    """Ends a connection on this side, whatever the server is at."""
    _on_socket(pgconn, lambda line: line.shutdown(SHUT_RDWR))


def _on_socket(pgconn: "PGconn", act: Callable[[socket], object]) -> None:
    """Do it to a connection's socket, unless that is gone by now or can't be had (Windows)."""
    from psycopg import OperationalError

    with suppress(OSError, OperationalError), socket(fileno=os.dup(pgconn.socket)) as line:
        act(line)
