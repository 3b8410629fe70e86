"""Work that needs Postgres, done in threads beside the one that talks to the editor."""

import asyncio
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from lsprotocol.types import LogMessageParams, MessageType
from pygls.lsp.server import LanguageServer

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.project.finding import find
from pgnorm.normalizer.workspace import Workspace

from ..failures import told
from .lane import Lane

if TYPE_CHECKING:
    from pgnorm.normalizer.load.adaptation import Level
    from pgnorm.normalizer.project.project import Project
    from pgnorm.normalizer.servers import Servers

T = TypeVar("T")


class Work:
    """Two threads beside: one for what somebody waits for, and one for what takes its time."""

    def __init__(self, server: LanguageServer, *, shadow_url: str | None, trust_files: bool) -> None:
        self._server = server
        self._waited_for = Lane(shadow_url=shadow_url, trust_files=trust_files)
        self._unhurried = Lane(shadow_url=shadow_url, trust_files=trust_files)
        self.loop: asyncio.AbstractEventLoop | None = None
        """The loop of the thread that talks to the editor."""

    async def done(self, work: "Callable[[Servers], T]", key: Hashable, *, urgent: bool) -> T:
        """The result of work, for which earlier work of the same key is given up.

        Raises PgnormError for all that it fails with.
        """
        try:
            lane = self._waited_for if urgent else self._unhurried
            return await asyncio.wrap_future(lane.submit(work, key=key))
        except PgnormError:
            raise
        except Exception as problem:
            raise told(problem)[0] from problem

    async def in_project(
        self, path: Path | None, work: "Callable[[Workspace, Project], T]", key: Hashable, *, urgent: bool
    ) -> T | None:
        """The result of work in the project of a file; None where it is in none, and where the work fails."""

        def begun(servers: "Servers") -> T | None:
            project = find(path.parent) if path is not None else None
            if project is None:
                return None
            with self.workspace(project, servers) as workspace:
                return work(workspace, project)

        try:
            return await self.done(begun, key, urgent=urgent)
        except PgnormError:
            return None

    def close(self) -> None:
        """End all work."""
        self._waited_for.close()
        self._unhurried.close()

    def workspace(self, project: "Project | None", servers: "Servers") -> Workspace:
        """The workspace of one piece of work."""
        return Workspace(project, tell=self._tell, servers=servers)

    def _tell(self, level: "Level", message: str) -> None:
        """Pass on to the editor's log what the library says to a person, from the thread beside."""
        if level == "warning" and self.loop is not None:
            said = LogMessageParams(type=MessageType.Warning, message=message)
            self.loop.call_soon_threadsafe(self._server.window_log_message, said)
