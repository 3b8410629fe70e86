"""Migrations as a database has applied them: the texts that its history remembers where files say something else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from pgnorm.catalog.model import Value

from .applying.fetching import text_of
from .applying.standing import Standing
from .files.reading import SourceFile, read_file, shown
from .project.sources import Files

if TYPE_CHECKING:
    from .applying.interfaces import Row, Unfinished
    from .applying.target import Target
    from .project.project import Project


class Remembered(Value):
    """Memory that a database has of its migrations, beside the files."""

    standings: tuple[Standing, ...]
    rows: Mapping[str, Row]
    unfinished: Mapping[str, Unfinished]

    @property
    def anything(self) -> bool:
        """True if the database remembers a migration, and is not without any history."""
        return bool(self.rows or self.unfinished)


def remembered(target: Target, project: Project) -> Remembered:
    """The migrations of the project as a database remembers them. Raises PgnormError."""
    return Remembered(
        standings=target.standings(project), rows=target.history.rows(), unfinished=target.history.unfinished()
    )


def as_applied(files: Sequence[SourceFile]) -> Files:
    """A source of migrations in these texts."""
    count = f"{len(files)} migration{'' if len(files) == 1 else 's'}"
    return Files(word="history", paths=(), kind="migrations", title=f"{count}, as applied", held=tuple(files))


def applied_texts(done: Iterable[Standing], known: Remembered) -> dict[str, SourceFile]:
    """The texts of migrations, by version, as far as they were applied, but for those that nobody knows."""
    return {each.version: text for each in done if (text := _applied(each, known)) is not None}


def text_of_file(standing: Standing) -> SourceFile:
    """The text in the file of a migration that has one. Raises PgnormError where it can't be read."""
    assert standing.path is not None
    return read_file(standing.path, label=shown(standing.path))


def _applied(standing: Standing, known: Remembered) -> SourceFile | None:
    row, begun = known.rows.get(standing.version), known.unfinished.get(standing.version)
    statements = row.statements if row is not None else begun.statements if begun is not None else None
    if standing.path is not None and not standing.changed and (row is not None or begun is None):
        return text_of_file(standing)
    if statements is None:
        return None
    return SourceFile(path=None, label=f"history:{standing.version}", text=text_of(statements))
