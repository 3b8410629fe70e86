"""The three things that applying needs of the world: a connection, a history and a lock."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol

from pgnorm.catalog.model import Value

from .indexes import IndexMade

Tell = Callable[[Literal["note", "verbose", "warning"], str], None]


class Row(Value):
    """A migration that the history says was applied. `statements` is None where it does not say which they were."""

    version: str
    name: str
    statements: tuple[str, ...] | None = None


class Unfinished(Value):
    """A migration whose first `statements` are carried out; `underway` says that the next one had begun, and nothing
    tells how it ended."""

    statements: tuple[str, ...]
    underway: bool


class Connection(Protocol):
    """Carries out statements as they are."""

    def run(self, text: str) -> None:
        """Run a statement. Raises psycopg.Error."""

    def reset(self) -> None:
        """Make the settings of the session, and who it acts as, those that it began with."""

    def renew(self) -> None:
        """The same, and have statements outside of transactions give up where they wait long for a lock."""

    def transaction(self, *, renewed: bool) -> AbstractContextManager[None]:
        """A transaction, committed at the end and undone by an error; with `renewed`, in the settings that the session
        began with."""

    def act_as_oneself(self) -> None:
        """Act, to the end of the transaction, as who has connected, whoever statements have made the session act as."""

    def index(self, made: IndexMade) -> tuple[str, bool] | None:
        """The index of this name on this table, as the session finds that, with its schema, and if it is valid; None
        where there is none. Raises psycopg.Error."""

    @property
    def in_transaction(self) -> bool:
        """True inside of a transaction block."""


class History(Protocol):
    """Remembers what was applied. Whatever changes it is part of the connection's transaction, if there is one."""

    def rows(self, *, statements: bool = True) -> Mapping[str, Row]:
        """Migrations that were applied, by version, without statements if these are not asked for; none where the
        database has no history yet."""

    def prepare(self) -> None:
        """Make the history where there is none."""

    def add(self, version: str, name: str, statements: Sequence[str]) -> None:
        """Remember a migration, and that nothing of it is left. Raises psycopg.Error where it is known already."""

    def remove(self, version: str) -> None:
        """Forget a migration."""

    def unfinished(self) -> Mapping[str, Unfinished]:
        """The migrations that were begun and did not end, by version."""

    def begin(self, version: str, statements: Sequence[str], *, underway: bool) -> None:
        """Remember how far a migration is."""


class Lock(Protocol):
    """Keeps two from applying at once."""

    def held(self) -> AbstractContextManager[None]:
        """The lock, had as long as the context lasts. Raises PgnormError where others keep it."""

    def check(self) -> None:
        """Raises PgnormError where the lock was lost before its context ended."""
