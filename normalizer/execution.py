"""Runs single statements of a load: their settings, their savepoints, and what is done about foreseeable errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from attrs import define, field, frozen

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.quoting import ident

from .adaptation import Adapted, Level, handles_savepoint, sets_session, without_item, without_version
from .failures import missing_role
from .files import SourceFile
from .lexer import name_of
from .statements import Statement

if TYPE_CHECKING:
    from psycopg import Connection, Error

_SAVEPOINT: Final = "savepoint pgnorm;"
_RELEASE: Final = ";release savepoint pgnorm"
_RESET: Final = "reset session authorization; reset role; reset all"
_EXTENSION: Final = re.compile(r'extension "(.+)" is not available')

_OUTSIDE_TRANSACTION: Final = ("25001", "2D000")  # active_sql_transaction, invalid_transaction_termination
_AFTER_COMMIT: Final = ("55P04", "55006")  # unsafe_new_enum_value_usage, object_in_use (pending trigger events)


@frozen(kw_only=True)
class Note:
    """Something about a load that a person may want to know; `verbose` ones only when asked for."""

    level: Level
    place: str
    message: str


class NeedsScratch(Exception):
    """The files hold what one transaction can't: load them in a database of their own, with transaction=False."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason


@define(kw_only=True, eq=False)
class Item:
    """A statement on its way into the server; `context` are the statements that set its session before it."""

    order: int
    source: SourceFile
    statement: Statement
    text: str
    context: tuple[str, ...]
    ran: bool = False
    error: Error | None = None
    missing: frozenset[str] = frozenset()

    @property
    def place(self) -> str:
        return self.source.place(self.statement.start)


@define(kw_only=True, eq=False)
class Execution:
    """A connection in use by a load, and what came up while it was used."""

    connection: Connection
    transaction: bool
    owner: str | None
    provide_extension: Callable[[str, str | None], bool] | None
    roles_to_come: frozenset[str]
    notes: list[Note] = field(factory=list)
    created_roles: list[str] = field(factory=list)
    generated_extensions: list[str] = field(factory=list)
    broken: bool = False
    _active: tuple[str, ...] | None = None

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
            if self.broken or error.diag.message_primary in met:
                return error
            met.add(error.diag.message_primary)
            if error.sqlstate in _OUTSIDE_TRANSACTION and not self.transaction:
                return self._run_alone(item)
            if not self._remedy(item, error):
                return error
            if not item.text:
                return None

    def position(self, item: Item, error: Error) -> int | None:
        """Where in the statement's text the error is, counted from 0."""
        if not error.diag.statement_position:
            return None
        prefix = 0 if handles_savepoint(item.statement) else len(_SAVEPOINT)
        return max(0, min(int(error.diag.statement_position) - 1 - prefix, len(item.text)))

    def _enter(self, context: tuple[str, ...]) -> None:
        if self._active == context:
            return
        identity = f"; set session authorization {ident(self.owner)}" if self.owner else ""
        self.command("; ".join([_RESET + identity, *context]))
        self._active = context

    def _execute(self, item: Item) -> Error | None:
        from psycopg import Error

        text = item.text if handles_savepoint(item.statement) else f"{_SAVEPOINT}{item.text}{_RELEASE}"
        try:
            self.command(text)
        except Error as error:
            if self.connection.closed:
                message = f"the server ended the connection: {error}"
                raise PgnormError(message, place=item.place) from error
            self._roll_back()
            return error
        return None

    def _roll_back(self) -> None:
        from psycopg import Error

        try:
            self.command("rollback to savepoint pgnorm; release savepoint pgnorm")
        except Error:
            # A text that does not parse never got as far as its savepoint.
            self.broken = True

    def _run_alone(self, item: Item) -> Error | None:
        from psycopg import Error

        self.command("commit")
        self._active = None
        try:
            self.command(item.text)
        except Error as error:
            return error
        finally:
            if not self.connection.closed:
                self.command("begin")
        item.ran = True
        return None

    def _remedy(self, item: Item, error: Error) -> bool:
        """Whether something was done after which the statement can be run again (or, without a text, left out)."""
        words, message, code = item.statement.words, error.diag.message_primary or "", error.sqlstate
        if self.transaction:
            temporary = code == "42P07" and ("TEMP" in words or "TEMPORARY" in words)
            if temporary or code in _OUTSIDE_TRANSACTION or code in _AFTER_COMMIT:
                raise NeedsScratch(item.place, message)
        elif code in _AFTER_COMMIT:
            self.command("commit; begin")
            return True
        if role := missing_role(error):
            return self._provide_role(item, role)
        if item.statement.begins("CREATE", "EXTENSION"):
            return self._provide_extension(item, message, code)
        if code == "42704" and words[:1] in (("SET",), ("RESET",)):
            return self._leave_out(item, "verbose", f"left out: {message}")
        if code == "3D000":
            return self._leave_out(item, "note", f"left out: {message}")
        if code == "42710" and words[:1] == ("CREATE",) and name_of(words[2]) in self.created_roles:
            return self._leave_out(item, "verbose", f"left out: {message}, since an earlier statement names it")
        return False

    def _leave_out(self, item: Item, level: Level, message: str) -> bool:
        item.text = ""
        self.note(level, item.place, message)
        return True

    def _provide_role(self, item: Item, role: str) -> bool:
        if item.statement.begins("DROP"):
            return False
        if role.startswith("pg_"):
            note = f"the role {role}, which this server does not have, is left out"
            return self.adopt(item, without_item(item.text, lambda token: token.name == role, note))
        if role in self.roles_to_come:
            return False
        self.command(f"{_RESET}; create role {ident(role)}")
        self._active = None
        self.created_roles.append(role)
        self.note("note", item.place, f"the role {role} is made for the load, since nothing creates it")
        return True

    def adopt(self, item: Item, adapted: Adapted) -> bool:
        """Takes over an adapted text, with its note. Whether it differs."""
        if adapted.text == item.text:
            return False
        item.text = adapted.text or ""
        if adapted.note:
            self.note(adapted.level, item.place, adapted.note)
        return True

    def _provide_extension(self, item: Item, message: str, code: str | None) -> bool:
        if match := _EXTENSION.search(message):
            # The statement's own extension was asked for before; this one comes by CASCADE.
            return self.ask_for_extension(item, match[1], None)
        if code == "22023" and "VERSION" in item.text.upper():
            text = without_version(item.text)
            return self.adopt(item, Adapted(text=text, note="the extension's VERSION is left out", level="verbose"))
        return False

    def ask_for_extension(self, item: Item, name: str, version: str | None) -> bool:
        """Has an extension made available. Whether it is a stand-in without contents."""
        if self.provide_extension is None or not self.provide_extension(name, version):
            return False
        if name not in self.generated_extensions:
            self.generated_extensions.append(name)
            message = f"the extension {name} is not available here: an empty stand-in takes its place"
            self.note("warning", item.place, message)
        return True
