"""Patterns of file names in the configuration, as the Supabase CLI takes them."""

import os
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from glob import glob, has_magic
from itertools import takewhile
from pathlib import Path

from ..files.reading import sql_files


def matching(base: Path, pattern: str, below: Callable[[Path], Iterable[Path]] = sql_files) -> tuple[Path, ...]:
    """The files that a pattern names, sorted by path; a folder stands for those `below` it."""
    found: list[Path] = []
    for name in sorted(glob(pattern, root_dir=base, recursive=True)):
        path = Path(os.path.normpath(base / name))
        found.extend(below(path) if path.is_dir() else (path,))
    return tuple(dict.fromkeys(found))


def start_of(base: Path, pattern: str) -> Path:
    """The folder from which on a pattern names files."""
    path = Path(os.path.normpath(base / pattern))
    plain = list(takewhile(lambda part: not has_magic(part), path.parts))
    found = Path(*plain)
    return found if len(plain) < len(path.parts) or found.is_dir() else found.parent


def covers(pattern: Sequence[str], path: Sequence[str]) -> bool:
    """True if a pattern, as its parts, names the path or a folder above it."""
    if not pattern:
        return True
    if pattern[0] == "**":
        return any(covers(pattern[1:], path[start:]) for start in range(len(path) + 1))
    return bool(path) and fnmatchcase(path[0], pattern[0]) and covers(pattern[1:], path[1:])
