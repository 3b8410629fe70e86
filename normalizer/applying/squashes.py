"""The head of a squashed migration: the files that it has taken the place of."""

from collections.abc import Iterable, Iterator
from typing import Final

from pgnorm.catalog.quoting import remark

_BEGINNING: Final = "-- Squashed by pgnorm "
_INDENT: Final = "  "


def squash_head(version: str, names: Iterable[str]) -> Iterator[str]:
    """The lines of comment that name the files, written by this version of pgnorm."""
    yield f"{_BEGINNING}{version} from these:"
    for name in names:
        yield remark(f"{_INDENT}{name}")


def squashed_in(text: str) -> Iterator[str]:
    """The names of the files that a migration was squashed from, none where it is no such one."""
    lines = iter(text[: len(text) if _BEGINNING in text else 0].splitlines())
    for line in lines:
        if line.startswith(_BEGINNING):
            break
    for line in lines:
        if not line.startswith(f"-- {_INDENT}"):
            return
        yield line.removeprefix(f"-- {_INDENT}")
