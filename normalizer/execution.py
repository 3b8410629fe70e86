"""Runs single statements of a load: their settings, their savepoints, and what is done about foreseeable errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from attrs import define, field

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.quoting import ident

from .adaptation import Level, handles_savepoint, sets_session
from .files import SourceFile
from .items import Item, Note
from .patience import Patience
from .remedies import remedy

if TYPE_CHECKING:
    from psycopg import Connection, Error

_RELEASE: Final = ";release savepoint pgnorm"
_RESET: Final = "reset session authorization; reset role; reset all"

_OUTSIDE_TRANSACTION: Final = ("25001", "2D000")  # active_sql_transaction, invalid_transaction_termination
_AFTER_COMMIT: Final = ("55P04", "55006")  # unsafe_new_enum_value_usage, object_in_use (pending trigger events)


class NeedsScratch(Exception):
    """The files hold what one transaction can't: load them in a database of their own, with transaction=False."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason


@define(kw_only=True, eq=False)
class Execution:
    """A connection in use by a load, and what came up while it was used."""

    connection: Connection
    transaction: bool
    owner: str | None
    provide_extension: Callable[[str, str | None], bool] | None
    roles_to_come: frozenset[str] = frozenset()
    notes: list[Note] = field(factory=list)
    created_roles: list[str] = field(factory=list)
    generated_extensions: list[str] = field(factory=list)
    broken: bool = False
    patience: Patience = field(init=False)
    _active: tuple[str, ...] | None = None

    def __attrs_post_init__(self) -> None:
        self.patience = Patience(self.connection)

    @property
    def version_num(self) -> int:
        return self.connection.info.server_version

    def note(self, level: Level, place: str, message: str) -> None:
        self.notes.append(Note(level=level, place=place, message=message))

    def command(self, text: str) -> None:
        """Runs a command of the loader's own."""
        self.connection.execute(text.encode())

    def start(self) -> str:
        """Makes the owner if the server has no such role; answers a transaction id older than all that follow."""
        if self.owner:
            known = self.connection.execute("select from pg_catalog.pg_roles where rolname = %s", (self.owner,))
            if known.rowcount == 0:
                self.command(f"create role {ident(self.owner)} superuser")
                self.created_roles.append(self.owner)
        row = self.connection.execute("select pg_catalog.pg_current_xact_id()::xid::text").fetchone()
        assert row is not None
        return str(row[0])

    def forget_settings(self) -> None:
        """To be called after a rollback, which may have taken settings back."""
        self._active = None

    def begin_file(self) -> None:
        """Starts a file: with fresh settings and, in a scratch database, a transaction."""
        self._active = None
        if not self.transaction:
            self.command("begin")

    def end_file(self, source: SourceFile) -> None:
        """Ends a file. Raises PgnormError where its transaction can't be committed."""
        from psycopg import Error

        if not self.transaction:
            try:
                self.command("commit")
            except Error as error:
                message = f"the file cannot be committed: {error.diag.message_primary or error}"
                raise PgnormError(message, place=source.label, hint=error.diag.message_hint) from error

    def stop(self) -> None:
        """Ends a file in its midst."""
        if not self.transaction:
            self.command("rollback" if self.broken else "commit")

    def open_trial(self, context: tuple[str, ...] = ()) -> None:
        """Starts something that close_trial undoes, in these settings."""
        if not self.transaction:
            self.command("begin")
        self._enter(context)
        self.command("savepoint pgnorm_trial")

    def close_trial(self) -> None:
        """Undoes what was done since open_trial."""
        self.command("rollback to savepoint pgnorm_trial; release savepoint pgnorm_trial")
        if not self.transaction:
            self.command("commit")

    def leave(self) -> None:
        """Gives the connection back as it came."""
        self.command(_RESET)

    def run_batch(self, items: Sequence[Item]) -> bool:
        """Runs statements of one file in one message: a savepoint for each costs as much as the locks held so far.

        Whether all of them ran; if not, none did.
        """
        from psycopg import Error

        self._enter(items[0].context)
        self.command("savepoint pgnorm_batch")
        try:
            with self.patience:
                self.command(";".join([*(item.text for item in items), "release savepoint pgnorm_batch"]))
        except Error:
            if self.patience.exceeded and self.connection.closed:
                raise self.patience.error(f"{items[0].place} or below") from None
            if self.connection.closed:
                return False
            self.command("rollback to savepoint pgnorm_batch; release savepoint pgnorm_batch")
            return False
        for item in items:
            item.ran = True
        return True

    def create_role(self, role: str) -> None:
        """Makes a role that can't log in."""
        self.command(f"{_RESET}; create role {ident(role)}")
        self.forget_settings()
        self.created_roles.append(role)

    def ask_for_extension(self, item: Item, name: str, version: str | None) -> bool:
        """Has an extension made available. Whether it is an empty or partial stand-in."""
        if self.provide_extension is None or not self.provide_extension(name, version):
            return False
        if name not in self.generated_extensions:
            self.generated_extensions.append(name)
            message = f"the extension {name} is not available here: a stand-in takes its place"
            self.note("warning", item.place, message)
        return True

    def run(self, item: Item) -> Error | None:
        """Runs a statement in the settings of its place, or leaves it out with a note.

        Answers the error that is left, after which the savepoint before the statement holds again (unless `broken`).
        Raises NeedsScratch where a transaction stands in the way.
        """
        met: set[str | None] = set()
        while True:
            self._enter(item.context)
            error = self._execute(item)
            if error is None:
                item.ran = True
                if sets_session(item.statement):
                    self._active = (*item.context, item.text)
                elif handles_savepoint(item.statement):
                    self.forget_settings()
                return None
            code = error.sqlstate
            if self.transaction:
                temporary = code == "42P07" and not {"TEMP", "TEMPORARY"}.isdisjoint(item.statement.words)
                if temporary or code in (*_OUTSIDE_TRANSACTION, *_AFTER_COMMIT):
                    raise NeedsScratch(item.place, error.diag.message_primary or str(error))
            elif code in _OUTSIDE_TRANSACTION:
                return self._run_alone(item)
            if self.broken or error.diag.message_primary in met:
                return error
            met.add(error.diag.message_primary)
            if code in _AFTER_COMMIT:
                self.command("commit; begin")
            elif not remedy(self, item, error):
                return error
            if not item.text:
                return None

    def _enter(self, context: tuple[str, ...]) -> None:
        if self._active == context:
            return
        identity = f"; set session authorization {ident(self.owner)}" if self.owner else ""
        self.command("; ".join([_RESET + identity, *context]))
        self._active = context

    def _execute(self, item: Item) -> Error | None:
        from psycopg import Error

        guarded = not handles_savepoint(item.statement)
        if guarded:
            # In a message of its own: a text that does not parse never gets as far as a savepoint before it.
            self.command("savepoint pgnorm")
        try:
            with self.patience:
                self.command(item.text + _RELEASE if guarded else item.text)
        except Error as error:
            if self.patience.exceeded:
                raise self.patience.error(item.place) from None
            if self.connection.closed:
                message = f"the server ended the connection: {error}"
                raise PgnormError(message, place=item.place) from error
            if guarded:
                self.command("rollback to savepoint pgnorm; release savepoint pgnorm")
            else:
                self.broken = True
            _take_error(item, error)
            return error
        return None

    def _run_alone(self, item: Item) -> Error | None:
        from psycopg import Error

        self.command("commit")
        self._active = None
        try:
            with self.patience:
                self.command(item.text)
        except Error as error:
            if self.patience.exceeded:
                raise self.patience.error(item.place) from None
            _take_error(item, error)
        else:
            item.ran, item.error = True, None
        self.command("begin")
        return item.error


def _take_error(item: Item, error: Error) -> None:
    item.error, item.position = error, None
    if error.diag.statement_position:
        item.position = max(0, min(int(error.diag.statement_position) - 1, len(item.text)))
