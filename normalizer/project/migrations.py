"""A project's migrations, and the names and the form of new ones."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from pgnorm.catalog.errors import PgnormError

from ..files.reading import read_file, shown
from .forms import Migration, Migrations, flyway, in_folders, numbered
from .ways_back import Tool, tool_of

FIRST: Final = (
    "`pgnorm migration baseline` writes the first one where a database has all of it, "
    "`pgnorm diff -f NAME` where none has"
)
"""The way to a project's first migration, where there are schema files."""
_VERSION: Final = "%Y%m%d%H%M%S"
_VERSION_DIGITS: Final = 14


def find_migrations(folder: Path, *, as_supabase: bool = False) -> Migrations:
    """The migrations in `folder`, none where it does not exist. Hidden files are passed over.

    The tool that they are written for is known by the names of the files; `as_supabase` says that it is Supabase's
    CLI, as far as the names fit that. Raises PgnormError where the folder can't be read.
    """
    plain = numbered(folder, textual=as_supabase or (folder / "atlas.sum").exists(), strict=as_supabase)
    if as_supabase and plain.files:
        return plain
    return (folder.is_dir() and (flyway(folder) or (None if plain.files else in_folders(folder)))) or plain


def new_paths(folder: Path, names: Sequence[str], now: datetime, *, as_supabase: bool = False) -> tuple[Path, ...]:
    """Paths of new migrations of these names: versions are `now` (UTC), or the next free seconds after the last one.

    Raises PgnormError for a name that can't be part of a file's name, where such a version sorts before the last
    migration, and where the migrations are none of single files.
    """
    found = find_migrations(folder, as_supabase=as_supabase)
    if found.named is None:
        raise PgnormError(
            "a migration of this folder is more than one file, which only its tool can make",
            place=shown(folder),
            hint="Write the SQL with -o FILE, and put it where the tool wants it.",
        )
    files = [each for each in found.files if each.version]
    versions = times_behind(files, len(names), now)
    paths = tuple(
        folder / found.named.format(version=version, name=file_stem(name))
        for version, name in zip(versions, names, strict=True)
    )
    if files and paths and found.key(paths[0].name) < found.key((last := files[-1].path).name):
        why = "names sort as text" if found.ordered_as_text else "its number is the higher one"
        raise PgnormError(
            f"{paths[0].name} would not be the last migration: {why}, so it would run before this one",
            place=str(last),
            hint="Write it with -o FILE, under a number of your own that sorts behind that; or rename the migrations, "
            "so that their numbers are times" + (" or have leading zeros." if found.ordered_as_text else "."),
        )
    return paths


def times_behind(files: Iterable[Migration], count: int, now: datetime) -> Iterator[str]:
    """Versions that are times: `now` and the seconds after it, all of them later than those of the migrations."""
    moment = now.replace(microsecond=0)
    for taken in filter(None, (_time(each.version) for each in files)):
        with suppress(OverflowError):
            moment = max(moment, taken.replace(tzinfo=now.tzinfo) + timedelta(seconds=1))
    return ((moment + timedelta(seconds=number)).strftime(_VERSION) for number in range(count))


def is_time(version: str) -> bool:
    """True if a version is a time, as those of new migrations are."""
    return _time(version) is not None


def _time(version: str) -> datetime | None:
    if len(version) != _VERSION_DIGITS:
        return None
    with suppress(ValueError):
        return datetime.strptime(version, _VERSION)
    return None


def as_last(text: str, found: Migrations, *, alone: bool = False, back: str = "") -> str:
    """The text of a new migration with what its tool wants around it, if the last one is written for one; `alone` where
    it can't run in a transaction. A way `back` follows it where the tool keeps both in one file."""
    tool = _tool(found)
    if tool is None:
        return text
    forth = f"{(alone and tool.head_alone) or tool.head}{text}{tool.tail}"
    return f"{forth}{tool.head_back}{back}{tool.tail_back}" if back else forth


def leads_back(folder: Path, found: Migrations) -> bool:
    """True if ways back stand in the migrations themselves, false if in files beside them.

    Raises PgnormError where these migrations have none.
    """
    if _tool(found) is not None:
        return True
    if found.back_name is None:
        raise PgnormError(
            "nothing in this folder is a way back, so --down can't tell where the tool wants one",
            place=shown(folder),
            hint="Leave out --down, and write the way back before the migration: pgnorm diff --reverse -o FILE.",
        )
    return False


def _tool(found: Migrations) -> Tool | None:
    """The tool that the last migration is written for."""
    if not found.files:
        return None
    last = found.files[-1].path
    return tool_of(read_file(last, label=shown(last)).text)


def file_stem(name: str) -> str:
    """A migration's name as it stands in its file's name.

    Raises PgnormError for one that can't.
    """
    stem = re.sub(r"[ \t]+", "_", name.strip().removesuffix(".sql"))
    if not re.fullmatch(r"\w[\w.+-]*", stem):
        raise PgnormError(
            f"`{name}` can't be a migration's name",
            hint="Use letters, digits, `_`, `-` and `.`, as in add_notes.",
        )
    return stem
