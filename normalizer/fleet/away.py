"""Work on a database of a fleet by a process elsewhere, which has pgnorm and the project as well."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from typing import Literal

from pgnorm.catalog.model import Value

from ..compare.ownership import Ownership
from ..left_alone import ignoring
from ..platforms import PLAIN, Platform
from ..project.project import Project
from ..project.watched import digests
from ..servers import Servers
from ..workspace import Workspace
from .migrating import Errand, Migrating, Tell
from .reading import Found, Reader
from .tenants import Tenant

_LOG = logging.getLogger("pgnorm")


class Away(Value):
    """All that the processes are told. It can be sent to them, and so can its methods."""

    project: Project | None
    history: tuple[str, str] | None
    include_all: bool = False
    force: bool = False
    lock_timeout: int | None = None

    def read(self, tenant: Tenant) -> Found:
        """The state of a database, without its catalog. Raises PgnormError for one that can't be read."""

        def owning(major: int) -> Ownership:
            project = self.project
            if project is None:
                return _ownership(PLAIN, (), major)
            return _ownership(project.platform, project.schemas, project.major or major)

        return Reader(owning, self.history, _LOG.warning, self.lock_timeout).read(tenant).evolve(catalog=None)

    def lacking(self, errand: Errand) -> tuple[str, ...]:
        """As `Migrating.lacking`."""
        with self._migrating() as migrating:
            return migrating.lacking(errand)

    def check(self, errand: Errand) -> tuple[str, ...]:
        """As `Migrating.check`."""
        with self._migrating() as migrating:
            return migrating.check(errand)

    def apply(self, errand: Errand) -> tuple[str, ...]:
        """As `Migrating.apply`."""
        with self._migrating() as migrating:
            return migrating.apply(errand)

    def state(self) -> tuple[str, frozenset[tuple[str, str]]]:
        """The version of pgnorm there, and what the project's files are there. Raises PgnormError."""
        known = digests(self.project) if self.project is not None else {}
        return version("pgnorm"), frozenset((str(path), digest) for path, digest in known.items())

    def migrating(self, workspace: Workspace, tell: Tell) -> Migrating:
        """The same for a process that has a workspace."""
        assert self.project is not None
        assert self.history is not None
        return Migrating(
            workspace=workspace,
            project=self.project,
            table=self.history,
            ignoring=ignoring(self.project.ignore),
            tell=tell,
            include_all=self.include_all,
            force=self.force,
            lock_timeout=self.lock_timeout,
        )

    @contextmanager
    def _migrating(self) -> Iterator[Migrating]:
        with Workspace(self.project, tell=_tell) as workspace:
            yield self.migrating(workspace, _tell)


@cache
def _ownership(platform: Platform, schemas: tuple[str, ...], major: int) -> Ownership:
    """The ownership, for which a private server is asked once in each process."""
    with Servers() as servers:
        return Ownership(platform=platform, baseline=servers.shadow(major, platform).baseline, schemas=schemas)


def _tell(level: Literal["note", "verbose", "warning"], message: str) -> None:
    _LOG.log(logging.WARNING if level == "warning" else logging.INFO, message)
