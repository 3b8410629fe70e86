"""Confinement of a server's processes by the system: asked of it, never needed, since not every system has it."""

import ctypes
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from pgnorm.catalog.model import Value
from pgnorm.catalog.system import LINUX, limit

from .landlock import Ruleset, ruleset
from .seccomp import Filter, call_filter

_NO_NEW_PRIVILEGES: Final = 38  # prctl(2)
_GIB: Final = 1024**3
# Each generous for one process of a load, and there to stop one that runs away.
_CPU: Final = 4 * 3600  # seconds
_FILE: Final = _GIB  # bytes, at which Postgres begins another file of a table
_PROCESSES: Final = 2048  # of one account, in all runs at the same time
_LEAST_MEMORY: Final = 2 * _GIB

_LIBRARIES: Final = ("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/nix/store")
_DATA: Final = ("/usr/share", "/usr/local/share", "/var/cache/postgresql")
_FILES: Final = (
    *("/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/localtime", "/etc/nsswitch.conf", "/etc/ssl/openssl.cnf"),
    *("/dev/urandom", "/dev/random", "/dev/zero"),
)


class Confinement(Value):
    """Restrictions prepared to be laid on a process of a server before it starts."""

    alone: bool
    """True if the account runs servers of ours and nothing else."""
    files: Ruleset | None
    calls: Filter | None

    def enter(self) -> tuple[str, ...]:
        """Confines the calling process and all that it starts, for good; names what holds."""
        measures: dict[str, Callable[[], bool]] = {
            "no new privileges": _give_up_new_privileges,
            "limits": lambda: _limit(alone=self.alone),
            "files": lambda: self.files is not None and self.files.enter(),
            "system calls": lambda: self.calls is not None and self.calls.enter(),
        }
        return tuple(name for name, measure in measures.items() if measure())

    def close(self) -> None:
        """Forgets what was prepared."""
        if self.files:
            self.files.close()


def prepare(*, program: Path, readable: Iterable[Path], writable: Iterable[Path], alone: bool) -> Confinement:
    """A confinement of one program, in which it reads and writes below these folders only, reaches no other process's
    socket and starts no other program, as far as the system has the means."""
    if not LINUX:
        return Confinement(alone=alone, files=None, calls=None)
    searched = filter(None, os.environ.get("LD_LIBRARY_PATH", "").split(":"))
    files = ruleset(
        executable=(program, *_loaders(program)),
        readable=(*map(Path, (*_LIBRARIES, *_DATA, *_FILES, *searched)), *readable),
        writable=(*writable, Path("/dev/null")),
    )
    return Confinement(alone=alone, files=files, calls=call_filter())


def measures() -> tuple[str, ...]:
    """Names of the measures of a confinement that this system has, found by entering one in a process of its own."""
    trial = prepare(program=Path(sys.executable).resolve(), readable=(), writable=(), alone=False)
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            os.write(theirs, "\n".join(trial.enter()).encode())
        os._exit(0)
    os.close(theirs)
    trial.close()
    with open(ours) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return tuple(said.splitlines())


def _give_up_new_privileges() -> bool:
    return LINUX and bool(ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0)


def _limit(*, alone: bool) -> bool:
    limit("RLIMIT_CORE", 0)
    limit("RLIMIT_CPU", _CPU)
    limit("RLIMIT_FSIZE", _FILE)
    if LINUX:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        limit("RLIMIT_AS", max(_LEAST_MEMORY, memory // 2))
    if alone:
        limit("RLIMIT_NPROC", _PROCESSES)
    return True


def _loaders(program: Path) -> tuple[Path, ...]:
    # A program names its loader near its beginning, and the system runs that.
    with program.open("rb") as file:
        words = file.read(4096).split(b"\0")
    return tuple(Path(os.fsdecode(word)) for word in words if word.startswith(b"/") and b"/ld" in word)
