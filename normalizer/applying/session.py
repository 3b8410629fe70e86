"""The connection that migrations are applied on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, LiteralString

from attrs import frozen

from pgnorm.catalog.interrupts import held
from pgnorm.catalog.quoting import qualified

if TYPE_CHECKING:
    import psycopg

    from .indexes import IndexMade

# RESET ALL leaves out who the session acts as.
_RESET: Final = "reset session authorization; reset role; reset all"

# Another table may have an index of this name in another schema.
_INDEX: Final[LiteralString] = (
    "select n.nspname::pg_catalog.text, c.relname::pg_catalog.text, i.indisvalid from pg_catalog.pg_index i"
    " join pg_catalog.pg_class c on c.oid operator(pg_catalog.=) i.indexrelid"
    " join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace"
    " where c.relname operator(pg_catalog.=) %s::pg_catalog.name"
    " and i.indrelid operator(pg_catalog.=) pg_catalog.to_regclass(%s)::pg_catalog.oid"
)


@frozen(eq=False)
class Session:
    """An autocommitting connection; `lock_timeout` is what statements wait for locks, in milliseconds."""

    connection: psycopg.Connection
    lock_timeout: int

    def run(self, text: str) -> None:
        """Run a statement. Raises psycopg.Error."""
        self.connection.execute(text.encode())

    def reset(self) -> None:
        """Make the settings of the session, and who it acts as, those that it began with."""
        self.run(_RESET)

    def renew(self) -> None:
        """The same, and have statements outside of transactions give up where they wait long for a lock."""
        self.run(f"{_RESET}; set lock_timeout = {self.lock_timeout}")

    @contextmanager
    def transaction(self, *, renewed: bool) -> Iterator[None]:
        """A transaction, committed at the end and undone by an error; with `renewed`, in the settings that the session
        began with."""
        # A pooler may give each transaction another session: what it is told outside would stay with that.
        self.run(f"begin; {_RESET}; set local lock_timeout = {self.lock_timeout}" if renewed else "begin")
        try:
            yield
        except BaseException:
            from psycopg import Error

            with suppress(Error):  # a connection that is lost has nothing to undo
                self.run("rollback")
            raise
        with held():
            self.run("commit")

    def act_as_oneself(self) -> None:
        """Act, to the end of the transaction, as who has connected."""
        self.run("set local session authorization default; set local role to default")

    def index(self, made: IndexMade) -> tuple[str, bool] | None:
        """The index of this name on this table, with its schema, and if it is valid; None where there is none."""
        row = self.connection.execute(_INDEX, (made.name, made.table)).fetchone()
        return (qualified(str(row[0]), str(row[1])), bool(row[2])) if row is not None else None

    @property
    def in_transaction(self) -> bool:
        """True inside of a transaction block."""
        from psycopg.pq import TransactionStatus

        return self.connection.info.transaction_status != TransactionStatus.IDLE
