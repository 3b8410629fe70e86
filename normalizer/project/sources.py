"""The source words: what each means, without opening anything."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, TypeAlias

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from ..files.reading import FileKind, SourceFile, shown, sql_files
from .databases import Database, local, named_by_environment
from .forms import Migration
from .linked import linked, of_ref
from .project import Project
from .revised import Revised
from .typed import could_be_address
from .unreachable import FORMS
from .ways_back import apart

SNAPSHOT: Final = ".json"
"""Suffix of a snapshot's file name."""
_NAMED: Final = 3
WORDS: Final = ("files", "migrations", "local", "linked", "db")
_OF_A_PROJECT: Final = frozenset(WORDS) - {"db"}


class Files(Value):
    """SQL files that are loaded, in this order, to say what a catalog holds."""

    word: str
    paths: tuple[Path, ...]
    kind: FileKind
    title: str
    named: bool = False
    """True for files that no project says what they are: somebody names them by their path."""
    notes: tuple[str, ...] = ()
    """Notes on parts of the source that are passed over."""
    back: tuple[Path, ...] = ()
    """Files beside it that lead back, which are never run."""
    keeps: Revised | None = None
    """The folder in which files of a revision lie for as long."""
    held: tuple[SourceFile, ...] = ()
    """Files with their texts, where these are not read: what a history remembers lies nowhere."""


class SnapshotFile(Value):
    """A catalog that `dump --json` wrote."""

    path: Path


Source: TypeAlias = Files | Database | SnapshotFile


def parse(word: str, project: Project | None) -> Source:
    """The source that a word of --from or --to names.

    Raises PgnormError for a word that names none, and where the source does not exist.
    """
    name, _, rest = word.partition("@" if word.startswith("migrations@") else ":")
    if (word in _OF_A_PROJECT or (rest and name in ("migrations", "git"))) and project is None:
        raise PgnormError(
            f"`{word}` is a source of a project, and there is none from here upwards",
            hint="Run it in the project or with --project, or name a database URL or a .sql file.",
        )
    if project is not None:
        if name == "git" and rest:
            return _revised(rest, project)
        if word == "local":
            return local(project)
        if word == "linked":
            return linked(project)
        if (files := _own(word, project)) is not None:
            return files
    if word == "db":
        return named_by_environment()
    if name == "linked" and rest:
        return of_ref(rest, project)
    if "://" in word or ("=" in word and (could_be_address(word) or not word.endswith(SNAPSHOT))):
        return Database(conninfo=word)
    if word.endswith(SNAPSHOT):
        return _snapshot(Path(word))
    return _script(word)


def _own(word: str, project: Project) -> Files | None:
    """The project's own files: `files`, `migrations`, `migrations@VERSION`; None for other words."""
    name, at, version = word.partition("@")
    if word == "files":
        return declared(project)
    return migrations(project, version or None) if name == "migrations" and bool(at) == bool(version) else None


def _revised(words: str, project: Project) -> Files:
    """Files as git holds them at a revision: `REF`, `REF:files`, `REF:migrations@VERSION`."""
    revision, _, what = words.partition(":")
    with ExitStack() as stack:
        revised = Revised(project, revision)
        stack.callback(revised.close)
        found = _own(what or "files", revised.project)
        if found is None:
            raise PgnormError(
                f"`git:{words}` names no files of a project",
                hint=f"Write git:{revision} or git:{revision}:files, git:{revision}:migrations, or "
                f"git:{revision}:migrations@VERSION.",
            )
        stack.pop_all()
        return found.evolve(word=f"git:{words}", keeps=revised, notes=(*found.notes, *revised.notes))


def close(source: Source) -> None:
    """Remove what was made to read a source from; nothing can be read from it afterwards."""
    if isinstance(source, Files) and source.keeps is not None:
        source.keeps.close()


def paths_of(source: Source) -> tuple[Path, ...]:
    """The files that a source is read from, none for a database."""
    if isinstance(source, Files):
        return source.paths
    return (source.path,) if isinstance(source, SnapshotFile) else ()


def declared(project: Project) -> Files:
    """The project's declared schema files. Raises PgnormError where there are none."""
    paths = project.declared_files()
    title = f"{_count(paths)} of {_folder(paths)}"
    return Files(word="files", paths=paths, kind="declared", title=title, notes=project.schema_files.unmatched())


def migrations(project: Project, last: str | None = None) -> Files:
    """The project's migrations, maybe none; with `last` those up to the one of that version.

    Raises PgnormError where there is none of that version.
    """
    found = project.migration_files()
    if last is not None:
        found = found.evolve(files=_until(found.files, last, project))
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


def _until(files: tuple[Migration, ...], version: str, project: Project) -> tuple[Migration, ...]:
    """The migrations up to the last of a version, which may be written without leading zeros."""
    number = version.lstrip("0")
    ends = [at for at, each in enumerate(files, 1) if version == each.version or number == each.version.lstrip("0")]
    if not ends:
        last = f"The last one is {files[-1].version}." if files else "There are none yet."
        raise PgnormError(f"no migration has version {version}", place=shown(project.migrations_dir), hint=last)
    return files[: ends[-1]]


def _snapshot(path: Path) -> SnapshotFile:
    if not path.exists():
        hint = f"Write it with `pgnorm dump --json -o {path}`."
        raise PgnormError("the snapshot doesn't exist", place=str(path), hint=hint)
    return SnapshotFile(path=path)


def _script(word: str) -> Files:
    path = Path(word)
    if path.is_dir():
        paths, back = apart(sql_files(path))
        if not paths:
            raise PgnormError("the folder holds no .sql file", place=word)
        return Files(word=word, paths=paths, kind="declared", title=f"{word}: {_count(paths)}", named=True, back=back)
    if path.exists():
        return Files(word=word, paths=(path,), kind="script", title=word, named=True)
    if word == "-":
        raise PgnormError("stdin is no source", hint="Put it into a file whose name ends in .sql, and name that.")
    if could_be_address(word):
        raise PgnormError("what was named as a source is no valid address of a database", hint=FORMS)
    import difflib

    if word.endswith(".sql") or "/" in word:
        raise PgnormError(f"there is no source `{word}`", hint="No such file or folder is there.")
    close = difflib.get_close_matches(word, WORDS, n=1)
    words = f"{', '.join(WORDS)}, migrations@VERSION, git:REF"
    kinds = f"{words}, a postgresql:// URL, service=NAME, a .sql file, a folder or a snapshot .json"
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
