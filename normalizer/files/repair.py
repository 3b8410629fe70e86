"""Leftovers of killed runs beside files: finished where that is safe, told where it is not."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from .reading import real_path

_ENDINGS: Final = (".journal", ".pgnorm")


def repair(folders: Iterable[Path]) -> Iterator[str]:
    """See to what killed runs have left in these folders; yields what a person should know.

    Files that were to be replaced together are, if each is as it was or as it is to be; nothing that somebody has
    changed since is touched. Where a folder can't be read, written in or held, nothing is done.
    """
    for folder in dict.fromkeys(map(real_path, folders)):
        with suppress(OSError):
            if any(name.endswith(_ENDINGS) for name in os.listdir(folder)):
                from .recovery import recover

                yield from recover(folder)


def around(path: str | Path) -> tuple[Path, ...]:
    """The folder of a file, or a folder and those below it; none of what is not there."""
    if os.path.isdir(path):
        return tuple(Path(here) for here, _, _ in os.walk(path))
    return (Path(path).parent,) if os.path.exists(path) else ()
