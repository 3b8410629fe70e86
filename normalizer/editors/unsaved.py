"""Files as editors have them: the text on the screen goes before that on the disk."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from ..files.reading import SourceFile, real_path
from ..load.context import Texts
from ..project.project import Project
from ..project.sources import Files
from ..workspace import Workspace

Unsaved: TypeAlias = Mapping[Path, str]
"""The texts of open files, by their paths without links."""


def on_screen(files: Iterable[SourceFile], unsaved: Unsaved) -> tuple[SourceFile, ...]:
    """The files with their texts in editors."""
    return tuple(
        file.evolve(text=unsaved[real]) if file.path is not None and (real := real_path(file.path)) in unsaved else file
        for file in files
    )


def texts(workspace: Workspace, source: Files, unsaved: Unsaved) -> Texts:
    """The texts of a source with those in editors. Raises PgnormError for files that can't be read."""
    found = workspace.texts(source)
    return found.evolve(files=on_screen(found.files, unsaved))


def declares(project: Project, path: Path) -> bool:
    """True if a file is one of the project's schema files."""
    return project.declares and _is_among(path, project.declared_files())


def applies(project: Project, path: Path) -> bool:
    """True if a file is one of the project's migrations."""
    return _is_among(path, (migration.path for migration in project.migration_files().files))


def _is_among(path: Path, paths: Iterable[Path]) -> bool:
    return real_path(path) in map(real_path, paths)
