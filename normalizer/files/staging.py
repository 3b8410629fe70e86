"""New contents beside the files whose place they are to take."""

import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value, untold
from pgnorm.catalog.system import dress, is_root, owns

_LONGEST: Final = 50  # characters of a file's name in that of the one that is to take its place
_NAME: Final = re.compile(r"\..+\.[a-z0-9_]{8}\.pgnorm", re.DOTALL)


class Writing(Value):
    """Content that a file is to hold, None for no file, and the name that messages have for it."""

    path: Path
    content: bytes | None = untold()
    label: str
    expected: bytes | None = untold(default=None)
    """Content that the file must hold until then, None for whatever it holds."""
    new: bool = False
    """True if there must be no such file until then."""

    @property
    def target(self) -> Path:
        """The file itself, where `path` is a symbolic link to it."""
        return Path(os.path.realpath(self.path))

    @property
    def special(self) -> bool:
        """True if it is a pipe or a device."""
        return self.target.exists() and not self.target.is_file()

    @property
    def held(self) -> bytes | None:
        """Content of the file now, None where there is none."""
        return self.target.read_bytes() if self.target.exists() else None


class Staged(Value):
    """A file's new content, whole and on the disk, and what the file held then. Of one that is to go, the file on the
    disk is empty and there for the journal to know it by."""

    writing: Writing
    target: Path
    temporary: Path
    old: bytes | None = untold()
    status: os.stat_result | None = untold(default=None)
    """Status of the file until then."""


def stage(writing: Writing, old: bytes | None) -> Staged:
    """Put the new content beside the file, which holds `old`.

    Raises PgnormError for a file that is read-only, and OSError for what can't be written.
    """
    target = writing.target
    status = target.stat() if target.exists() else None
    if status is not None and not _writable(target, status):
        hint = f"Make it writable: chmod u+w {writing.label}"
        raise PgnormError("the file is read-only", place=writing.label, hint=hint)
    temporary = beside(target, writing.content or b"", status)
    return Staged(writing=writing, target=target, temporary=temporary, old=old, status=status)


def put_back(staged: Staged) -> None:
    """Give the file what it held before."""
    if staged.old is None:
        staged.target.unlink(missing_ok=True)
    else:
        os.replace(beside(staged.target, staged.old, staged.status), staged.target)


def put(target: Path, staged: Path, *, gone: bool) -> None:
    """Put what is staged in the place of the target, which else is to be `gone`. Raises OSError."""
    if gone:
        target.unlink()
    else:
        os.replace(staged, target)


def beside(target: Path, content: bytes, status: os.stat_result | None) -> Path:
    """A new file beside the target, with that content and the mode and owner of `status`."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:_LONGEST]}.", suffix=".pgnorm", dir=target.parent)
    temporary = Path(name)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            dress(file.fileno(), stat.S_IMODE(status.st_mode) if status else 0o666 & ~_umask(), status)
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def staged_in(folder: Path) -> Iterator[Path]:
    """The files in the folder that were to take others' places: those of dead runs, for who holds the folder."""
    for name in os.listdir(folder):
        path = folder / name
        if _NAME.fullmatch(name):
            with suppress(FileNotFoundError):
                status = path.lstat()
                if stat.S_ISREG(status.st_mode) and (is_root() or owns(status)):
                    yield path


def digest(content: bytes | None) -> str | None:
    """SHA-256 that tells contents apart in a journal, in hexadecimal digits; None for no file."""
    return None if content is None else sha256(content).hexdigest()


def _writable(target: Path, status: os.stat_result) -> bool:
    # Root may write anything; a file that nobody is meant to write stays as it is for root too.
    return os.access(target, os.W_OK) and bool(status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
