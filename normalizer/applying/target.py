"""The database that migrations are applied to, opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import frozen

from pgnorm.catalog.errors import PgnormError

from ..files.reading import shown
from ..project.databases import Database, address, connect
from ..project.forms import Migrations
from ..project.histories import SUPABASE, history_of
from ..project.live import Live
from ..project.lookout import Lookout
from ..project.project import Project
from ..project.ways_back import tool_of
from .carrying import Carrier
from .history import PATIENCE, TableHistory
from .interfaces import History, Lock, Tell
from .lock import AdvisoryLock
from .pieces import Applicable
from .seeds import SeedHistory
from .session import Session
from .standing import Standing, standings

if TYPE_CHECKING:
    from psycopg.errors import Diagnostic


@frozen(eq=False)
class Target:
    """A database with its history."""

    database: Database
    name: str
    """Name for a person: no password."""
    carrier: Carrier
    history: History
    seeds: SeedHistory
    lock: Lock

    def standings(self, project: Project, *, statements: bool = True) -> tuple[Standing, ...]:
        """The project's migrations beside the history; without its statements nobody knows which files were changed.

        Raises PgnormError.
        """
        rows = self.history.rows(statements=statements)
        return standings(project.migration_files(), rows, self.history.unfinished())


def keeps_history(project: Project) -> bool:
    """True if pgnorm knows where a database of the project keeps the history of its migrations."""
    named = project.supabase_dir is not None or history_of(project.settings) is not None
    return named and not _is_of_other_tool(project.migration_files())


def _is_of_other_tool(found: Migrations) -> bool:
    return found.named is None or found.named.startswith("V")


def history_table(project: Project) -> tuple[str, str]:
    """The schema and the name of the table with the history of the project's migrations.

    Raises PgnormError where there is none, and where a tool of their own is to apply them.
    """
    if _is_of_other_tool(project.migration_files()):
        raise PgnormError(
            "these migrations have the form of another tool, which keeps a history of its own",
            place=shown(project.migrations_dir),
            hint="Apply them with that tool.",
        )
    own = history_of(project.settings)
    if project.supabase_dir is not None:
        if own is not None:
            raise project.settings.error("history", "is not for a Supabase project: its CLI looks in one place only")
        return SUPABASE
    if own is None:
        raise PgnormError(
            "the project names no table for the history of its migrations",
            hint='Put `history = "pgnorm.migrations"` into pgnorm.toml if pgnorm is to apply them.',
        )
    return own


def refuse_tools(migration: Applicable) -> None:
    """Raises PgnormError for a migration that is written for a tool: there is a way back in it."""
    if tool_of(migration.source.text) is not None:
        raise PgnormError(
            "the file has marks of a migration tool in it, and holds a way back, which is not to be run",
            place=migration.label,
            hint="Apply it with that tool, or put the way back into a file beside the migrations folder.",
        )


@contextmanager
def opened(
    database: Database,
    table: tuple[str, str],
    tell: Tell,
    at: str,
    lock_timeout: int | None = None,
    *,
    tenant: str = "",
    live: Live | None = None,
) -> Iterator[Target]:
    """The database, connected to; `at` is the option that names it, `tenant` its name among several, and `live` is for
    whoever may want to cut it short.

    Raises PgnormError, which tells no password.
    """
    from psycopg import Error

    def notice(diagnostic: Diagnostic) -> None:
        severity = diagnostic.severity_nonlocalized or ""
        tell("warning" if severity == "WARNING" else "note", f"{severity}: {diagnostic.message_primary}")

    live = live or Live()
    with connect(database) as connection, live.having(connection):
        name = address(connection, database)
        connection.add_notice_handler(notice)
        patience = PATIENCE if lock_timeout is None else lock_timeout
        session = Session(connection, patience)
        history, lock = TableHistory(connection, *table, patience), AdvisoryLock(database, tell, live)

        def lookout() -> Lookout:
            return Lookout(database, connection.info.backend_pid, lambda said: tell("warning", said))

        try:
            yield Target(
                database=database,
                name=name,
                carrier=Carrier(
                    connection=session,
                    history=history,
                    lock=lock,
                    tell=tell,
                    at=at,
                    lookout=lookout,
                    patience=patience / 1000,
                    tenant=tenant,
                ),
                history=history,
                seeds=SeedHistory(connection),
                lock=lock,
            )
        except Error as error:
            said = error.diag.message_primary or str(error).strip().partition("\n")[0]
            raise PgnormError(f"{name}: {said}", hint=error.diag.message_hint) from error
