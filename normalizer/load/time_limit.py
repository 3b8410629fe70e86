"""Time limit for one statement of a load: a file can undo what it is told of that, so we watch it from outside."""

from __future__ import annotations

import time
from contextlib import suppress
from contextvars import ContextVar
from threading import Condition, Thread
from typing import TYPE_CHECKING, Final, Self

from attrs import define, field

from pgnorm.catalog.errors import PgnormError

if TYPE_CHECKING:
    from psycopg import Connection

LIMIT: Final = ContextVar("LIMIT", default=600.0)
"""Seconds for one statement; none is no limit."""
_GRACE: Final = 2.0  # seconds for the server to end what was cancelled, which a file's code may survive


@define(eq=False)
class TimeLimit:
    """Bounds the time of each statement that runs inside it: `with time_limit: execute(…)`."""

    connection: Connection
    limit: float = field(factory=LIMIT.get, kw_only=True)
    exceeded: bool = field(default=False, init=False)
    """True if the last statement was ended for its time."""
    _since: float | None = field(default=None, init=False)
    _changed: Condition = field(factory=Condition, init=False)
    _watcher: Thread | None = field(default=None, init=False)
    _over: bool = field(default=False, init=False)

    def __enter__(self) -> Self:
        if self.limit:
            self.exceeded, self._since = False, time.monotonic()
            if self._watcher is None:
                self._watcher = Thread(target=self._watch, name="pgnorm-time-limit", daemon=True)
                self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._since = None
            if self.exceeded:
                self._changed.notify_all()

    def close(self) -> None:
        """Ends the watch."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
        if self._watcher:
            self._watcher.join()

    def error(self, place: str) -> PgnormError:
        """The error for a statement that was ended."""
        return PgnormError(
            f"the statement ran longer than {self.limit:g} s and was ended",
            place=place,
            hint="--timeout SECONDS gives each statement more time, --timeout 0 all of it",
        )

    def _watch(self) -> None:
        with self._changed:
            while not self._over:
                left = self.limit if self._since is None else self._since + self.limit - time.monotonic()
                if left > 0:
                    self._changed.wait(left)
                else:
                    self._end()

    def _end(self) -> None:
        from pgnorm.catalog.conversation import hang_up

        if not self.exceeded:
            self.exceeded = True
            with suppress(Exception):  # an unreachable server is dealt with below
                self.connection.cancel_safe(timeout=_GRACE)
        else:
            # Code that goes on after a cancel loses its connection, which ends the server or the session.
            hang_up(self.connection.pgconn)
            self._since = None
        self._changed.wait(_GRACE)
