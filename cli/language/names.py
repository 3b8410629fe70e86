"""Answers about names: what Postgres stores of the objects that they mean, and where these were made."""

import asyncio
from collections.abc import Hashable
from typing import TYPE_CHECKING, Final

from lsprotocol.types import Hover, Location, MarkupContent, MarkupKind, Position

from pgnorm.normalizer.editors.origins import Origin, Origins, declarations
from pgnorm.normalizer.editors.pointing import Pointed, pointed
from pgnorm.normalizer.editors.stored import Stored, stored

from .answers import described, location
from .documents import Documents, path_of
from .work import Work

if TYPE_CHECKING:
    from pgnorm.catalog.model import Object, ObjectId
    from pgnorm.normalizer.project.project import Project
    from pgnorm.normalizer.workspace import Workspace

_PATIENCE: Final = 1.5  # seconds that somebody who points at something waits for what takes long


class Names:
    """Names in the documents of an editor. Nothing is answered outside of a project, and where nothing loads."""

    def __init__(self, documents: Documents, work: Work) -> None:
        self._documents = documents
        self._work = work
        self._origins = Origins()
        self._looking: dict[ObjectId, asyncio.Task[tuple[Origin, ...]]] = {}

    async def hover(self, uri: str, position: Position) -> Hover | None:
        """The object at a position as Postgres stores it, and the migrations that made it so."""
        name = await self._pointed(uri, position)
        objects = await self._stored("hover", uri, name)
        if name is None or not objects:
            return None
        origins = [self._looking_for(uri, each.item) for each in objects]
        await asyncio.wait(origins, timeout=_PATIENCE)
        known = [each.result() if each.done() and not each.cancelled() else None for each in origins]
        parts = [described(each, some, self._documents) for each, some in zip(objects, known, strict=True)]
        return Hover(
            contents=MarkupContent(kind=MarkupKind.Markdown, value="\n\n".join(parts)),
            range=self._documents.positions(self._documents.text(uri)).range(name.start, name.stop),
        )

    async def definition(self, uri: str, position: Position) -> list[Location]:
        """The statements of migrations that made the object at a position, or else those of schema files."""
        objects = await self._stored("definition", uri, await self._pointed(uri, position))
        made = [await self._origins_of(uri, each.item, ("made", n), urgent=True) for n, each in enumerate(objects)]
        found = [origin for origins in made for origin in origins[:1]]
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

    def _looking_for(self, uri: str, item: "Object") -> "asyncio.Task[tuple[Origin, ...]]":
        """The origins of an object on their way, for whoever asks again before they are there. Those of an object that
        was asked about before are not wanted any more."""
        if item.id not in self._looking:
            for name, task in self._looking.items():
                if name.name != item.name:
                    task.cancel()
            self._looking[item.id] = asyncio.create_task(self._origins_of(uri, item, item.id, urgent=False))
            self._looking[item.id].add_done_callback(lambda _: self._looking.pop(item.id, None))
        return self._looking[item.id]

    async def _origins_of(self, uri: str, item: "Object", key: Hashable, *, urgent: bool) -> tuple[Origin, ...]:
        """The origins of an object, none where migrations do not load."""

        def work(workspace: "Workspace", project: "Project") -> tuple[Origin, ...]:
            return self._origins.of(workspace, project, item, opened)

        opened = self._documents.opened
        return await self._work.in_project(path_of(uri), work, key, urgent=urgent) or ()

    async def _declared(self, asked: str, uri: str, objects: tuple[Stored, ...]) -> list[Origin]:
        """The statements of schema files that make objects."""

        def work(workspace: "Workspace", project: "Project") -> list[Origin]:
            return [place for each in objects for place in declarations(workspace, project, each, opened)]

        opened = self._documents.opened
        return await self._work.in_project(path_of(uri), work, (asked, uri), urgent=True) or [] if objects else []

    def _locations(self, found: "list[Origin]") -> list[Location]:
        return [place for each in found if (place := location(each, self._documents)) is not None]
