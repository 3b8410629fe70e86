"""Migrations applied to the databases of a fleet, some at a time, until one fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from threading import Lock
from typing import Final, Literal, NamedTuple

from attrs import define, field

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.interrupts import Held, held

from ..applying.pending import read_pending
from ..applying.pieces import Applicable
from ..applying.target import Target, opened
from ..compare.ignoring import Ignoring
from ..gate import Gate, migrate
from ..project.live import Live
from ..project.project import Project
from ..project.watched import digest
from ..workspace import Workspace
from .crew import CrewOptions, Executor, Team
from .tenants import Tenant

Tell = Callable[[Literal["note", "verbose", "warning"], str], None]

AT = "--db-url URL"
"""The option that names one of them in a command for a person to run."""


_UNKNOWN: Final = "it was cut short, and did not say in time how it ended"
_BY_HISTORY: Final = "Run it again: it goes on where the history says that it is."


class Errand(NamedTuple):
    """A database that is to be seen to, and the versions that it is expected to lack."""

    tenant: Tenant
    expected: tuple[str, ...] = ()
    shown: Mapping[str, str] | None = None
    """Digests of the texts that were agreed to, by their versions."""


def digest_of(migration: Applicable) -> str:
    """The digest of a migration's text."""
    return digest(migration.source.text.encode())


@define(eq=False, kw_only=True)
class Migrating:
    """The project's migrations on their way to databases. Its methods may be called in any thread."""

    workspace: Workspace
    project: Project
    table: tuple[str, str]
    ignoring: Ignoring
    tell: Tell
    include_all: bool = False
    force: bool = False
    lock_timeout: int | None = None
    _alone: Lock = field(factory=Lock, init=False)

    def lacking(self, errand: Errand) -> tuple[str, ...]:
        """The versions that a database lacks. Raises PgnormError where they don't follow its own, too."""
        with self._opened(errand.tenant) as found:
            return tuple(each.version for each in self._left(found))

    def check(self, errand: Errand) -> tuple[str, ...]:
        """The same. Raises PgnormError where the first of them would not be let through."""
        with self._opened(errand.tenant) as found:
            pending = self._left(found)
            if not self.force:
                self._gate(errand.tenant).check_first(pending, found.history.unfinished())
        return tuple(each.version for each in pending)

    def apply(self, errand: Errand) -> tuple[str, ...]:
        """Apply the migrations that it is expected to lack; gives the versions of those that no other run has applied
        meanwhile.

        Raises PgnormError for the first that fails, and where it lacks others by now or a file says something else.
        """
        with self._opened(errand.tenant) as found, found.lock.held():
            pending = self._left(found)
            versions = tuple(each.version for each in pending)
            if not set(versions).issubset(errand.expected):
                raise PgnormError(
                    "what is to be applied there has changed meanwhile", hint="Run it again, and look again."
                )
            for each in pending:
                if digest_of(each) != (errand.shown or {}).get(each.version):
                    raise PgnormError(
                        "the file has changed since it was shown",
                        place=each.label,
                        hint="Run it again, and look again.",
                    )
            for _ in migrate(found, pending, self._gate(errand.tenant), force=self.force):
                pass
        return versions

    def _left(self, found: Target) -> tuple[Applicable, ...]:
        standings = found.standings(self.project, statements=False)
        return read_pending(standings, AT, include_all=self.include_all)

    def _gate(self, tenant: Tenant) -> Gate:
        return Gate(self.workspace, tenant.database, self.ignoring, AT, self._alone)

    def _opened(self, tenant: Tenant) -> AbstractContextManager[Target]:
        def tell(level: Literal["note", "verbose", "warning"], said: str) -> None:
            # What one database has to say is of interest, the same of hundreds is not.
            self.tell("warning" if level == "warning" else "verbose", f"{tenant.name}: {said}")

        live = self.workspace.live
        return opened(tenant.database, self.table, tell, AT, self.lock_timeout, tenant=tenant.name, live=live)


def carry(
    errands: Sequence[Errand],
    act: Callable[[Errand], tuple[str, ...]],
    done: dict[Tenant, tuple[str, ...]],
    failed: dict[Tenant, PgnormError],
    *,
    executor: Executor,
    stops: bool,
    tell: Callable[[str], None],
    live: Live,
) -> None:
    """Do it with each of these, and note what comes of it. After an interruption, and where it `stops` so, after a
    failure, those in hand are finished and no others begun; after a second one they are cut short.

    Raises the interruption when they are.
    """
    ended: BaseException | None = None
    count = 0

    def progress(_: int) -> None:
        tell(f"{count} of {len(errands)} done")

    with held() as signals:
        interruption = Interruption(signals, tell)
        options = CrewOptions(
            fragile=stops, progress=progress, look=lambda: interruption.look(crew), cut_short=live.cut_short
        )
        with executor.crew(errands, act, options) as crew:
            for errand, result in crew:
                count += 1
                if isinstance(result, tuple):
                    done[errand.tenant] = result
                    continue
                if isinstance(result, PgnormError):
                    failed[errand.tenant] = result
                else:
                    failed[errand.tenant] = PgnormError(
                        f"a fault in pgnorm: {type(result).__name__}: {result}", hint=_BY_HISTORY
                    )
                    ended = ended or result
                if stops or ended is not None:
                    crew.stop()
            failed |= {errand.tenant: PgnormError(_UNKNOWN, hint=_BY_HISTORY) for errand in crew.in_hand()}
    if ended is not None:
        raise ended


@define(eq=False)
class Interruption:
    """Heeds the signals that came while they are held: the first of them, and one that comes after it was told."""

    signals: Held
    tell: Callable[[str], None]
    _seen: int = field(default=0, init=False)
    _cut: bool = field(default=False, init=False)

    def look(self, crew: Team[Errand, tuple[str, ...]]) -> None:
        """Stop the crew after the first, and cut short what it has in hand after the second."""
        came = len(self.signals.came)
        if came and not self._seen:
            self._seen = came
            crew.stop()
            self.tell("Interrupted: what is in hand is finished, nothing else is begun")
        elif came > self._seen and not self._cut:
            self._cut = True
            crew.cut()
            self.tell("Interrupted again: what is in hand is cut short")
