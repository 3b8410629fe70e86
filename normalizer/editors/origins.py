"""Statements that made objects what they are, in migrations, and where the schema files make them."""

from pathlib import Path
from typing import Final

from pgnorm.catalog.model import Object, Value

from ..compare.called import path_of
from ..compare.difference import COMMENT, PRIVILEGES
from ..files.reading import SourceFile, line_and_column
from ..files.revisions import commit_of_line
from ..load.context import Texts
from ..project.project import Project
from ..project.sources import declared, migrations
from ..sql.subjects import named_parts
from ..syncing.placing import Placed, Places
from ..tracing import deciding
from ..workspace import Workspace
from .histories import History, history
from .stored import Stored
from .unsaved import Unsaved, texts

_VERBS: Final = {COMMENT: ("COMMENT",), PRIVILEGES: ("GRANT", "REVOKE")}


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
    """Origins of objects. The histories that they come of are kept for as long as the migrations stay as they are."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[Texts, History]] = {}

    def learn(self, workspace: Workspace, project: Project, unsaved: Unsaved) -> None:
        """Learn the histories of all objects. Raises PgnormError for migrations that do not load."""
        ran = texts(workspace, migrations(project), unsaved)
        if not self._is_known(project, ran):
            self._known[project.root] = ran, history(workspace.settled(), ran)

    def of(self, workspace: Workspace, project: Project, item: Object, unsaved: Unsaved) -> tuple[Origin, ...] | None:
        """The statements of migrations that made an object what it is, at first the one that made it: of the files that
        did, the likeliest ones. None at all where no migration did; None for what is yet to be learned.

        Raises PgnormError for migrations that can't be read.
        """
        ran = texts(workspace, migrations(project), unsaved)
        if not self._is_known(project, ran):
            return None
        steps = self._known[project.root][1].get(item.id, ())
        files = {file.label: file for file in ran.files}
        found = deciding(steps, lambda step: step.words, lambda step: step.makes)
        return tuple(_origin(files[step.file], item, words) for step, words in found)

    def _is_known(self, project: Project, ran: Texts) -> bool:
        return project.root in self._known and self._known[project.root][0] == ran


def _origin(file: SourceFile, item: Object, words: list[str]) -> Origin:
    placed = max(Places((file,)).all, key=lambda each: _likelihood(each, item, words))
    start, stop = placed.statement.start, placed.statement.end
    commit = commit_of_line(file.path, line_and_column(file.text, start)[0]) if file.path is not None else None
    said = f"{commit.name} {commit.date} {commit.author}" if commit is not None else ""
    return Origin(file=file, start=start, stop=stop, words=tuple(words), commit=said)


def _likelihood(placed: Placed, item: Object, words: list[str]) -> tuple[bool, ...]:
    """The signs that a statement did something to an object, the surest first."""
    said = set(placed.words)
    names_all = said.issuperset(path_of(item)[1:] if item.schema else path_of(item))
    verbs = {verb for word in words for verb in _VERBS.get(word, ())}
    return (
        names_all and not placed.statement.begins("SELECT"),
        any(map(placed.statement.begins, verbs)) if verbs else placed.makes(item),
        placed.is_about(item, only_of_name=True),
        placed.statement.begins("ALTER") or placed.statement.begins("CREATE"),
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
    part = next(parts, None) if item.placement.inside else None
    if part is None:
        return Origin(file=placed.file, start=start, stop=placed.statement.end)
    return Origin(file=placed.file, start=start + part[0].start, stop=start + part[1].end)
