"""Later versions for migrations that are there already, in the form that those beside them have."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from pgnorm.catalog.errors import PgnormError

from ..files.reading import shown
from .forms import Migration, Migrations
from .migrations import is_time, times_behind

_LAST_NUMBER: Final = re.compile(r"[0-9]+(?=[^0-9]*$)")


def renumbered(found: Migrations, mine: Sequence[Migration], now: datetime) -> tuple[Path, ...]:
    """The paths of some migrations behind all others, in their order: their names stay but for the versions, which are
    times or the next numbers as before.

    Raises PgnormError where the files are ordered so that no such name comes last.
    """
    others = [each for each in found.files if each.version and each not in mine]
    before = others[-1] if others else None
    timed = is_time(before.version) if before is not None else all(is_time(each.version) for each in mine)
    versions = times_behind(found.files, len(mine), now) if timed else _numbers(before, len(mine))
    paths = tuple(
        each.path.with_name(each.path.name.replace(each.version, version, 1))
        for each, version in zip(mine, versions, strict=True)
    )
    if before is not None and any(found.key(path.name) <= found.key(before.path.name) for path in paths):
        raise PgnormError(
            f"a later number would not make it the last migration: {paths[-1].name} comes before "
            f"{before.path.name}, since names sort as text",
            place=shown(mine[0].path),
            hint="Rename the migrations, so that their numbers are times or have leading zeros.",
        )
    return paths


def paths_beside(found: Migrations, mine: Sequence[Migration], paths: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    """The files that lead back from some migrations or tell their tool of them, each with its path once these have
    theirs."""
    for each, path in zip(mine, paths, strict=True):
        if found.back_name is not None:
            old = each.path.with_name(found.back_name(each.path.name))
            if old in found.back:
                yield old, path.with_name(found.back_name(path.name))
        if found.alone is not None:
            told = each.path.with_name(each.path.name + found.alone[0])
            if told.is_file():
                yield told, path.with_name(path.name + found.alone[0])


def _numbers(before: Migration | None, count: int) -> Iterator[str]:
    version = before.version if before is not None else "0"
    last = _LAST_NUMBER.search(version)
    assert last is not None
    for number in range(int(last[0]) + 1, int(last[0]) + 1 + count):
        yield f"{version[: last.start()]}{number:0{len(last[0])}}{version[last.end() :]}"
