"""Starts a server in confinement beside a watchdog, both of which outlive us."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final, NoReturn

from pgnorm.catalog.system import LIBRARIES, LINUX

from .account import Account
from .confinement import Confinement
from .parts import Portable

# `stop` on its input ends the server in good order, the end of its input (we were killed) at once. Its output is the
# end for reading of the pipe that the server's processes hold, which ends with the last of them.
_WATCHDOG: Final = """
if read -r word; then kill -INT "$1"; else kill -QUIT "$1"; fi 2>&-
read -r word <&1
rm -rf "$0"
"""
# What a server program is told of our surroundings: nothing but where libraries are, which somebody may have set for
# a server of theirs. A build that brings its own libpq tells its programs where it is, and not modules like
# postgres_fdw. PATH is for the watchdog; the last folder is that of NixOS. Where the C library is glibc, a backend
# keeps the memory that a query has given back: the next one takes as much again.
_SET: Final = {
    "PATH": "/usr/bin:/bin:/run/current-system/sw/bin",
    "HOME": "/nonexistent",
    "LC_ALL": "C",
    "TZ": "UTC",
    "MALLOC_TOP_PAD_": "2097152",
    "MALLOC_TRIM_THRESHOLD_": "33554432",
}


def environment(libraries: Path | None, portable: Portable | None = None) -> dict[str, str]:
    """The environment of a server's programs: nothing of ours that could tell them more than where libraries are, those
    that came with the server first."""
    if portable is not None:
        return {**portable.variables, **_SET}
    searched = os.pathsep.join(filter(None, (str(libraries or ""), os.environ.get(LIBRARIES))))
    return {**({LIBRARIES: searched} if searched else {}), **_SET}


def launch(
    words: Sequence[str],
    *,
    folder: Path,
    log: BinaryIO,
    lock: int,
    alive: tuple[int, int],
    account: Account | None,
    confinement: Confinement,
    surroundings: dict[str, str],
) -> subprocess.Popen[bytes]:
    """Starts a server, whose processes keep the lock and the pipe `alive`, and answers its watchdog, which removes
    the folder when the server is gone."""

    def divide() -> NoReturn:
        watch, kept = alive
        server = os.fork()
        if server == 0:
            try:
                _become(words, surroundings, (kept, lock), confinement)
            except BaseException as error:  # there is nothing above us but the copy of a program that goes on
                os.write(2, f"{words[0]}: {getattr(error, 'strerror', None) or error}\n".encode())
            os._exit(127)
        os.dup2(watch, 1)
        _close_all_but(frozenset())
        os.execve("/bin/sh", ["/bin/sh", "-c", _WATCHDOG, str(folder), str(server)], surroundings)

    return subprocess.Popen(
        [str(folder)],  # not run: both programs are started by `divide`
        stdin=subprocess.PIPE,
        stderr=log,
        cwd="/",
        start_new_session=True,
        pass_fds=(lock,),
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        preexec_fn=divide,
    )


def _become(
    words: Sequence[str], surroundings: dict[str, str], kept: tuple[int, int], confinement: Confinement
) -> None:
    alive, lock = kept
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(alive, 1)
    confinement.enter()
    _close_all_but(frozenset({lock}))
    os.execve(words[0], list(words), surroundings)


def _close_all_but(kept: frozenset[int]) -> None:
    first = 3
    for fd in sorted(kept):
        os.closerange(first, fd)
        first = fd + 1
    os.closerange(first, max(first, os.sysconf("SC_OPEN_MAX") if not LINUX else 2**20))
