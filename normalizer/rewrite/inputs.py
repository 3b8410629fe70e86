"""Files that fix-functions loads, and those of them that it may rewrite."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from ..files.reading import FileKind, SourceFile, decode_file, real_path, shown, sql_files
from ..load.causes import together
from ..load.reading import read_files, readable
from ..project.finding import find
from ..project.project import Project

STDIN: Final = "<stdin>"


class Chosen(Value):
    """Files in the order in which they are loaded."""

    files: tuple[SourceFile, ...]
    kind: FileKind
    rewritten: frozenset[str]
    """The labels of those that may be rewritten."""
    named: bool = True
    """True if these were asked for; else all are."""
    unread: tuple[PgnormError, ...] = ()
    """The errors of files beside those asked for that can't be read."""

    def asks_for(self, place: str | None) -> bool:
        """True if a place is in a file that may be rewritten."""
        return any(place == label or (place or "").startswith(f"{label}:") for label in self.rewritten)


class Text(Value):
    """A text that stands in for the file at `path`, or for none."""

    content: bytes
    path: Path | None

    @property
    def file(self) -> SourceFile:
        """The text as a file. Raises PgnormError where it is not UTF-8."""
        return decode_file(self.content, path=self.path, label=shown(self.path) if self.path else STDIN)


def choose(project: Project | None, paths: Sequence[Path], text: Text | None = None) -> Chosen:
    """The files to load so that those at `paths`, or a `text`, mean what they mean in their project.

    No paths and no text choose every declared file. A file that the project does not declare is loaded after those
    that it does. Raises PgnormError for a file that can't be read and where no project says what to load.
    """
    if not paths and text is None:
        if project is None:
            raise PgnormError(
                "there is no project from here upwards, and no file was named",
                hint="Name files, or run it in a project or with --project.",
            )
        declared = tuple(read_files(project.declared_files()))
        labels = frozenset(file.label for file in declared)
        return Chosen(files=declared, kind="declared", rewritten=labels, named=False)
    given = {real_path(path): path for path in _expanded(paths)}
    if text is not None and text.path is not None:
        given[real_path(text.path)] = text.path
    base, kind = _around(project, given)
    known = {real_path(path): path for path in base}
    others = [path for real, path in given.items() if real not in known and not _is(text, real)]
    replaced = [path for real, path in known.items() if _is(text, real)]
    files, errors = readable(path for path in (*base, *others) if path not in replaced)
    if text is None:
        rewritten = {shown(known.get(real, path)) for real, path in given.items()}
    else:
        file = text.file.evolve(label=shown(replaced[0])) if replaced else text.file
        before = base[: base.index(replaced[0])] if replaced else (*base, *others)
        files.insert(sum(each.path in before for each in files), file)
        rewritten = {file.label}
    chosen = Chosen(files=tuple(files), kind=kind, rewritten=frozenset(rewritten), unread=tuple(errors))
    if asked := [error for error in errors if chosen.asks_for(error.place)]:
        raise together(asked)
    return chosen


def project_of(paths: Sequence[Path], here: Project | None) -> Project | None:
    """The project of the files at `paths`: `here` where it holds them, else the nearest one upwards from them.

    Raises PgnormError for files of several projects, or of one and of none.
    """
    files = _expanded(paths) or paths
    folders = {path.parent for path in files}
    nearest = {folder: find(folder) for folder in folders}
    (first, project), *others = [(path, _owner(path, here, nearest[path.parent])) for path in files]
    for path, other in others:
        if (other and other.root) != (project and project.root):
            raise PgnormError(
                f"the file belongs to {_named(other)}, but {shown(first)} to {_named(project)}",
                place=shown(path),
                hint="Run it once for the files of each project.",
            )
    return project


def _owner(path: Path, here: Project | None, nearest: Project | None) -> Project | None:
    """The project of one file, `nearest` being the one upwards from its folder."""
    real = real_path(path)
    if nearest is None and path.is_symlink():
        nearest = find(real.parent)
    if here is None or not any(one.is_relative_to(here.root) for one in (Path(os.path.abspath(path)), real)):
        return nearest
    if nearest is not None and here.root in nearest.root.parents and not _declares(here, real):
        return nearest
    return here


def _declares(project: Project, real: Path) -> bool:
    try:
        return any(real_path(path) == real for path in project.declared_files())
    except PgnormError:
        return False


def _named(project: Project | None) -> str:
    return f"the project in {shown(project.root)}" if project else "no project"


def _around(project: Project | None, given: dict[Path, Path]) -> tuple[tuple[Path, ...], FileKind]:
    """The files of the project that the given ones are to be loaded with."""
    if project is None:
        return (), "declared"
    migrations = tuple(migration.path for migration in project.migration_files().files)
    applied = {real_path(path) for path in migrations}.intersection(given)
    if not applied or applied.intersection(real_path(path) for path in project.declared_files()):
        return project.declared_files(), "declared"
    if len(applied) < len(given):
        place = shown(given[next(iter(applied))])
        raise PgnormError("a migration can't be fixed in one run with other files", place=place)
    return migrations, "migrations"


def _expanded(paths: Sequence[Path]) -> list[Path]:
    """The paths, with folders as the .sql files below them. Raises PgnormError for a folder without any."""
    found: list[Path] = []
    for path in paths:
        below = sql_files(path) if path.is_dir() else (path,)
        if not below:
            raise PgnormError("the folder holds no .sql file", place=shown(path))
        found += below
    return found


def _is(text: Text | None, real: Path) -> bool:
    return text is not None and text.path is not None and real_path(text.path) == real
