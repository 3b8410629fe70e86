"""The advisory lock that keeps two from applying migrations at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from attrs import define, field

from pgnorm.catalog.errors import PgnormError

from ..project.databases import Database, address, connect
from ..project.live import Live
from .interfaces import Tell

if TYPE_CHECKING:
    import psycopg

_KEY: Final = 0x70676E6F726D  # `pgnorm`, as bytes
_PATIENCE: Final = 60_000  # milliseconds
_TRANSACTION_TIMEOUT_SINCE: Final = 170000


@define(eq=False)
class AdvisoryLock:
    """A lock of the transaction of a connection beside that of the migrations: a pooler may give the lock of a session
    to others."""

    database: Database
    tell: Tell
    live: Live
    patience: int = _PATIENCE
    _connection: psycopg.Connection | None = field(default=None, init=False)

    @contextmanager
    def held(self) -> Iterator[None]:
        """The lock. Raises PgnormError where others keep it for too long."""
        from psycopg import Error
        from psycopg.errors import LockNotAvailable

        with connect(self.database) as connection:
            endless = "idle_in_transaction_session_timeout", "statement_timeout", "transaction_timeout"
            known = endless if connection.info.server_version >= _TRANSACTION_TIMEOUT_SINCE else endless[:-1]
            limits = "; ".join(f"set local {name} = 0" for name in known)
            connection.execute(
                f"begin isolation level read committed; set local lock_timeout = {self.patience}; {limits}".encode()
            )
            # What runs CONCURRENTLY waits for snapshots, which another isolation keeps, and a portal with parameters.
            row = connection.execute(f"select pg_catalog.pg_try_advisory_xact_lock({_KEY})".encode()).fetchone()
            if row != (True,):
                self.tell("warning", f"waiting for another run that applies migrations to {address(connection)}")
                try:
                    with self.live.having(connection):
                        connection.execute(f"select pg_catalog.pg_advisory_xact_lock({_KEY})".encode())
                except LockNotAvailable:
                    raise PgnormError(
                        f"another run has been applying migrations to {address(connection)} for "
                        f"{self.patience // 1000} seconds",
                        hint="Run it again when that has ended.",
                    ) from None
            self._connection = connection
            try:
                yield
            finally:
                self._connection = None
                with suppress(Error):  # where the connection is lost, the lock is gone as well
                    connection.rollback()

    def check(self) -> None:
        """Raises PgnormError where the lock was lost before its context ended."""
        from psycopg import Error

        try:
            if self._connection is not None:
                self._connection.execute("")  # which takes no snapshot
        except Error as error:
            raise PgnormError(
                "the connection that keeps other runs from applying migrations meanwhile was lost",
                hint="Run it again: it goes on where this one stopped.",
            ) from error
