"""The folders that outlive a run, and the locks that guard them."""

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from pgnorm.catalog import system
from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from .account import Account, can_enter, give

_NO_LOCK = (errno.EISDIR, errno.ELOOP, errno.ENXIO, errno.ETXTBSY)  # something else stands in its place
_ROOM_IN_MEMORY = 300 * 1024 * 1024


class Lock(Value):
    """An exclusive lock on a file, held until it is released and every process that inherited `fd` is gone."""

    fd: int

    @classmethod
    def take(cls, path: Path, *, wait: bool) -> Self | None:
        """Locks the file, made if need be; `None` when another holds it and we don't wait."""
        fd = _open_lock(path)
        taken = False
        try:
            taken = system.lock(fd, wait=wait)
        finally:
            if not taken:
                os.close(fd)
        return cls(fd=fd) if taken else None

    def release(self) -> None:
        os.close(self.fd)


def _open_lock(path: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | system.NO_LINKS
    try:
        return os.open(path, flags, 0o600)
    except OSError as error:
        if error.errno not in _NO_LOCK:
            raise
        clear(path)
        return os.open(path, flags, 0o600)


def mark_used(path: Path) -> None:
    """Sets the time of a lock file, made if need be, by which sweeping knows what nobody uses."""
    fd = _open_lock(path)
    try:
        os.utime(fd)
    finally:
        os.close(fd)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds the lock on a file, waiting for whoever has it."""
    lock = Lock.take(path, wait=True)
    assert lock is not None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def writing(root: Path) -> Iterator[None]:
    """Turns what the file system refuses (no space, no permission) into an error that names the way out."""
    try:
        yield
    except OSError as error:
        raise PgnormError(
            f"the cache in {root} cannot be used: {error.strerror or error}"
            + (f" ({error.filename})" if error.filename else ""),
            hint="make room or give access there, or name another folder in PGNORM_CACHE_DIR",
        ) from error


def cache_folder(*, shared: bool) -> Path:
    """The folder for all that is kept; with `shared`, for root, one that other accounts may read.

    Raises PgnormError when it cannot be made or is not safely ours.
    """
    mode = 0o755 if shared else 0o700
    chosen = os.environ.get("PGNORM_CACHE_DIR")
    root = _named(chosen) if chosen else _usual(shared=shared)
    with writing(root):
        if not _ours(root, mode):
            raise PgnormError(
                f"the cache folder {root} belongs to another account or others may write to it",
                hint="name a folder of your own in PGNORM_CACHE_DIR",
            )
    return root


def cache_root(account: Account | None) -> Path:
    """The folder for installations and seeds; for root one that the server's account can reach.

    Raises PgnormError when it cannot be made or is not safely ours.
    """
    root = cache_folder(shared=account is not None)
    with writing(root):
        if not can_enter(account, root):
            raise PgnormError(
                f"the server runs as {account.name if account else 'you'}, which cannot enter {root}",
                hint="name a folder in PGNORM_CACHE_DIR that every account may pass through",
            )
    return root


def slots_root(root: Path, account: Account | None) -> Path:
    """The folder for running clusters: in memory where there is room enough, else in the cache."""
    mode = 0o755 if account else 0o700
    # A folder that somebody names is the place for everything.
    memory = system.MEMORY
    places = [memory / f"pgnorm-{system.account()}"] if memory and not os.environ.get("PGNORM_CACHE_DIR") else []
    if places and account is None and (runtime := os.environ.get("XDG_RUNTIME_DIR")):
        places.append(Path(runtime, "pgnorm"))
    for place in places:
        try:
            if system.room_in(place.parent) >= _ROOM_IN_MEMORY and _ours(place, mode) and can_enter(account, place):
                return place
        except OSError:
            continue
    return folder_at(root / "slots", mode)


def clear(path: Path) -> None:
    """Removes whatever is there, of whatever sort."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def folder_at(path: Path, mode: int) -> Path:
    """A folder that is there afterwards, in place of something else if need be."""
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        path.unlink()
    path.mkdir(mode=mode, exist_ok=True)
    return path


def say(damage: object) -> None:
    """Tells a person that something is made anew. This happens far from whoever may speak, and seldom."""
    import logging

    logging.getLogger("pgnorm").warning("warning: the cache was damaged and is made anew: %s", damage)


@contextmanager
def usual_modes() -> Iterator[None]:
    """Has what is made meanwhile be readable by the server's account, however private the person's own files are."""
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


def copy_tree(source: Path, target: Path, account: Account | None) -> None:
    """Copies folders and files with their modes, links as links, and gives them to the account.

    Raises the first OSError there is.
    """
    target.mkdir()
    with os.scandir(source) as entries:
        for entry in entries:
            place = target / entry.name
            if entry.is_symlink():
                place.symlink_to(os.readlink(entry))
            elif entry.is_dir():
                copy_tree(Path(entry), place, account)
            else:
                shutil.copy(entry, place)
                give(account, place)
    shutil.copymode(source, target)
    give(account, target)


def _ours(folder: Path, mode: int) -> bool:
    folder.mkdir(mode=mode, parents=True, exist_ok=True)
    status = folder.lstat()
    return stat.S_ISDIR(status.st_mode) and system.is_ours_alone(status)


def _named(chosen: str) -> Path:
    try:
        return Path(chosen).expanduser().resolve()
    except RuntimeError as error:
        raise PgnormError(
            f"PGNORM_CACHE_DIR={chosen} begins with the home folder of nobody known here",
            hint="name a folder by its whole path",
        ) from error


def _usual(*, shared: bool) -> Path:
    """The place where the system keeps caches; below TMPDIR for whom has no home, or none to write to."""
    import platformdirs

    root = platformdirs.site_cache_path("pgnorm") if shared else platformdirs.user_cache_path("pgnorm")
    if root.is_absolute():
        try:
            _ours(root, 0o755 if shared else 0o700)
        except (PermissionError, FileNotFoundError):
            pass
        except OSError as error:
            if error.errno != errno.EROFS:
                return root
        else:
            return root
    return Path(tempfile.gettempdir(), f"pgnorm-cache-{system.account()}")
