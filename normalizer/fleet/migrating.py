"""Migrations applied to the databases of a fleet, some at a time, until one fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Literal, NamedTuple

from attrs import define, field

from pgnorm.catalog.errors import PgnormError

from ..applying.pending import read_pending
from ..applying.pieces import Applicable
from ..applying.target import Target, opened
from ..compare.ignoring import Ignoring
from ..gate import Gate, migrate
from ..project.project import Project
from ..workspace import Workspace
from .crew import Executor
from .tenants import Tenant

Tell = Callable[[Literal["note", "verbose", "warning"], str], None]

AT = "--db-url …"
"""The option that names one of them in a command for a person to run."""


class Errand(NamedTuple):
    """A database that is to be seen to, and the versions that it is expected to lack."""

    tenant: Tenant
    expected: tuple[str, ...] = ()


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
        """Apply the migrations that it is expected to lack; gives their versions.

        Raises PgnormError for the first that fails, and where it lacks others by now.
        """
        with self._opened(errand.tenant) as found, found.lock.held():
            pending = self._left(found)
            versions = tuple(each.version for each in pending)
            if versions != errand.expected:
                raise PgnormError(
                    "what is to be applied there has changed meanwhile", hint="Run it again, and look again."
                )
            for _ in migrate(found, pending, self._gate(errand.tenant), force=self.force):
                pass
        return versions

    def _left(self, found: Target) -> tuple[Applicable, ...]:
        standings = found.standings(self.project, statements=False)
        return read_pending(standings, AT, include_all=self.include_all)

    def _gate(self, tenant: Tenant) -> Gate:
        return Gate(self.workspace, tenant.database, self.ignoring, self._alone)

    @contextmanager
    def _opened(self, tenant: Tenant) -> Iterator[Target]:
        def tell(level: Literal["note", "verbose", "warning"], said: str) -> None:
            # What one database has to say is of interest, the same of hundreds is not.
            self.tell("warning" if level == "warning" else "verbose", f"{tenant.name}: {said}")

        with opened(tenant.database, self.table, tell, self.lock_timeout) as found:
            yield found


def carry(
    errands: Sequence[Errand],
    act: Callable[[Errand], tuple[str, ...]],
    done: dict[Tenant, tuple[str, ...]],
    failed: dict[Tenant, PgnormError],
    *,
    executor: Executor,
    stops: bool,
    tell: Callable[[str], None],
) -> None:
    """Do it with each of these, and note what comes of it. After an interruption, and where it `stops` so, after a
    failure, those in hand are finished and no others begun.

    Raises the interruption when they are.
    """
    ended: BaseException | None = None
    count = 0

    def progress(_: int) -> None:
        tell(f"{count} of {len(errands)} done")

    with executor.crew(errands, act, fragile=stops, progress=progress) as crew:
        while True:
            try:
                for (tenant, _), result in crew:
                    count += 1
                    if isinstance(result, tuple):
                        done[tenant] = result
                        continue
                    if isinstance(result, PgnormError):
                        failed[tenant] = result
                    else:
                        ended = ended or result
                    if stops or ended is not None:
                        crew.stop()
                break
            except KeyboardInterrupt as signal:
                ended = signal
                crew.stop()
                tell("Interrupted: what is in hand is finished, nothing else is begun")
    if ended is not None:
        raise ended
