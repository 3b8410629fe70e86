"""Everything that a project is read from: where it lies, and what it says now."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from pgnorm.catalog.model import Value

from ..files.reading import real_path
from .patterns import matching, start_of
from .project import Project
from .supabase import FILES

_OWN: Final = ("pgnorm.toml", "pyproject.toml")


class Watched(Value):
    """Places to look at for changes of a project, without links."""

    folders: tuple[Path, ...]
    """Folders, there or not yet, that are to be looked at with all below them."""
    others: tuple[Path, ...]
    """Single files and folders elsewhere, there or not."""


def watched(project: Project) -> Watched:
    """The places of a project's settings, schema files and migrations.

    Raises PgnormError for settings that are wrong.
    """
    folders, others = [project.migrations_dir], [*_settings(project)]
    declared = project.schema_files
    if not declared.patterns:
        folders.append(declared.folder)
    for pattern in declared.patterns:
        start = start_of(declared.base, pattern)
        # The project's own folder holds much that is nobody's schema.
        if start in (project.root, *project.root.parents) and "**" not in pattern:
            others += [start, *matching(declared.base, pattern)]
        else:
            folders.append(start)
    found = tuple(dict.fromkeys(map(real_path, folders)))
    others += (real for path in files_of(project) if not any(map((real := real_path(path)).is_relative_to, found)))
    return Watched(folders=found, others=tuple(dict.fromkeys(map(real_path, others))))


def files_of(project: Project) -> tuple[Path, ...]:
    """The schema files and the migrations. Raises PgnormError where one lies outside of the repository."""
    declared = project.declared_files() if project.declares else ()
    return (*declared, *(migration.path for migration in project.migration_files().files))


def digests(project: Project) -> Mapping[Path, str]:
    """Digests of the settings, the schema files and the migrations, in their order, by their paths without links.

    Raises PgnormError as `files_of` does. What can't be read has a digest of its own.
    """
    return {path: _digest(path) for path in map(real_path, (*_settings(project), *files_of(project)))}


def digest(content: bytes) -> str:
    """The digest of a file of this content."""
    return hashlib.sha256(content).hexdigest()


def _digest(path: Path) -> str:
    try:
        return digest(path.read_bytes())
    except OSError as error:
        return f"{error.errno}"


def _settings(project: Project) -> Iterator[Path]:
    yield from (project.root / name for name in _OWN)
    if project.supabase_dir is not None:
        yield from (project.supabase_dir / name for name in FILES)
