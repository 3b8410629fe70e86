"""Threads for what needs a server: one piece of work after the other, and what nobody wants any more ends."""

import contextvars
from collections.abc import Callable, Hashable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from threading import Condition, Thread, Timer
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from attrs import define, field

from pgnorm.catalog.errors import PgnormError

if TYPE_CHECKING:
    from pgnorm.normalizer.servers import Servers

T = TypeVar("T")
_GRACE: Final = 2.0  # seconds in which what is to end comes to a place where it can


class Halted(Exception):
    """The end of work that nobody wants any more."""


class _Job(Protocol):
    """A piece of work: `key` tells what it is about."""

    key: Hashable

    @property
    def unwanted(self) -> bool:
        """True if nobody wants it any more."""

    def cancel(self) -> None:
        """Have it be wanted no more."""

    def run(self, servers: "Servers") -> None:
        """Do it, and hand over what comes of it."""

    def fail(self, error: Exception) -> None:
        """Have it have failed."""


@define(eq=False)
class _Wanted(Generic[T]):
    """A piece of work, and the promise of what comes of it."""

    work: "Callable[[Servers], T]"
    key: Hashable
    future: "Future[T]" = field(factory=Future, init=False)

    @property
    def unwanted(self) -> bool:
        return self.future.cancelled()

    def cancel(self) -> None:
        self.future.cancel()

    def run(self, servers: "Servers") -> None:
        with suppress(InvalidStateError):  # nobody wants it any more
            try:
                with servers.turn():
                    result = self.work(servers)
            except Exception as error:
                self.future.set_exception(error)
            else:
                self.future.set_result(result)

    def fail(self, error: Exception) -> None:
        with suppress(InvalidStateError):  # nobody wants it any more
            self.future.set_exception(error)


class Lane:
    """A thread with servers of its own."""

    def __init__(self, *, shadow_url: str | None, trust_files: bool) -> None:
        self._shadow_url = shadow_url
        self._trust_files = trust_files
        self._changed = Condition()
        self._waiting: list[_Job] = []
        self._current: _Job | None = None
        self._closed = False
        self._failed: Exception | None = None
        self._servers: Servers | None = None
        context = contextvars.copy_context()
        self._thread = Thread(target=lambda: context.run(self._work), name="pgnorm-lane")
        self._thread.start()

    def submit(self, work: "Callable[[Servers], T]", *, key: Hashable) -> "Future[T]":
        """Have work done. Earlier work of the same key is not wanted any more."""
        job = _Wanted(work=work, key=key)
        with self._changed:
            for each in (*self._waiting, self._current):
                if each is not None and each.key == key:
                    each.cancel()
            if self._failed is not None:
                job.fail(self._failed)
            elif self._closed:
                job.cancel()
            self._waiting.append(job)
            self._hurry()
            self._changed.notify_all()
        return job.future

    def close(self) -> None:
        """End all work, and the servers."""
        with self._changed:
            self._closed = True
            for each in (*self._waiting, self._current):
                if each is not None:
                    each.cancel()
            self._hurry()
            self._changed.notify_all()
        self._thread.join()

    def _hurry(self) -> None:
        """Take the connection from work that is to end and doesn't: it may be at a statement that takes for ever."""
        job = self._current
        if job is None or not job.unwanted:
            return

        def hang_up() -> None:
            with self._changed:
                if self._current is job and self._servers is not None:
                    self._servers.hang_up()

        timer = Timer(_GRACE, hang_up)
        timer.daemon = True
        timer.start()

    def _pause(self) -> None:
        if self._current is not None and self._current.unwanted:
            raise Halted

    def _work(self) -> None:
        from pgnorm.normalizer.servers import Servers

        servers = Servers(shadow_url=self._shadow_url, trust_files=self._trust_files, pausing=self._pause)
        self._servers = servers
        try:
            while (job := self._next()) is not None:
                job.run(servers)
                with self._changed:
                    self._current = None
                    idle = not self._waiting
                if idle:
                    with suppress(PgnormError, OSError):  # the next run reads it anew
                        servers.remember()
        except Exception as error:
            self._give_up(error)
            raise
        finally:
            with suppress(PgnormError):  # of a server that ended by itself
                servers.__exit__(None, None, None)

    def _give_up(self, error: Exception) -> None:
        """End for good, with all that waits failing."""
        with self._changed:
            self._failed, self._closed = error, True
            for each in (*self._waiting, self._current):
                if each is not None:
                    each.fail(error)

    def _next(self) -> _Job | None:
        """The next job that is wanted; None at the end."""
        with self._changed:
            while not self._closed:
                self._waiting = [each for each in self._waiting if not each.unwanted]
                if self._waiting:
                    self._current = self._waiting.pop(0)
                    return self._current
                self._changed.wait()
            return None
