"""Landlock: the files that a process and all that it starts may still reach (Linux, since 5.13)."""

import ctypes
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from pgnorm.catalog.model import Value

# The same numbers on all machines.
_CREATE: Final = 444
_ADD: Final = 445
_RESTRICT: Final = 446
_VERSION: Final = 1

_EXECUTE: Final = 1 << 0
_WRITE_FILE: Final = 1 << 1
_READ_FILE: Final = 1 << 2
_READ_FOLDER: Final = 1 << 3
_TRUNCATE: Final = 1 << 14
_OF_FILES: Final = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
# How many rights there are from each version of the interface on: then REFER, TRUNCATE, IOCTL_DEV.
_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 5: 16}
_NETWORK: Final = 0b11  # bind and connect TCP, since version 4
_OUTWARD: Final = 0b11  # abstract sockets and signals, since version 6


class _Attributes(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


class Ruleset(Value):
    """Rules that are ready to be entered."""

    fd: int

    def enter(self) -> bool:
        """Lays the rules on the calling process, which has given up new privileges; whether they hold."""
        return _call(_RESTRICT, self.fd, 0) == 0

    def close(self) -> None:
        os.close(self.fd)


def ruleset(*, executable: Iterable[Path], readable: Iterable[Path], writable: Iterable[Path]) -> Ruleset | None:
    """Rules that allow these files and folders and nothing else; `None` where the system has no Landlock."""
    version = _call(_CREATE, None, 0, _VERSION)
    if version < 1:
        return None
    handled = (1 << max(count for since, count in _RIGHTS.items() if since <= version)) - 1
    attributes = _Attributes(handled, _NETWORK if version >= 4 else 0, _OUTWARD if version >= 6 else 0)
    size = 8 * (1 + (version >= 4) + (version >= 6))
    fd = _call(_CREATE, ctypes.byref(attributes), size, 0)
    if fd < 0:
        return None
    for paths, rights in (
        (executable, _EXECUTE | _READ_FILE),
        (readable, _READ_FILE | _READ_FOLDER),
        (writable, handled & ~_EXECUTE),
    ):
        for path in paths:
            with suppress(OSError):  # what is not there needs no rule
                _allow(fd, path, rights & handled)
    return Ruleset(fd=fd)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    at = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        beneath = _Beneath(rights if path.is_dir() else rights & _OF_FILES, at)
        _call(_ADD, ruleset, 1, ctypes.byref(beneath), 0)
    finally:
        os.close(at)


def _call(number: int, *words: object) -> int:
    return int(ctypes.CDLL(None).syscall(ctypes.c_long(number), *words))
