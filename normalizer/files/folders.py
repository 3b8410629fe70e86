"""Folders held for one run at a time, and taken back where a run made them for nothing."""

import os
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.system import lock, open_folder

from .reading import shown

_PATIENCE: Final = 60.0  # seconds; a folder is held for as long as it takes to write a few files
_PAUSE: Final = 0.02


@contextmanager
def alone_in(folders: Iterable[Path]) -> Iterator[bool]:
    """Hold the folders for as long as the context lasts: other runs that want to write there wait.

    Says whether they are held. They are not where folders can't be locked (some network file systems), or are
    everybody's (`/tmp`): there it is as if nobody else were running. Raises PgnormError where somebody keeps one.
    """
    with ExitStack() as stack:
        # All runs take them in one order, or two could wait for one another.
        taken = [_take(folder, stack) for folder in sorted({Path(os.path.realpath(one)) for one in folders})]
        yield all(taken)


def _take(folder: Path, stack: ExitStack) -> bool:
    try:
        descriptor = open_folder(folder)
        stack.callback(os.close, descriptor)
        if os.fstat(descriptor).st_mode & stat.S_ISVTX:
            return False
        deadline = time.monotonic() + _PATIENCE
        while not lock(descriptor, wait=False):
            if time.monotonic() > deadline:
                raise PgnormError(
                    "another program holds the folder (flock), so nothing is written",
                    place=shown(folder),
                    hint="Run it again when that has ended.",
                )
            time.sleep(_PAUSE)
    except OSError:
        return False
    return True


@contextmanager
def made(folder: Path) -> Iterator[None]:
    """Make the folder and those above it; what nothing came into is taken away again if the context fails."""
    new = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        with suppress(OSError):
            for each in new:
                each.rmdir()
        raise
