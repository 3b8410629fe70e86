"""The gate before a migration: the database must be what it was proved to start from."""

import time
from collections.abc import Container, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from itertools import takewhile
from typing import Final

from pgnorm.catalog.errors import PgnormError

from .applying.certificates import certificate
from .applying.failing import MISSING, Failed
from .applying.pieces import Applicable
from .applying.run import carry_out
from .applying.target import Target
from .compare.describing import describe, granted
from .compare.fingerprint import fingerprint
from .compare.ignoring import Ignoring
from .compare.ownership import owned
from .comparing import compare
from .comparison import Options
from .project.databases import Database
from .project.sources import migrations
from .unsure import lack_of
from .workspace import Workspace

_SHOWN: Final = 20


class Gate:
    """Lets migrations through whose certificates begin where a database is."""

    def __init__(
        self,
        workspace: Workspace,
        database: Database,
        ignoring: Ignoring,
        at: str,
        alone: AbstractContextManager[object] | None = None,
    ) -> None:
        self.workspace = workspace
        self.database = database
        self._at = at
        """The option that names the database in a command for a person to run."""
        self._alone = alone or nullcontext()
        """Held around what the shadow is asked, where gates of several databases share a workspace."""
        self._options = Options(proof=None, ignoring=ignoring)
        self._known: str | None = None
        """The fingerprint of where the last migration has led."""

    def check(self, migration: Applicable) -> None:
        """Raises PgnormError, with what differs, where the database is not what a migration starts from.

        What has no certificate, or one of a part of the project, is let through.
        """
        found = certificate(migration)
        if found is None or found.partial or not found.first or found.start == self._known:
            return
        there = self._fingerprint()
        if there != found.start and there == found.goal and found.last:
            raise PgnormError(
                "the database already has what this migration does",
                place=migration.label,
                hint=f"Have it count as applied: pgnorm migration repair --status applied {migration.version} "
                f"{self._at}",
            )
        if there != found.start and (lines := self._differences(migration)):
            more = [f"  and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
            raise PgnormError(
                "\n".join(
                    [
                        "the database is not what this migration was proved to start from. Compared with what the "
                        "migrations before it make: added (+), missing (-), different (~):",
                        *(f"  {line}" for line in lines[:_SHOWN]),
                        *more,
                    ]
                ),
                place=migration.label,
                hint="Undo that there. To keep it: move this file and those after it away, take over what the database "
                "has (`pgnorm pull --repair`, the database named as here), and write the others anew. --force applies "
                "this one all the same.",
            )

    def check_first(self, pending: Sequence[Applicable], begun: Container[str]) -> None:
        """The same for the first of several, unless it was `begun` before: what follows starts where that leads."""
        for each in pending[:1]:
            if each.version not in begun:
                self.check(each)

    def passed(self, migration: Applicable) -> None:
        """Note that a migration is applied."""
        found = certificate(migration)
        self._known = found.goal if found is not None and found.last and not found.partial else None

    def explain(self, failed: Failed) -> None:
        """Add to the error of a migration that the database is not one of the project's platform, where that is so."""
        platform = self.workspace.platform
        with suppress(PgnormError):  # it may be gone by now
            if failed.code in MISSING and (said := lack_of(platform, self.database)):
                failed.message += f"\nThe database is another one than the project's: {said}."
                failed.hint = platform.without_marks

    def _fingerprint(self) -> str:
        workspace = self.workspace
        catalog = workspace.read(self.database)
        with self._alone:
            ownership = workspace.ownership(workspace.shadow(catalog.major))
        mine = owned(catalog, ownership)
        return fingerprint(mine, workspace.platform)

    def _differences(self, migration: Applicable) -> list[str]:
        """Everything that the database has otherwise than the migrations before this one make it."""
        assert self.workspace.project is not None
        files = migrations(self.workspace.project)
        before = files.evolve(paths=tuple(takewhile(lambda path: path != migration.source.path, files.paths)))
        with self._alone:
            found = compare(self.workspace, before, self.database, self._options)
        told = ((describe(each), granted(each)) for each in found.plan.differences)
        return [f"{said} ({grants})" if grants else said for said, grants in told]


def migrate(
    found: Target, pending: Sequence[Applicable], gate: Gate, *, force: bool
) -> Iterator[tuple[Applicable, float]]:
    """Apply migrations to a database whose lock is held: each that is applied, and the seconds that it took.

    Raises PgnormError for the first that fails, or that the gate does not let through, unless `force` is on.
    """
    if pending:
        with found.carrier.connection.transaction(renewed=True):
            found.history.prepare()
    begun = found.history.unfinished()
    for each in pending:
        if not force and each.version not in begun:
            gate.check(each)
        found.carrier.tell("verbose", f"Applying {each.label}")
        since = time.monotonic()
        try:
            carry_out(found.carrier, each)
        except Failed as failed:
            gate.explain(failed)
            raise
        gate.passed(each)
        yield each, time.monotonic() - since
