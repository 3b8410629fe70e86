"""The account a server runs as: ours, or an existing unprivileged one when we are root."""

import os
import pwd
import stat
from pathlib import Path

from attrs import frozen

from pgnorm.catalog.errors import PgnormError


@frozen(kw_only=True)
class Account:
    """An account that owns a server's files and runs its processes."""

    name: str
    uid: int
    gid: int


def server_account() -> Account | None:
    """The account to change to, `None` when the server can run as ourselves; Postgres refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise PgnormError(
        "Postgres does not run as root, and this system has neither an account `postgres` nor `nobody`",
        hint="run pgnorm as an ordinary user",
    )


def can_enter(account: Account | None, folder: Path) -> bool:
    """Whether the account may pass through every folder on the way to this one, and this one."""
    if account is None:
        return os.access(folder, os.X_OK)
    return all(_may(account, step, stat.S_IXOTH) for step in (folder, *folder.parents))


def can_write(account: Account | None, folder: Path) -> bool:
    """Whether the account may make and remove entries of this folder."""
    if account is None:
        return os.access(folder, os.W_OK)
    return _may(account, folder, stat.S_IWOTH)


def give(account: Account | None, path: Path) -> None:
    """Makes the account the owner of a file or folder of ours."""
    if account is not None:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _may(account: Account, folder: Path, right: int) -> bool:
    """Whether the folder gives the account a right, named by its bit for others."""
    status = folder.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & right << 6)
    if status.st_gid == account.gid:
        return bool(status.st_mode & right << 3)
    return bool(status.st_mode & right)
