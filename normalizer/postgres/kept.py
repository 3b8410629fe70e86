"""Texts that are kept from run to run in the cache folder: what was read of what has not changed since."""

import hashlib
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

from attrs import define, field

from pgnorm.catalog import system

from .cache import clear

_SOURCES: Final = ("catalog", "normalizer")
_UNUSED: Final = 30 * 24 * 3600  # seconds
# A look at thousands of texts takes as long as a small load.
_BETWEEN: Final = 60  # seconds from one look at all of them to the next
_MOST: Final = 128 * 1024 * 1024  # bytes of all together
_LONGEST: Final = _MOST // 8


Make = Callable[[], str | None]
"""A function that makes a text to be kept; None where it is not to be."""


@define(kw_only=True)
class Kept:
    """A folder of texts, each known by what it depends on: pgnorm itself, `made_from`, and what the caller names.

    What can't be read or written there is as if it had never been kept.
    """

    folder: Path
    made_from: str
    _waiting: dict[tuple[str, ...], Make] = field(factory=dict, init=False)

    def find(self, *names: str) -> str | None:
        """The text of these names, None where there is none that is whole and our own."""
        if names in self._waiting:
            return self._waiting[names]()
        try:
            fd = os.open(self._place(names), os.O_RDONLY | system.NO_LINKS | system.NO_WAITING)
            with open(fd, "rb") as file:
                status = os.fstat(fd)
                if not system.owns(status) or not stat.S_ISREG(status.st_mode):
                    return None
                checksum, _, text = file.read().partition(b"\n")
                with suppress(OSError):  # where nothing can be written, it is read all the same
                    os.utime(fd)
            return text.decode() if checksum == _checksum(text) else None
        except (OSError, UnicodeDecodeError):
            return None

    def keep(self, make: Make, *names: str) -> None:
        """Keep a text under these names, which is made when it is written."""
        self._waiting[names] = make

    def write(self) -> None:
        """Write what is to be kept, unless it is too long, and forget what nobody asked for in a long time."""
        if not self._waiting:
            return
        while self._waiting:
            names, make = self._waiting.popitem()
            if (text := make()) is not None:
                self._write(text.encode(), names)
        with suppress(OSError):
            if self._is_due():
                self._forget()

    def _write(self, content: bytes, names: tuple[str, ...]) -> None:
        if len(content) > _LONGEST:
            return
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, exist_ok=True)
            fd, staged = tempfile.mkstemp(dir=self.folder)
            try:
                with open(fd, "wb") as file:
                    file.write(_checksum(content) + b"\n" + content)
                clear(self._place(names))
                os.rename(staged, self._place(names))
            except BaseException:
                os.unlink(staged)
                raise

    def _place(self, names: Iterable[str]) -> Path:
        digest = hashlib.sha256(_ourselves())
        for name in (self.made_from, *names):
            digest.update(hashlib.sha256(name.encode(errors="surrogatepass")).digest())
        return self.folder / digest.hexdigest()

    def _is_due(self) -> bool:
        """True if the last look at all texts was long ago; this is one then."""
        last = self.folder.with_name(f"{self.folder.name}.looked")
        with suppress(FileNotFoundError):
            if 0 <= time.time() - last.lstat().st_mtime < _BETWEEN:
                return False
            last.unlink()
        last.touch(mode=0o600)
        return True

    def _forget(self) -> None:
        """Removes the texts that were not asked for lately, and those asked for longest ago until the rest is no more
        than `_MOST`."""
        found: list[tuple[os.stat_result, str]] = []
        with os.scandir(self.folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # another run has forgotten it
                    found.append((entry.stat(follow_symlinks=False), entry.path))
        found.sort(key=_latest_first)
        room, oldest = _MOST, time.time() - _UNUSED
        for status, path in found:
            room -= status.st_size
            if room < 0 or status.st_mtime < oldest:
                with suppress(OSError):
                    os.unlink(path)


@cache
def _ourselves() -> bytes:
    """Digest of the modules that read and load: it differs in another version, and once somebody has edited them."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[2]
    for source in _SOURCES:
        for folder, folders, names in os.walk(root / source):
            folders[:] = sorted(set(folders) - {"__pycache__"})
            for name in sorted(names):
                # Archives that can be made again bit by bit give all files one time of change, but not this one.
                status = os.lstat(f"{folder}/{name}")
                digest.update(f"{folder}/{name} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}\n".encode())
    return digest.digest()


def _latest_first(entry: tuple[os.stat_result, str]) -> float:
    return -entry[0].st_mtime


def _checksum(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest().encode()
