"""The folders that outlive a run, and the locks that guard them."""

import fcntl
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from attrs import frozen

from pgnorm.catalog.errors import PgnormError

from .account import Account, can_enter, give

_ROOM_IN_MEMORY = 300 * 1024 * 1024


@frozen(kw_only=True)
class Lock:
    """An exclusive lock on a file, held until it is released and every process that inherited `fd` is gone."""

    fd: int

    @classmethod
    def take(cls, path: Path, *, wait: bool) -> Self | None:
        """Locks the file, made if need be; `None` when another holds it and we don't wait."""
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(fd)
            return None
        except BaseException:
            os.close(fd)
            raise
        return cls(fd=fd)

    def release(self) -> None:
        os.close(self.fd)


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


def cache_root(account: Account | None) -> Path:
    """The folder for installations and seeds; for root one that the server's account can reach.

    Raises PgnormError when it cannot be made or is not safely ours.
    """
    chosen = os.environ.get("PGNORM_CACHE_DIR")
    if chosen:
        root = Path(chosen).expanduser().resolve()
    else:
        import platformdirs

        root = platformdirs.site_cache_path("pgnorm") if account else platformdirs.user_cache_path("pgnorm")
    with writing(root):
        if not _ours(root, 0o755 if account else 0o700):
            raise PgnormError(
                f"the cache folder {root} belongs to another account or others may write to it",
                hint="name a folder of your own in PGNORM_CACHE_DIR",
            )
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
    places = [] if os.environ.get("PGNORM_CACHE_DIR") else [Path(f"/dev/shm/pgnorm-{os.geteuid()}")]
    if places and account is None and (runtime := os.environ.get("XDG_RUNTIME_DIR")):
        places.append(Path(runtime, "pgnorm"))
    for place in places:
        try:
            room = os.statvfs(place.parent)
            if room.f_bavail * room.f_frsize >= _ROOM_IN_MEMORY and _ours(place, mode) and can_enter(account, place):
                return place
        except OSError:
            continue
    slots = root / "slots"
    slots.mkdir(mode=mode, exist_ok=True)
    return slots


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
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o022
