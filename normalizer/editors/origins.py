"""Statements that made objects what they are, in migrations, and where the schema files make them."""

from pathlib import Path

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Object, ObjectId, Value

from ..files.reading import SourceFile
from ..load.context import Texts
from ..project.project import Project
from ..project.sources import declared, migrations
from ..sql.subjects import named_parts
from ..syncing.placing import Placed, Places
from ..tracing import traced
from ..workspace import Workspace
from .stored import Stored
from .unsaved import Unsaved, texts


class Origin(Value):
    """A statement in a file, by character offsets, and what it did to an object, in words."""

    file: SourceFile
    start: int
    stop: int
    words: tuple[str, ...] = ()
    commit: str = ""
    """The commit of its line, its day and who made it."""

    @property
    def path(self) -> Path | None:
        """The file's path."""
        return self.file.path

    @property
    def place(self) -> str:
        """`file:line:column`."""
        return self.file.place(self.start)


class Origins:
    """Origins of objects, each looked for once for as long as the migrations stay as they are."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[Texts, dict[ObjectId, tuple[Origin, ...]]]] = {}

    def of(self, workspace: Workspace, project: Project, item: Object, unsaved: Unsaved) -> tuple[Origin, ...]:
        """The statements of migrations that made an object what it is, at first the one that made it; none where no
        migration did.

        Raises PgnormError for migrations that do not load.
        """
        ran = texts(workspace, migrations(project), unsaved)
        if project.root not in self._known or self._known[project.root][0] != ran:
            self._known[project.root] = ran, {}
        known = self._known[project.root][1]
        if item.id not in known:
            known[item.id] = _looked_for(workspace, ran, item)
        return known[item.id]


def _looked_for(workspace: Workspace, ran: Texts, item: Object) -> tuple[Origin, ...]:
    try:
        trace = traced(workspace.settled(), ran, [f"{item.kind} {item.label}"], ())
    except PgnormError as error:
        if error.place is None and not error.others:  # nothing made it
            return ()
        raise
    there = next((each for each in trace.objects if each.id == item.id), item)
    return tuple(
        Origin(
            file=event.file,
            start=event.statement.start,
            stop=event.statement.end,
            words=tuple(words),
            commit=f"{commit.name} {commit.date} {commit.author}" if (commit := event.commit) is not None else "",
        )
        for event, words in trace.deciding(there)
    )


def declarations(workspace: Workspace, project: Project, found: Stored, unsaved: Unsaved) -> tuple[Origin, ...]:
    """The statements of the schema files that make an object or what it is a part of, of a column its own line.

    Raises PgnormError for files that can't be read.
    """
    if not project.declares:
        return ()
    places = Places(texts(workspace, declared(project), unsaved).files)
    making = next((made for whole in (found.item, *found.wholes) if (made := places.making(whole))), ())
    return tuple(_of(each, found.item) for each in making)


def _of(placed: Placed, item: Object) -> Origin:
    start = placed.statement.start
    parts = ((first, last) for _, first, last in named_parts(placed.statement) if first.name == item.name)
    part = next(parts, None) if item.embedded else None
    if part is None:
        return Origin(file=placed.file, start=start, stop=placed.statement.end)
    return Origin(file=placed.file, start=start + part[0].start, stop=start + part[1].end)
