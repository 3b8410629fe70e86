"""Connections that threads make, several at once, while their owner does something else."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Lock, Thread
from typing import TYPE_CHECKING

from .databases import Database, opener

if TYPE_CHECKING:
    from psycopg import Connection


class Connecting:
    """A connection under way, for the one who takes it."""

    def __init__(self, make: "Callable[[], Connection]") -> None:
        self._make = make
        self._made: Connection | None = None
        self._error: Exception | None = None
        self._wanted = True
        self._deciding = Lock()
        self._thread = Thread(target=self._run, name="pgnorm-connect", daemon=True)
        self._thread.start()

    def take(self) -> "Connection":
        """Take the connection once it is there, to close it in the end. Raises PgnormError where it can't be had."""
        self._thread.join()
        made, self._made = self._made, None
        if made is None:
            raise self._error or RuntimeError("somebody has it")
        return made

    def abandon(self) -> None:
        """Have it closed, now or as soon as it is there, unless somebody took it."""
        with self._deciding:
            self._wanted = False
            made, self._made = self._made, None
        if made is not None:
            made.close()

    def _run(self) -> None:
        try:
            made = self._make()
        except Exception as error:  # whoever takes the connection is told
            self._error = error
            return
        with self._deciding:
            if self._wanted:
                self._made = made
                return
        made.close()


@contextmanager
def connecting(databases: Iterable[Database]) -> Iterator[dict[Database, Connecting]]:
    """Connections to several databases, all under way by now; those that nobody has taken are closed in the end.

    Raises PgnormError for an address that can't be read.
    """
    makers = {each: opener(each) for each in databases}
    under_way: dict[Database, Connecting] = {}
    try:
        under_way.update((each, Connecting(make)) for each, make in makers.items())
        yield under_way
    finally:
        for each in under_way.values():
            each.abandon()
