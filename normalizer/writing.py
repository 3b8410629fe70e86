"""Files written whole or not at all."""

import os
import stat
import tempfile
from pathlib import Path

from pgnorm.catalog.errors import PgnormError


def write_atomically(path: Path, content: bytes, *, label: str | None = None) -> None:
    """Put `content` into the file, so that at any moment it holds all of the old text or all of the new.

    A symbolic link stays one, the mode stays as it is; a pipe or device is written to. Raises PgnormError where the
    file is read-only or can't be written, the old text untouched.
    """
    name = label or str(path)
    target = Path(os.path.realpath(path))
    try:
        status = target.stat() if target.exists() else None
        if status is not None and not stat.S_ISREG(status.st_mode):
            target.write_bytes(content)
            return
        if status is not None and not _writable(target, status):
            raise PgnormError("the file is read-only", place=name, hint=f"Make it writable: chmod u+w {name}")
        _replace(target, content, status)
    except OSError as error:
        hint = None if target.parent.is_dir() else f"Make the folder first: mkdir -p {path.parent}"
        raise PgnormError(f"cannot write the file: {error.strerror or error}", place=name, hint=hint) from error


def _writable(target: Path, status: os.stat_result) -> bool:
    # Root may write anything; a file that nobody is meant to write stays as it is for root too.
    return os.access(target, os.W_OK) and bool(status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))


def _replace(target: Path, content: bytes, status: os.stat_result | None) -> None:
    descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".pgnorm", dir=target.parent)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), stat.S_IMODE(status.st_mode) if status else 0o666 & ~_umask())
            if status is not None and os.geteuid() == 0:
                os.fchown(file.fileno(), status.st_uid, status.st_gid)
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
