"""Texts that are kept from run to run in the cache folder: what was read of what has not changed since."""

import hashlib
import os
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

from pgnorm.catalog.model import Value

from .cache import clear

_SOURCES: Final = ("catalog", "normalizer")
_UNUSED: Final = 30 * 24 * 3600  # seconds
_MOST: Final = 128 * 1024 * 1024  # bytes of all together


class Kept(Value):
    """A folder of texts, each known by what it depends on: pgnorm itself, `made_from`, and what the caller names.

    What can't be read or written there is as if it had never been kept.
    """

    folder: Path
    made_from: str

    def find(self, *names: str) -> str | None:
        """The text of these names, None where there is none that is whole and our own."""
        try:
            fd = os.open(self._place(names), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            with open(fd, "rb") as file:
                if os.fstat(fd).st_uid != os.geteuid():
                    return None
                checksum, _, text = file.read().partition(b"\n")
                os.utime(fd)
        except OSError:
            return None
        return text.decode() if checksum == _checksum(text) else None

    def keep(self, text: str, *names: str) -> None:
        """Keep a text under these names, and forget what nobody asked for in a long time."""
        content = text.encode()
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, exist_ok=True)
            self._forget(_MOST - len(content))
            fd, staged = tempfile.mkstemp(dir=self.folder)
            with open(fd, "wb") as file:
                file.write(_checksum(content) + b"\n" + content)
            clear(self._place(names))
            os.rename(staged, self._place(names))

    def _place(self, names: Iterable[str]) -> Path:
        digest = hashlib.sha256(_ourselves())
        for name in (self.made_from, *names):
            digest.update(hashlib.sha256(name.encode(errors="surrogatepass")).digest())
        return self.folder / digest.hexdigest()

    def _forget(self, room: int) -> None:
        """Removes the texts that were not asked for lately, and those asked for longest ago until this many bytes are
        left."""
        with os.scandir(self.folder) as entries:
            found = sorted(((entry.stat(follow_symlinks=False), entry.path) for entry in entries), key=_latest_first)
        oldest = time.time() - _UNUSED
        for status, path in found:
            room -= status.st_size
            if room < 0 or status.st_mtime < oldest:
                with suppress(OSError):
                    os.unlink(path)


@cache
def _ourselves() -> bytes:
    """What tells the modules that read and load from those of another version, or of a moment ago."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[2]
    for source in _SOURCES:
        for folder, folders, names in os.walk(root / source):
            folders[:] = sorted(set(folders) - {"__pycache__"})
            for name in sorted(names):
                status = os.stat(f"{folder}/{name}")
                digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.digest()


def _latest_first(entry: tuple[os.stat_result, str]) -> float:
    return -entry[0].st_mtime


def _checksum(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest().encode()
