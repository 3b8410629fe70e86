"""The power of a superuser, lent to the role that files run as for what runs none of their code, and else withheld."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from attrs import define, field

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.quoting import ident

from .connections import ADMINISTRATOR, MEMBERS, OWNER

if TYPE_CHECKING:
    from psycopg import Connection

# A backend that waits for its client hears of what others committed when it takes a lock. Nobody can hold this one for
# it: the schema of toast tables can't be entered. pg_execute_server_program is a superuser's, or a member's.
_SEEN: Final = """
    select pg_catalog.pg_relation_size(4149::pg_catalog.oid::pg_catalog.regclass),
           pg_catalog.pg_has_role(session_user, 'pg_execute_server_program', 'MEMBER')
"""


@define(kw_only=True, eq=False)
class Power:
    """Power of a superuser, lent to the role that files run as and withheld again: one for each server.

    Files that could make themselves superusers by a statement could do so inside a DO block too. So a session's own
    role is none, and another connection, which they can't reach, makes it one for single statements.
    """

    administer: "Callable[[], Connection] | None"
    """Connects as the one who may; None where files run with all the rights that their server's address gives."""
    _admin: "Connection | None" = field(default=None, init=False)
    _lent: bool = field(default=False, init=False)
    _turns: int = field(default=0, init=False)
    _seen: "WeakKeyDictionary[Connection, int]" = field(factory=WeakKeyDictionary, init=False)

    @property
    def withholds(self) -> bool:
        """True if there is anything to lend."""
        return self.administer is not None

    @property
    def administrator(self) -> str | None:
        """The role that may read everything, where that isn't the session's own."""
        return ADMINISTRATOR if self.withholds else None

    def withdraw(self, connection: "Connection") -> None:
        """Takes it back. Raises PgnormError where the role is as powerful without."""
        self._turn(connection, lent=False)

    @contextmanager
    def lent(self, connection: "Connection") -> Iterator[None]:
        """Makes the role of a session a superuser for as long as the context lasts, in which no code of files may run;
        what fails inside must have left a transaction that goes on."""
        self._turn(connection, lent=True)
        try:
            yield
        finally:
            if not connection.closed:
                self.withdraw(connection)

    def make_roles(self, connection: "Connection", names: Sequence[str]) -> None:
        """Makes roles that can't log in, of which the session's own is a member."""
        with self.lent(connection), connection.transaction():
            connection.execute("".join(f"create role {ident(name)};" for name in names).encode())
            if self.withholds:
                connection.execute(f"grant {', '.join(map(ident, names))} to {MEMBERS}".encode())

    def withhold(self) -> None:
        """Takes it back from all sessions. A connection that is made meanwhile would keep some of it up to 16."""
        if self.administer is not None:
            self._set(lent=False)

    def close(self) -> None:
        """Ends the connection of the one who may."""
        if self._admin is not None:
            self._admin.close()
            self._admin = None

    def _turn(self, connection: "Connection", *, lent: bool) -> None:
        if self.administer is None:
            return
        self._set(lent=lent)
        if self._seen.get(connection) == self._turns:
            return
        row = connection.execute(_SEEN).fetchone()
        if row is None or row[1] is not lent:
            raise PgnormError("the role that files run as is not as it was made: nothing more is run")
        self._seen[connection] = self._turns

    def _set(self, *, lent: bool) -> None:
        assert self.administer is not None
        if self._lent == lent:
            return
        from psycopg.errors import LockNotAvailable

        if self._admin is None:
            self._admin = self.administer()
        try:
            self._admin.execute(f"alter role {OWNER} {'' if lent else 'no'}superuser".encode())
        except LockNotAvailable as error:
            raise PgnormError(
                f"the files change the role {OWNER} itself, which runs them",
                hint="Take that out of the files: pgnorm does not compare what a role may do.",
            ) from error
        self._lent = lent
        self._turns += 1


UNCAGED: Final = Power(administer=None)
"""The power over a server that is trusted with what files do."""
