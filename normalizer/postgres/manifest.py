"""Manifest of a folder of the cache when it was finished, which tells later whether it is as it was."""

import os
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.system import sync_disk

_NAME: Final = "manifest"


class Damaged(PgnormError):
    """A folder that is not as it was when it was finished."""


def finish(folder: Path) -> None:
    """Writes down what a folder holds, after all of it has reached the disk."""
    import json

    sync_disk(folder)
    entries = {path: _described(folder / path, status) for path, status in _walk(folder)}
    staged = folder / f".{_NAME}"
    with staged.open("w") as file:
        json.dump(entries, file)
        file.flush()
        os.fsync(file.fileno())
    staged.chmod(0o600)
    staged.rename(folder / _NAME)


def is_finished(folder: Path) -> bool:
    """True if a folder was finished, whatever became of it since."""
    return not folder.is_symlink() and (folder / _NAME).is_file()


def check(folder: Path, *, thoroughly: bool = False) -> None:
    """Raises Damaged where a folder lacks or has changed what it held. That is asked of each file's size and time of
    change, and where these differ, or `thoroughly`, of its bytes; what came to it since does not matter."""
    import json

    try:
        then = json.loads((folder / _NAME).read_text())
        now = dict(_walk(folder))
        for path, entry in then.items():
            status = now.get(path)
            if status is None:
                raise Damaged(f"{folder / path} is gone")
            if _unlike(folder / path, status, entry, thoroughly=thoroughly):
                raise Damaged(f"{folder / path} is not as it was")
    except (OSError, ValueError, AttributeError) as error:
        raise Damaged(f"what {folder} should hold can't be told: {error}") from error


def _unlike(path: Path, status: os.stat_result, entry: object, *, thoroughly: bool) -> bool:
    match entry:
        case [size, changed, checksum]:
            if not stat.S_ISREG(status.st_mode) or status.st_size != size:
                return True
            return (thoroughly or status.st_mtime_ns != changed) and _checksum(path) != checksum
        case _:
            return entry != _described(path, status)


def _described(path: Path, status: os.stat_result) -> object:
    """A folder as nothing, a link as where it leads, a file as its size, its time of change and a checksum."""
    if stat.S_ISLNK(status.st_mode):
        return os.readlink(path)
    if stat.S_ISDIR(status.st_mode):
        return None
    return [status.st_size, status.st_mtime_ns, _checksum(path)]


def _walk(folder: Path, inside: str = "") -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder / inside) as entries:
        for entry in entries:
            path = f"{inside}{entry.name}"
            if path in (_NAME, f".{_NAME}"):
                continue
            yield path, entry.stat(follow_symlinks=False)
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(folder, f"{path}/")


def _checksum(path: Path) -> int:
    return zlib.crc32(path.read_bytes())
