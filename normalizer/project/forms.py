"""Forms of migrations folders: how tools name their files and order them."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from .sqitch import planned
from .ways_back import FOLDERS, apart, name_back

_SUPABASE: Final = re.compile(r"(?P<version>[0-9]+)_(?P<name>.*)\.sql")
_NUMBERED: Final = re.compile(r"(?P<version>[0-9]+)(?:[_.-](?P<name>.*))?\.sql")
_FLYWAY: Final = re.compile(r"(?P<prefix>[VB])(?P<version>[0-9]+(?:[._][0-9]+)*)__(?P<name>.*)\.sql")
_REPEATABLE: Final = re.compile(r"R__(?P<name>.*)\.sql")
_PARTS: Final = re.compile(r"([0-9]+)|([^0-9]+)")
_INNER: Final = ("up.sql", "migration.sql")
# What stands beside migrations and is none.
_QUIET: Final = frozenset({".sum", ".md", ".txt", ".toml", ".lock", ".json", ".yml", ".yaml", ".conf", ".plan"})

Key = tuple[tuple[int, str], ...]


class Migration(Value):
    """One migration file. `version` is what its name says of its place, as text."""

    version: str
    name: str
    path: Path


class Migrations(Value):
    """The files of a migrations folder in the order in which they are applied, and those that are none."""

    files: tuple[Migration, ...]
    skipped: tuple[Path, ...] = ()
    back: tuple[Path, ...] = ()
    """Files that lead back."""
    named: str | None = "{version}_{name}.sql"
    """The name of a new one, None where a file alone makes none."""
    back_name: Callable[[str], str] | None = None
    """The name of the file that leads back from the migration of a name; None where no such files are kept."""
    alone: tuple[str, bytes] | None = None
    """The ending of a file beside a migration that can't run in a transaction, by which its tool is told, and what that
    says."""
    key: Callable[[str], Key] = lambda name: ((0, name),)
    """The key that names are ordered by."""
    ordered_as_text: bool = False
    pattern: re.Pattern[str] = _NUMBERED
    """The names of its files."""

    def version_of(self, name: str) -> str | None:
        """The version that a file's name says, None for the name of no migration."""
        found = self.pattern.fullmatch(name)
        return found["version"] if found is not None else None


def numbered(folder: Path, *, textual: bool, strict: bool) -> Migrations:
    """The files `<digits>_<name>.sql` and their like, by their numbers or, where `textual`, as text. With `strict` the
    like are none where there is one of that very form."""
    paths, back = apart(_files(folder))
    pattern = _SUPABASE if any(_SUPABASE.fullmatch(path.name) for path in paths) and strict else _NUMBERED
    named = [(path, match) for path in paths if (match := pattern.fullmatch(path.name))]
    files = [Migration(version=match["version"], name=match["name"] or "", path=path) for path, match in named]
    key = _as_text if textual else _by_numbers
    both = any(path.name.endswith(".up.sql") for path, _ in named)
    return Migrations(
        files=tuple(sorted(files, key=lambda each: (key(each.path.name), each.path.name))),
        skipped=_skipped(paths, files),
        back=back,
        named="{version}_{name}.up.sql" if both else "{version}_{name}.sql",
        back_name=(lambda name: f"{name.removesuffix('.up.sql')}.down.sql") if both else name_back(back),
        key=key,
        ordered_as_text=textual,
        pattern=pattern,
    )


def flyway(folder: Path) -> Migrations | None:
    """The files `V1__a.sql` of a folder and those below, then `R__b.sql`; None where there are none of the first."""
    paths, back = apart(sorted(folder.rglob("*.sql")))
    named = [(path, match) for path in paths if (match := _FLYWAY.fullmatch(path.name))]
    if not named:
        return None
    # A baseline stands for all that came before it.
    first = max((_flyway_key(match[0]) for _, match in named if match["prefix"] == "B"), default=())
    files = [
        Migration(version=match["version"], name=match["name"], path=path)
        for path, match in named
        if _flyway_key(match[0]) > first or (match["prefix"] == "B" and _flyway_key(match[0]) == first)
    ]
    again = [
        Migration(version="", name=match["name"], path=path)
        for path in paths
        if (match := _REPEATABLE.fullmatch(path.name))
    ]
    ordered = sorted(files, key=lambda each: _flyway_key(each.path.name))
    ordered += sorted(again, key=lambda each: each.name)
    return Migrations(
        files=tuple(ordered),
        skipped=_skipped((*paths, *_files(folder)), ordered, known=(*back, *(path for path, _ in named))),
        back=back,
        named="V{version}__{name}.sql",
        back_name=lambda name: f"U{name.removeprefix('V')}",
        alone=(".conf", b"executeInTransaction=false\n"),
        key=_flyway_key,
    )


def in_folders(folder: Path) -> Migrations | None:
    """The files `deploy/*.sql` or `up/*.sql` in the order of `sqitch.plan`, else of their numbers; or `up.sql` (or
    `migration.sql`) of each folder below. None where there is nothing of the sort."""
    for back, forth in FOLDERS.items():
        root = folder.parent if folder.name == forth else folder
        if (root / forth).is_dir() and ((root / back).is_dir() or (root / "sqitch.plan").is_file()):
            paths = planned(root, root / forth)
            found = sorted((root / forth).rglob("*.sql"), key=lambda path: _by_numbers(str(path.relative_to(root))))
            files = [Migration(version="", name=path.stem, path=path) for path in paths or found]
            others = tuple(path for path in found if paths and path not in paths)
            return Migrations(
                files=tuple(files), skipped=others, back=tuple(sorted((root / back).rglob("*.sql"))), named=None
            )
    inner = [path for name in _INNER for path in folder.glob(f"[0-9]*/{name}")]
    if not inner:
        return None
    inner.sort(key=lambda path: _by_numbers(path.parent.name))
    files = [Migration(version=path.parent.name, name="", path=path) for path in inner]
    return Migrations(files=tuple(files), back=tuple(sorted(folder.glob("[0-9]*/down.sql"))), named=None)


def version_of(name: str) -> str:
    """The version in the name of a migration's file; the name itself where it has none of its own."""
    found = _NUMBERED.fullmatch(name) or _FLYWAY.fullmatch(name)
    return found["version"] if found is not None else name


def _files(folder: Path) -> tuple[Path, ...]:
    """The files of a folder, none where it does not exist. Raises PgnormError where it can't be read."""
    try:
        paths = sorted((path for path in folder.iterdir() if path.is_file()), key=lambda path: path.name)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise PgnormError(f"cannot read the folder: {error.strerror}", place=str(folder)) from error
    return tuple(path for path in paths if not path.name.startswith("."))


def _skipped(paths: Iterable[Path], taken: Iterable[Migration], *, known: tuple[Path, ...] = ()) -> tuple[Path, ...]:
    mine = {each.path for each in taken}.union(known)
    return tuple(dict.fromkeys(path for path in paths if path not in mine and path.suffix not in _QUIET))


def _as_text(name: str) -> Key:
    return ((0, name),)


def _by_numbers(name: str) -> Key:
    return tuple((int(digits) if digits else -1, text) for digits, text in _PARTS.findall(name))


def _flyway_key(name: str) -> Key:
    match = _FLYWAY.fullmatch(name)
    if match is None:
        return ()
    numbers = [int(number) for number in re.split("[._]", match["version"])]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple((number, "") for number in (*numbers, 0))
