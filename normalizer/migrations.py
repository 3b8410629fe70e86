"""Migration files: which count, their versions, and the names of new ones."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from attrs import frozen

from pgnorm.catalog.errors import PgnormError

_NAME: Final = re.compile(r"([0-9]+)_(.*)\.sql")
_VERSION: Final = "%Y%m%d%H%M%S"
_VERSION_DIGITS: Final = 14


@frozen(kw_only=True)
class Migration:
    """One migration file. `version` is the number before the first underscore, as text."""

    version: str
    name: str
    path: Path


@frozen(kw_only=True)
class Migrations:
    """The files of a migrations folder in the order in which they are applied, and those that are none."""

    files: tuple[Migration, ...]
    skipped: tuple[Path, ...] = ()


def find_migrations(folder: Path) -> Migrations:
    """The migrations in `folder`, none where it does not exist. Hidden files and folders are passed over.

    Raises PgnormError where the folder can't be read.
    """
    try:
        paths = sorted((path for path in folder.iterdir() if path.is_file()), key=lambda path: path.name)
    except FileNotFoundError:
        return Migrations(files=())
    except OSError as error:
        raise PgnormError(f"cannot read the folder: {error.strerror}", place=str(folder)) from error
    files, skipped = [], []
    for path in paths:
        if match := _NAME.fullmatch(path.name):
            files.append(Migration(version=match[1], name=match[2], path=path))
        elif not path.name.startswith("."):
            skipped.append(path)
    return Migrations(files=tuple(files), skipped=tuple(skipped))


def new_paths(folder: Path, names: Sequence[str], now: datetime) -> tuple[Path, ...]:
    """Where new migrations of these names go: versions are `now` (UTC), or the next free seconds after the last one.

    Raises PgnormError for a name that can't be part of a file's name, and where such a version sorts before the last
    migration.
    """
    moment = now.replace(microsecond=0)
    files = find_migrations(folder).files
    for migration in files:
        if len(migration.version) == _VERSION_DIGITS:
            try:
                taken = datetime.strptime(migration.version, _VERSION).replace(tzinfo=now.tzinfo)
                moment = max(moment, taken + timedelta(seconds=1))
            except (ValueError, OverflowError):
                continue
    versions = ((moment + timedelta(seconds=number)).strftime(_VERSION) for number in range(len(names)))
    paths = tuple(folder / f"{version}_{file_stem(name)}.sql" for version, name in zip(versions, names, strict=True))
    if files and paths and paths[0].name < (last := files[-1].path).name:
        raise PgnormError(
            f"{paths[0].name} would not be the last migration: names sort as text, so it would run before this one",
            place=str(last),
            hint="Write it with -o FILE, under a number of your own that sorts behind that; or rename the migrations, "
            "so that their numbers are times or have leading zeros.",
        )
    return paths


def file_stem(name: str) -> str:
    """A migration's name as it stands in its file's name.

    Raises PgnormError for one that can't.
    """
    stem = re.sub(r"\s+", "_", name.strip().removesuffix(".sql"))
    if not re.fullmatch(r"\w[\w.+-]*", stem):
        raise PgnormError(
            f"`{name}` can't be a migration's name",
            hint="Use letters, digits, `_`, `-` and `.`, as in add_notes.",
        )
    return stem
