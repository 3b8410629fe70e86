"""Runs single statements of a load: their settings, their savepoints, and what is done about foreseeable errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from attrs import Factory, define, field

from pgnorm.catalog.errors import PgnormError

from ..files.reading import SourceFile
from ..sql.sessions import handles_savepoint, sets_session
from .adaptation import Level
from .lending import Lending
from .pending import Item, NeedsScratch, Note
from .privileged import REFUSALS, needs_power
from .remedies import remedy
from .time_limit import TimeLimit

if TYPE_CHECKING:
    from psycopg import Connection, Error

    from ..postgres.power import Power

_RELEASE: Final = ";release savepoint pgnorm"
_RESET: Final = "reset session authorization; reset role; reset all"
_OUTSIDE_TRANSACTION: Final = ("25001", "2D000")  # active_sql_transaction, invalid_transaction_termination
_AFTER_COMMIT: Final = ("55P04", "55006")  # unsafe_new_enum_value_usage, object_in_use (pending trigger events)


@define(kw_only=True, eq=False)
class Execution:
    """A connection in use by a load. Where it is `patient`, what comes too early waits, and failures do not end it."""

    connection: Connection
    transaction: bool
    owner: str | None
    provide_extension: Callable[[str, str | None], bool] | None
    power: Power
    patient: bool
    declares: bool
    roles_to_come: frozenset[str] = frozenset()
    notes: list[Note] = field(factory=list)
    created_roles: list[str] = field(factory=list)
    generated_extensions: list[str] = field(factory=list)
    broken: bool = False
    time_limit: TimeLimit = field(default=Factory(lambda self: TimeLimit(self.connection), takes_self=True), init=False)
    _active: tuple[str, ...] | None = None
    _lending: Lending = field(init=False)

    def note(self, level: Level, place: str | None, message: str) -> None:
        self.notes.append(Note(level=level, place=place, message=message))

    @property
    def began(self) -> str:
        """A transaction id older than all that follow."""
        return self._lending.start

    def command(self, text: str) -> None:
        """Runs a command of the loader's own."""
        self.connection.execute(text.encode())

    def start(self) -> None:
        """Makes the owner if the server has no such role."""
        self._lending = Lending.begun(self.connection, self.power, owner=self.owner)
        if self.owner and self._lending.make_owner():
            self.created_roles.append(self.owner)

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

        True if all of them ran; if not, none did.
        """
        from psycopg import Error, pq

        self._enter(items[0].context)
        if not (lent := self.is_lent(items[0])):  # before the time runs: cancelled, nothing could return to it
            self.command("savepoint pgnorm_batch")
        try:
            with self.time_limit:
                if lent:
                    self._lending.run_lent([(item.statement, item.text) for item in items])
                else:
                    self.command(";".join([*(item.text for item in items), "release savepoint pgnorm_batch"]))
        except (Error, PgnormError) as error:
            stuck = lent and self.connection.info.transaction_status is pq.TransactionStatus.INERROR
            if self.connection.closed or stuck:
                self._refuse_end(error, f"{items[0].place} or below")
            if not lent:
                self.command("rollback to savepoint pgnorm_batch; release savepoint pgnorm_batch")
            return False
        for item in items:
            item.ran = True
        return True

    def is_lent(self, item: Item) -> bool:
        """True if a superuser's power is lent for a statement from the first."""
        return self.power.withholds and needs_power(item.statement)

    def create_role(self, role: str) -> None:
        """Makes a role that can't log in."""
        self.command(_RESET)
        self.power.make_roles(self.connection, [role])
        self.forget_settings()
        self.created_roles.append(role)

    def ask_for_extension(self, item: Item, name: str, version: str | None) -> bool:
        """Has an extension made available. True if it is an empty or partial stand-in."""
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
            refused = error is not None and error.sqlstate in REFUSALS and self.power.withholds and not self.broken
            if refused and self._lending.may_lend(item.statement):
                error = self._execute(item, lent=True)
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
        identity = f"; {self._lending.identity}" if self.owner else ""
        self.command("; ".join([_RESET + identity, *context]))
        self._active = context

    def _execute(self, item: Item, *, lent: bool = False) -> Error | None:
        from psycopg import Error

        guarded = not handles_savepoint(item.statement)
        lent = lent or self.is_lent(item)
        try:
            with self.time_limit:
                if lent:
                    self._lending.run_lent([(item.statement, item.text)], item.place)
                    return None
                if guarded:
                    # In a message of its own: a text that does not parse never gets as far as a savepoint before it.
                    self.command("savepoint pgnorm")
                self.command(item.text + _RELEASE if guarded else item.text)
        except Error as error:
            self._refuse_end(error, item.place)
            if guarded and not lent:
                self.command("rollback to savepoint pgnorm; release savepoint pgnorm")
            elif not lent:
                self.broken = True
            item.failed(error)
            return error
        return None

    def _run_alone(self, item: Item) -> Error | None:
        from psycopg import Error

        self.command("commit")
        self._active = None
        try:
            with self.time_limit:
                self.command(item.text)
        except Error as error:
            self._refuse_end(error, item.place)
            item.failed(error)
        else:
            item.ran, item.error = True, None
        self.command("begin")
        return item.error

    def _refuse_end(self, error: Exception, place: str) -> None:
        """Raise PgnormError where an error is the end of a statement's time, or of the connection."""
        if self.time_limit.exceeded:
            raise self.time_limit.error(place) from None
        if self.connection.closed:
            raise PgnormError(f"the server ended the connection: {error}", place=place) from error
