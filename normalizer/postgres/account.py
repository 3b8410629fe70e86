"""The account a server runs as: ours, or when we are root an unprivileged one, best one that owns nothing else."""

import os
import stat
from functools import cache
from pathlib import Path

from pgnorm.catalog import system
from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from .programs import can_do_without_a_name

# Linux distributions and systemd leave these free, and containers that map only 16 bits of ids have them.
_FREE = range(61014, 61184)


class Account(Value):
    """An account that owns a server's files and runs its processes."""

    name: str
    uid: int
    gid: int


def server_account(initdb: Path) -> Account | None:
    """The account to change to, `None` when the server can run as ourselves; Postgres refuses to run as root."""
    if not system.is_root():
        return None
    free = _free_id() if can_do_without_a_name(initdb) else None
    if free is not None:
        return Account(name=f"uid {free}", uid=free, gid=free)
    for name in ("nobody", "postgres"):
        ids = system.ids_of(name)
        if ids is not None and _is_mapped("uid", ids[0]) and _is_mapped("gid", ids[1]):
            return Account(name=name, uid=ids[0], gid=ids[1])
    raise PgnormError(
        "Postgres does not run as root, and there is no other account here that root may change to",
        hint="Run pgnorm as an ordinary user; in a user namespace, map more ids than one.",
    )


def has_name(account: Account | None) -> bool:
    """True if the system knows the account by a name, without which programs of Postgres refuse to start."""
    return system.has_name(account.uid if account else None)


def can_enter(account: Account | None, folder: Path) -> bool:
    """True if the account may pass through every folder on the way to this one, and this one."""
    if account is None:
        return os.access(folder, os.X_OK)
    return all(_may(account, step, stat.S_IXOTH) for step in (folder, *folder.parents))


def can_write(account: Account | None, folder: Path) -> bool:
    """True if the account may make and remove entries of this folder."""
    if account is None:
        return os.access(folder, os.W_OK)
    return _may(account, folder, stat.S_IWOTH)


def give(account: Account | None, path: Path) -> None:
    """Makes the account the owner of a file or folder of ours."""
    if account is not None:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _free_id() -> int | None:
    """An id that no account has and that the user namespace we are in can take on."""
    if not (_mapped("uid") and _mapped("gid")):
        return None
    for number in _FREE:
        if _is_mapped("uid", number) and _is_mapped("gid", number) and not system.has_name(number):
            return number
    return None


def _is_mapped(kind: str, number: int) -> bool:
    """True if an id is one in this user namespace; it is where nothing is known of any."""
    spans = _mapped(kind)
    return not spans or any(number in span for span in spans)


@cache
def _mapped(kind: str) -> tuple[range, ...]:
    try:
        text = Path(f"/proc/self/{kind}_map").read_text()
    except OSError:
        return ()
    spans = (map(int, line.split()) for line in text.splitlines())
    return tuple(range(first, first + length) for first, _, length in spans)


def _may(account: Account, folder: Path, right: int) -> bool:
    """True if the folder gives the account a right, named by its bit for others."""
    status = folder.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & right << 6)
    if status.st_gid == account.gid:
        return bool(status.st_mode & right << 3)
    return bool(status.st_mode & right)
