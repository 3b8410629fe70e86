"""The source words: what each means, without opening anything."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeAlias

from attrs import frozen

from pgnorm.catalog.errors import PgnormError

from ..files.reading import FileKind, shown, sql_files
from .databases import FORMS, Database, local, named_by_environment
from .linked import linked
from .project import Project
from .typed import could_be_address
from .ways_back import apart

SNAPSHOT: Final = ".json"
"""Suffix of a snapshot's file name."""
_NAMED: Final = 3
WORDS: Final = ("files", "migrations", "local", "linked", "db")


@frozen(kw_only=True)
class Files:
    """SQL files that are loaded, in this order, to say what a catalog holds."""

    word: str
    paths: tuple[Path, ...]
    kind: FileKind
    title: str
    notes: tuple[str, ...] = ()
    """Notes on parts of the source that are passed over."""
    back: tuple[Path, ...] = ()
    """Files beside it that lead back, which are never run."""


@frozen(kw_only=True)
class SnapshotFile:
    """A catalog that `dump --json` wrote."""

    path: Path


Source: TypeAlias = Files | Database | SnapshotFile


def parse(word: str, project: Project | None) -> Source:
    """The source that a word of --from or --to names.

    Raises PgnormError for a word that names none, and where the source does not exist.
    """
    if word in ("files", "migrations", "local", "linked") and project is None:
        raise PgnormError(
            f"`{word}` is a source of a project, and there is none from here upwards",
            hint="Run it in the project or with --project, or name a database URL or a .sql file.",
        )
    if project is not None:
        if word == "files":
            return declared(project)
        if word == "migrations":
            return migrations(project)
        if word == "local":
            return local(project)
        if word == "linked":
            return linked(project)
    if word == "db":
        return named_by_environment()
    if "://" in word or ("=" in word and (could_be_address(word) or not word.endswith(SNAPSHOT))):
        return Database(conninfo=word)
    if word.endswith(SNAPSHOT):
        return _snapshot(Path(word))
    return _script(word)


def paths_of(source: Source) -> tuple[Path, ...]:
    """The files that a source is read from, none for a database."""
    if isinstance(source, Files):
        return source.paths
    return (source.path,) if isinstance(source, SnapshotFile) else ()


def declared(project: Project) -> Files:
    """The project's declared schema files. Raises PgnormError where there are none."""
    paths = project.declared_files()
    title = f"{_count(paths)} of {_folder(paths)}"
    return Files(word="files", paths=paths, kind="declared", title=title, notes=project.unmatched())


def migrations(project: Project) -> Files:
    """The project's migrations, maybe none."""
    found = project.migration_files()
    paths = tuple(migration.path for migration in found.files)
    title = f"{_count(paths, 'migration')} of {shown(project.migrations_dir)}"
    skipped = [path for path in found.skipped if path.suffix == ".sql"]
    if skipped and not paths and not project.has_supabase_migrations:
        names = ", ".join(path.name for path in skipped[:_NAMED]) + (", …" if len(skipped) > _NAMED else "")
        raise PgnormError(
            f"the names of its files tell no order of migrations: {names}",
            place=shown(project.migrations_dir),
            hint="Begin them with numbers (1_a.sql, 2_b.sql), or name them in schema_paths if they are the schema.",
        )
    notes = tuple(f"{shown(path)} is skipped: a migration is named <version>_<name>.sql" for path in found.skipped)
    if not project.migrations_dir.exists():
        notes = (f"the folder {shown(project.migrations_dir)} does not exist: there are no migrations yet",)
    return Files(word="migrations", paths=paths, kind="migrations", title=title, notes=notes, back=found.back)


def _snapshot(path: Path) -> SnapshotFile:
    if not path.exists():
        hint = f"Write it with `pgnorm dump --json -o {path}`."
        raise PgnormError("there is no such snapshot", place=str(path), hint=hint)
    return SnapshotFile(path=path)


def _script(word: str) -> Files:
    path = Path(word)
    if path.is_dir():
        paths, back = apart(sql_files(path))
        if not paths:
            raise PgnormError("the folder holds no .sql file", place=word)
        return Files(word=word, paths=paths, kind="declared", title=f"{word}: {_count(paths)}", back=back)
    if path.exists():
        return Files(word=word, paths=(path,), kind="script", title=word)
    if word == "-":
        raise PgnormError("stdin is no source", hint="Put it into a file whose name ends in .sql, and name that.")
    if could_be_address(word):
        raise PgnormError("what was named as a source is no valid address of a database", hint=FORMS)
    import difflib

    close = difflib.get_close_matches(word, WORDS, n=1)
    kinds = f"{', '.join(WORDS)}, a postgresql:// URL, service=NAME, a .sql file, a folder or a snapshot .json"
    raise PgnormError(
        f"there is no source `{word}`", hint=f"Did you mean `{close[0]}`?" if close else f"A source is one of {kinds}."
    )


def _count(paths: Sequence[Path], noun: str = "file") -> str:
    return f"{len(paths)} {noun}{'' if len(paths) == 1 else 's'}"


def _folder(paths: Sequence[Path]) -> str:
    folders = {path.parent for path in paths}
    while len(folders) > 1:
        deepest = max(len(folder.parts) for folder in folders)
        folders = {folder.parent if len(folder.parts) == deepest else folder for folder in folders}
    return shown(folders.pop())
