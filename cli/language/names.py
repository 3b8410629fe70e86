"""Answers about names: what Postgres stores of the objects that they mean, and where these were made."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lsprotocol.types import Hover, Location, MarkupContent, MarkupKind, Position

from pgnorm.normalizer.editors.origins import Origin, Origins, declarations
from pgnorm.normalizer.editors.pointing import Pointed, pointed
from pgnorm.normalizer.editors.stored import Stored, stored
from pgnorm.normalizer.project.finding import folder_of

from .answers import described, location
from .documents import Documents, path_of
from .work import Work

if TYPE_CHECKING:
    from pgnorm.catalog.model import Object
    from pgnorm.normalizer.project.project import Project
    from pgnorm.normalizer.workspace import Workspace

_PATIENCE: Final = 1.5  # seconds that somebody who points at something waits for what takes long
_NOT_YET: Final = "The migrations are being looked at: ask again in a moment."
_NEVER: Final = "The migrations do not load."


class Names:
    """Names in the documents of an editor. Nothing is answered outside of a project, and where nothing loads."""

    def __init__(self, documents: Documents, work: Work) -> None:
        self._documents = documents
        self._work = work
        self._origins = Origins()
        self._learning: dict[Path | None, asyncio.Task[None]] = {}

    async def hover(self, uri: str, position: Position) -> Hover | None:
        """The object at a position as Postgres stores it, and the migrations that made it so."""
        name = await self._pointed(uri, position)
        objects = await self._stored("hover", uri, name)
        if name is None or not objects:
            return None
        parts = []
        for each in objects:
            origins = await self._origins_of(uri, each.item, patience=_PATIENCE)
            parts.append(described(each, origins, self._documents))
        return Hover(
            contents=MarkupContent(kind=MarkupKind.Markdown, value="\n\n".join(parts)),
            range=self._documents.positions(self._documents.text(uri)).range(name.start, name.stop),
        )

    async def definition(self, uri: str, position: Position) -> list[Location]:
        """The statements of migrations that made the object at a position, or else those of schema files."""
        objects = await self._stored("definition", uri, await self._pointed(uri, position))
        made = [await self._origins_of(uri, each.item) for each in objects]
        found = [origin for origins in made if not isinstance(origins, str) for origin in origins[:1]]
        return self._locations(found or await self._declared("defined", uri, objects))

    async def declaration(self, uri: str, position: Position) -> list[Location]:
        """The statements of schema files that make the object at a position."""
        objects = await self._stored("declaration", uri, await self._pointed(uri, position))
        return self._locations(await self._declared("declared", uri, objects))

    async def _pointed(self, uri: str, position: Position) -> Pointed | None:
        text = self._documents.text(uri)
        return await asyncio.to_thread(pointed, text, self._documents.positions(text).offset(position))

    async def _stored(self, asked: str, uri: str, name: Pointed | None) -> tuple[Stored, ...]:
        """The objects that a name in a document means."""
        if name is None:
            return ()

        def work(workspace: "Workspace", project: "Project") -> tuple[Stored, ...]:
            return stored(workspace, project, name, opened)

        opened = self._documents.opened
        return await self._work.in_project(path_of(uri), work, (asked, uri), urgent=True) or ()

    async def prepare(self, path: Path) -> None:
        """Have the histories of a file's project be known, if its migrations load."""
        await asyncio.shield(self._preparing(path))

    def _preparing(self, path: Path) -> "asyncio.Task[None]":
        """The histories on their way, which are looked at to the end for whoever asks again."""

        def work(workspace: "Workspace", project: "Project") -> None:
            self._origins.learn(workspace, project, opened)

        async def learned() -> None:
            await self._work.in_project(path, work, ("histories", folder), urgent=False)

        folder, opened = folder_of(path.parent), self._documents.opened
        task = self._learning.get(folder)
        if task is None or task.done():
            task = self._learning[folder] = asyncio.create_task(learned())
        return task

    async def _origins_of(self, uri: str, item: "Object", *, patience: float | None = None) -> tuple[Origin, ...] | str:
        """The origins of an object, or why they are not known: within so many seconds, if that matters."""

        def work(workspace: "Workspace", project: "Project") -> tuple[Origin, ...] | None:
            return self._origins.of(workspace, project, item, opened)

        opened, path = self._documents.opened, path_of(uri)
        key = "origins", folder_of(path.parent) if path is not None else None, item.id
        found = await self._work.in_project(path, work, key, urgent=True)
        if found is None and path is not None:
            learning = self._preparing(path)
            await asyncio.wait({learning}, timeout=patience)
            if not learning.done():
                return _NOT_YET
            found = await self._work.in_project(path, work, key, urgent=True)
        return found if found is not None else _NEVER

    async def _declared(self, asked: str, uri: str, objects: tuple[Stored, ...]) -> list[Origin]:
        """The statements of schema files that make objects."""

        def work(workspace: "Workspace", project: "Project") -> list[Origin]:
            return [place for each in objects for place in declarations(workspace, project, each, opened)]

        opened = self._documents.opened
        return await self._work.in_project(path_of(uri), work, (asked, uri), urgent=True) or [] if objects else []

    def _locations(self, found: "list[Origin]") -> list[Location]:
        return [place for each in found if (place := location(each, self._documents)) is not None]
