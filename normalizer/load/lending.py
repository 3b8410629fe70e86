"""Runs statements of files and plans as a role that is no superuser, which is lent that power where one needs it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING, Final, Self

from attrs import frozen

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.pinning import PATH
from pgnorm.catalog.quoting import ident, literal

from ..postgres.connections import MEMBERS, OWNER, OWNERS, SUPERUSERS
from ..sql.lexer import name_of
from ..sql.statements import Statement, split
from .errors import TRUST
from .harm import DISARMED, HARM, HARM_OF_RIGHTS, REACHING
from .privileged import (
    REFUSALS,
    about_events,
    as_role,
    changes_role,
    gives_rights,
    may_be_lent,
    needs_power,
    validator,
    without_superuser,
)

if TYPE_CHECKING:
    from psycopg import Connection

    from ..postgres.power import Power


@frozen(kw_only=True)
class Lending:
    """A load's way to lend its role power; `start` is a transaction id older than all that the load does."""

    connection: Connection
    power: Power
    start: str
    owner: str | None = None
    """The role that runs the statements where that isn't the session's own."""

    @classmethod
    def begun(cls, connection: Connection, power: Power, *, owner: str | None = None) -> Self:
        """That of a load which begins now."""
        row = connection.execute("select pg_catalog.pg_current_xact_id()::pg_catalog.xid::text").fetchone()
        assert row is not None
        return cls(connection=connection, power=power, start=str(row[0]), owner=owner)

    @property
    def identity(self) -> str:
        """The statement by which a session becomes the owner."""
        assert self.owner is not None
        return f"set {'role' if self.power.withholds else 'session authorization'} {ident(self.owner)}"

    def make_owner(self) -> bool:
        """Makes it possible to become the owner. Whether the server had no such role."""
        assert self.owner is not None
        role = ident(self.owner)
        known = self.connection.execute("select from pg_catalog.pg_roles where rolname = %s", (self.owner,))
        made = known.rowcount == 0
        if not self.power.withholds:
            if made:
                self.connection.execute(f"create role {role} superuser".encode())
            return made
        with self.power.lent(self.connection):
            if made:
                self.connection.execute(f"create role {role} createdb createrole replication bypassrls".encode())
            self.connection.execute(
                f"revoke {role} from {MEMBERS}; grant {MEMBERS} to {role}; grant {role} to {OWNERS};"
                f" alter database {ident(self.connection.info.dbname)} owner to {role}".encode()
            )
            if made:
                self.connection.execute(f"grant {SUPERUSERS} to {role}".encode())
        return made

    @contextmanager
    def lent(self, *, events: bool = True) -> Iterator[None]:
        """A superuser's power for as long as the context lasts, in which no event trigger calls anything; what is done
        is undone where that fails. With `events` false the state of event triggers is not touched."""
        if not self.power.withholds:
            yield
            return
        with self.power.lent(self.connection):
            self.connection.execute("savepoint pgnorm_lent")
            try:
                self._become("superuser")
                quiet = self._silence() if events else []
                yield
                self._wake(quiet)
                self._become("nosuperuser")
                self.connection.execute("release savepoint pgnorm_lent")
            except BaseException:
                if not self.connection.closed:
                    self.connection.execute("rollback to savepoint pgnorm_lent")
                    self.connection.execute("release savepoint pgnorm_lent")
                raise

    def run(self, text: str) -> None:
        """Runs the text of a plan in the session's transaction, statement by statement where one needs power.

        Raises psycopg.Error for what Postgres refuses and PgnormError for what it is not to be asked.
        """
        from psycopg import Error

        if not self.power.withholds:
            self.connection.execute(text.encode())
            return
        if not _SILENT.search(text):
            try:
                self.connection.execute("savepoint pgnorm_plan")
                self.connection.execute(f"{text}\n;release savepoint pgnorm_plan".encode())
            except Error as error:
                if error.sqlstate not in REFUSALS:
                    raise
                self.connection.execute("rollback to savepoint pgnorm_plan")
                self.connection.execute("release savepoint pgnorm_plan")
            else:
                return
        for lent, statements in groupby(split(text), needs_power):
            if lent:
                self.run_lent([(statement, statement.text) for statement in statements])
            else:
                for statement in statements:
                    self._run_one(statement)

    def _run_one(self, statement: Statement) -> None:
        from psycopg import Error

        self.connection.execute("savepoint pgnorm_plan")
        try:
            self.connection.execute(as_role(statement, statement.text).encode())
        except Error as error:
            if error.sqlstate not in REFUSALS:
                raise
            self.connection.execute("rollback to savepoint pgnorm_plan")
            if not self.may_lend(statement):
                raise
            self.run_lent([(statement, statement.text)])
        self.connection.execute("release savepoint pgnorm_plan")

    def may_lend(self, statement: Statement) -> bool:
        """True if a statement that is refused may have power, by itself and by the functions that it calls."""
        if not may_be_lent(statement):
            return False
        name = validator(statement)
        return name is None or self._ask(_COMPILED.format(name=literal(name))) == [(True,)]

    def run_lent(self, texts: Sequence[tuple[Statement, str]], place: str = "") -> None:
        """Runs statements with power, in the texts that go with them; all or none.

        Raises psycopg.Error for what Postgres refuses and PgnormError for what is more than they may do.
        """
        with self.lent(events=not any(about_events(statement) for statement, _ in texts)):
            for about_roles, group in groupby(texts, lambda one: changes_role(one[0])):
                if about_roles:
                    for statement, text in group:
                        self._run_about_role(statement, text)
                else:
                    self.connection.execute(";".join(text for _, text in group).encode())
            if any("EXTENSION" in statement.words[1:2] for statement, _ in texts):
                self._disarm()
            question = HARM_OF_RIGHTS if all(gives_rights(statement) for statement, _ in texts) else HARM
            ((harm,),) = self._ask(question.format(start=self.start))
            if harm is not None:
                raise PgnormError(f"this is not run: {harm}", place=place or None, hint=TRUST)

    def _run_about_role(self, statement: Statement, text: str) -> None:
        """A superuser that it makes is none here."""
        harmless = without_superuser(text)
        self.connection.execute(harmless.encode())
        if harmless != text:
            role = ident(name_of(statement.words[2]))
            self.connection.execute(f"grant {SUPERUSERS} to {role}".encode())
        self._adopt()

    def _ask(self, query: str) -> list[tuple[object, ...]]:
        """The answer to a question of ours, where names and operators are Postgres' own: files may have namesakes of
        them in their path, which power must not reach."""
        cursor = self.connection.execute(f"savepoint pgnorm_asked; {PATH}; {query}; {_ASKED}".encode())
        cursor.nextset()
        cursor.nextset()
        return cursor.fetchall()

    def _disarm(self) -> None:
        if found := [oid for (oid,) in self._ask(REACHING)]:
            self.connection.execute(_SET_LIBRARY, (DISARMED, found))

    def _adopt(self) -> None:
        """Makes the role a member of those that have been made meanwhile."""
        for (role,) in self._ask(_ORPHANS):
            self.connection.execute(f"grant {ident(str(role))} to {MEMBERS}".encode())

    def _become(self, power: str) -> None:
        if self.owner is not None and self.power.withholds:
            role = ident(self.owner)
            self.connection.execute(f"reset role; alter role {role} {power}; set role {role}".encode())

    def _silence(self) -> list[tuple[object, ...]]:
        """Quietens all event triggers; answers (state, oid) of those that were not quiet."""
        found = self._ask("select evtenabled::text, oid from pg_event_trigger where evtenabled <> 'D' order by oid")
        if found:
            self.connection.execute("update pg_catalog.pg_event_trigger set evtenabled = 'D'")
        return found

    def _wake(self, quiet: Sequence[tuple[object, ...]]) -> None:
        for trigger in quiet:
            self.connection.execute(_SET_STATE, trigger)


_ASKED: Final = "rollback to savepoint pgnorm_asked; release savepoint pgnorm_asked"
_SILENT: Final = re.compile(r"\b(?:grant|revoke|role|extension|authorization|subscription)\b", re.IGNORECASE)
"""Words of which a text holds one if something in it `needs_power` or is to run as another role."""
_COMPILED: Final = "select bool_and(prolang in (12, 13)) from pg_proc where proname = {name}"
_SET_STATE: Final = """
    update pg_catalog.pg_event_trigger set evtenabled = %s where oid operator(pg_catalog.=) %s::pg_catalog.oid
"""
_SET_LIBRARY: Final = """
    update pg_catalog.pg_proc set probin = %s where oid operator(pg_catalog.=) any (%s::pg_catalog.oid[])
"""
_ORPHANS: Final = f"""
    select rolname
      from pg_roles r
     where not rolsuper
       and rolname !~ '^pg_'
       and rolname <> '{OWNER}'
       and not pg_has_role('{MEMBERS}', oid, 'MEMBER')
       and not pg_has_role(oid, '{MEMBERS}', 'MEMBER')
     order by 1
"""
