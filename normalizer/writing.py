"""Files written whole or not at all."""

import errno
import glob
import os
import stat
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from attrs import field, frozen

from pgnorm.catalog.errors import PgnormError

_LEFT_OVER: Final = 600  # seconds after which a killed run's file is taken away
_LONGEST: Final = 50  # characters of a file's name in that of the one that is to take its place


@frozen(kw_only=True)
class Writing:
    """What a file is to hold, and the name that messages have for it."""

    path: Path
    content: bytes = field(repr=False)
    label: str
    expected: bytes | None = field(default=None, repr=False)
    """What it must hold until then, None for whatever it holds."""

    @property
    def target(self) -> Path:
        """The file itself, where `path` is a symbolic link to it."""
        return Path(os.path.realpath(self.path))


def write_atomically(path: Path, content: bytes, *, label: str | None = None) -> None:
    """Put `content` into the file, so that at any moment it holds all of the old text or all of the new.

    A symbolic link stays one, the mode stays as it is; a pipe or device is written to. Raises PgnormError where the
    file is read-only or can't be written, the old text untouched.
    """
    write_all([Writing(path=path, content=content, label=label or str(path))])


def write_all(writings: Sequence[Writing]) -> None:
    """As `write_atomically`, for several files: where one can't be written, none is.

    Raises PgnormError, also for a file that does not hold what is expected of it.
    """
    staged: list[tuple[Writing, Path]] = []
    replaced: list[tuple[Path, bytes | None]] = []
    try:
        for writing in writings:
            with _Failure(writing):
                if (temporary := _stage(writing)) is not None:
                    staged.append((writing, temporary))
        for writing, temporary in staged:
            with _Failure(writing):
                old = writing.target.read_bytes() if writing.target.exists() else None
                if writing.expected not in (None, old):
                    hint = "Nothing is written: run it again."
                    raise PgnormError(
                        "the file was changed by something else meanwhile", place=writing.label, hint=hint
                    )
                replaced.append((writing.target, old))
                os.replace(temporary, writing.target)
    except BaseException:
        for target, old in replaced:
            _put(target, old)
        raise
    finally:
        for _, temporary in staged:
            temporary.unlink(missing_ok=True)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder for as long as the context lasts: another run that wants to add a file to it waits.

    Raises OSError where it can't be opened.
    """
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        # Some network file systems know no locks: there it is as if nobody else were running.
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


class _Failure:
    """A context that turns the failures of writing a file into what is said to a person."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, OSError):
            folder = self._writing.path.parent
            hint = None
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                hint = "Make room and run it again."
            elif error.errno == errno.ENOENT and not os.path.isdir(self._writing.target.parent):
                hint = f"Make the folder first: mkdir -p {folder}"
            message = f"cannot write the file: {error.strerror or error}"
            raise PgnormError(message, place=self._writing.label, hint=hint) from error


def _stage(writing: Writing) -> Path | None:
    """The new content beside the file, ready to take its place; None where it went into a pipe or device."""
    target = writing.target
    status = target.stat() if target.exists() else None
    if status is not None and not stat.S_ISREG(status.st_mode):
        target.write_bytes(writing.content)
        return None
    if status is not None and not _writable(target, status):
        hint = f"Make it writable: chmod u+w {writing.label}"
        raise PgnormError("the file is read-only", place=writing.label, hint=hint)
    return _beside(target, writing.content, status)


def _writable(target: Path, status: os.stat_result) -> bool:
    # Root may write anything; a file that nobody is meant to write stays as it is for root too.
    return os.access(target, os.W_OK) and bool(status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))


def _put(target: Path, content: bytes | None) -> None:
    if content is None:
        target.unlink(missing_ok=True)
    else:
        os.replace(_beside(target, content, target.stat()), target)


def _beside(target: Path, content: bytes, status: os.stat_result | None) -> Path:
    prefix, suffix = f".{target.name[:_LONGEST]}.", ".pgnorm"
    for left in target.parent.glob(f"{glob.escape(prefix)}*{suffix}"):
        with suppress(FileNotFoundError):
            if left.stat().st_mtime < time.time() - _LEFT_OVER:
                left.unlink()
    descriptor, name = tempfile.mkstemp(prefix=prefix, suffix=suffix, dir=target.parent)
    temporary = Path(name)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), stat.S_IMODE(status.st_mode) if status else 0o666 & ~_umask())
            if status is not None and os.geteuid() == 0:
                os.fchown(file.fileno(), status.st_uid, status.st_gid)
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
