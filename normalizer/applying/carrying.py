"""Statements of migrations carried out: errors with their place, locks asked for again, long ones told of."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from attrs import frozen

from pgnorm.catalog.progress import stage

from .failing import BUSY, Failed, at_end, failure
from .interfaces import Connection, History, Lock, Tell
from .pieces import Applicable, Piece

TRIES: Final = 5
"""Times that a lock is asked for before a migration is given up."""
_PAUSE: Final = 1.0  # seconds
_WORDS: Final = 3


@frozen(eq=False)
class Carrier:
    """A database, in which migrations are carried out and remembered."""

    connection: Connection
    history: History
    lock: Lock
    tell: Tell
    at: str
    """The option that names it in a command for a person to run."""
    lookout: Callable[[], Callable[[], bool]]
    """Gives, for each statement, what is asked whom it waits for where it takes long."""
    patience: float
    """Seconds for which a statement waits for a lock."""
    tenant: str = ""
    """The name of the database where several are migrated at a time."""
    pause: float = _PAUSE

    def run(self, migration: Applicable, piece: Piece, *, done: str) -> None:
        """Run a statement. Raises Failed; `done` says what is left of the migration then."""
        from psycopg import Error

        words = " ".join(piece.statement.words[:_WORDS]) if piece.statement is not None else ""
        whose = f"{self.tenant}: " if self.tenant else ""
        with stage(f"{whose}{migration.place(piece)}: {words} …", look=self.lookout(), patience=self.patience):
            try:
                self.connection.run(piece.text)
            except Error as error:
                raise failure(migration, piece, error, done=done) from error

    @contextmanager
    def transaction(self, migration: Applicable, *, renewed: bool, done: str) -> Iterator[None]:
        """A transaction, whose end may fail as well. Raises Failed, and PgnormError where the lock was lost."""
        from psycopg import Error

        try:
            with self.connection.transaction(renewed=renewed):
                yield
                self.lock.check()
        except Error as error:
            raise at_end(migration, error, done=done) from error

    def patiently(self, act: Callable[[], None]) -> None:
        """Act, and again where a lock is not to be had."""
        for left in reversed(range(TRIES)):
            try:
                act()
                return
            except Failed as failed:
                if failed.code not in BUSY or not left:
                    raise
                said = failed.message.partition("\n")[0]
                again = "once more" if left == 1 else f"{left} times more"
                self.tell("warning", f"{failed.place}: {said}; it is tried again, {again} at most")
                time.sleep(self.pause)
