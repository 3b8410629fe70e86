"""The one place that knows what systems differ in: signals, locks, accounts, and what files and folders can do."""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

LINUX: Final = sys.platform == "linux"
RUNS_SERVERS: Final = sys.platform != "win32"
"""True if a private server can be started here."""
LIBRARIES: Final = "DYLD_LIBRARY_PATH" if sys.platform == "darwin" else "LD_LIBRARY_PATH"
"""The variable that names folders of libraries."""
NO_LINKS: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
"""Flags of a file that is opened as it is, and not by a link, for this process alone."""
NO_WAITING: Final = getattr(os, "O_NONBLOCK", 0)
"""The flag of a file that may be a pipe of somebody's."""


def machine() -> str:
    """The name of this kind of machine, as Go has it: `linux-amd64`."""
    import platform

    processor = platform.machine().lower()
    name = "windows" if sys.platform == "win32" else sys.platform
    return f"{name}-{ {'x86_64': 'amd64', 'aarch64': 'arm64'}.get(processor, processor) }"


def room_in(folder: Path) -> int:
    """The bytes that are free where a folder is. Raises OSError."""
    return shutil.disk_usage(folder).free


if sys.platform == "win32":
    import msvcrt
    import tempfile
    from hashlib import sha256
    from threading import Timer

    ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGBREAK)
    """The signals that end a run."""
    MEMORY: Final[Path | None] = None
    """A folder in memory, where the system has one."""

    def is_root() -> bool:
        """True if the process may become any account."""
        return False

    def account() -> str:
        """The account of the process, in names of folders that several accounts share."""
        return os.environ.get("USERNAME", "user")

    def owns(_status: os.stat_result) -> bool:
        """True if a file is this account's. Windows tells no numbers, and a profile is its account's alone."""
        return True

    def is_ours_alone(_status: os.stat_result) -> bool:
        """True if nobody else may write to a file or folder, likewise."""
        return True

    def ids_of(_name: str) -> tuple[int, int] | None:
        """The numbers of an account and its group by its name, None where there is none."""
        return None

    def has_name(_number: int | None) -> bool:
        """True if an account has a name: that of a number, or that of the process."""
        return True

    def lock(descriptor: int, *, wait: bool) -> bool:
        """Lock a file for as long as it is open; False where another process has it and we don't wait."""
        mode = msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK
        while True:
            os.lseek(descriptor, 0, os.SEEK_SET)
            try:
                msvcrt.locking(descriptor, mode, 1)
            except OSError:  # of LK_LOCK, after ten attempts
                if not wait:
                    return False
            else:
                return True

    def open_folder(folder: Path) -> int:
        """A descriptor that stands for a folder in locks: that of a file elsewhere, since no folder can be opened."""
        name = sha256(os.path.normcase(os.path.realpath(folder)).encode()).hexdigest()
        return os.open(Path(tempfile.gettempdir(), f"pgnorm-{name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)

    def dress(_descriptor: int, _mode: int, _status: os.stat_result | None) -> None:
        """Give an open file a mode and, for root, the owner of another one: here it inherits what its folder says."""

    def sync_folder(_folder: Path) -> None:
        """Have the names in a folder reach the disk: with NTFS they are in its own journal."""

    def sync_disk(_folder: Path) -> None:
        """Have all that a folder holds reach the disk: nothing does it at once, and manifests tell what did not."""

    def peak_memory() -> int:
        """The most bytes of memory that the process has had; 0 where nothing tells it."""
        return 0

    def limit(_name: str, _most: int) -> None:
        """Keep the process from using more of something (`RLIMIT_CPU`) than this, or than it may."""

    def later(seconds: float, act: Callable[[], None]) -> None:
        """Act in the main thread after a while, by way of a signal."""
        signal.signal(signal.SIGBREAK, lambda _number, _frame: act())
        Timer(seconds, signal.raise_signal, [signal.SIGBREAK]).start()

else:
    import fcntl
    import pwd
    import resource
    from contextlib import suppress

    ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    MEMORY = Path("/dev/shm") if LINUX else None

    def is_root() -> bool:
        """True if the process may become any account."""
        return os.geteuid() == 0

    def account() -> str:
        """The account of the process, in names of folders that several accounts share."""
        return str(os.geteuid())

    def owns(status: os.stat_result) -> bool:
        """True if a file is this account's."""
        return status.st_uid == os.geteuid()

    def is_ours_alone(status: os.stat_result) -> bool:
        """True if it is, and nobody else may write to it."""
        return owns(status) and not status.st_mode & 0o022

    def ids_of(name: str) -> tuple[int, int] | None:
        """The numbers of an account and its group by its name, None where there is none."""
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            return None
        return found.pw_uid, found.pw_gid

    def has_name(number: int | None) -> bool:
        """True if an account has a name: that of a number, or that of the process."""
        try:
            pwd.getpwuid(os.geteuid() if number is None else number)
        except KeyError:
            return False
        return True

    def lock(descriptor: int, *, wait: bool) -> bool:
        """Lock a file or folder for as long as a process has it open; False where others have it and we don't wait."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True

    def open_folder(folder: Path) -> int:
        """A descriptor that stands for a folder in locks. Raises OSError."""
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY)

    def dress(descriptor: int, mode: int, status: os.stat_result | None) -> None:
        """Give an open file a mode and, for root, the owner of another one."""
        os.fchmod(descriptor, mode)
        if status is not None and is_root():
            os.fchown(descriptor, status.st_uid, status.st_gid)

    def sync_folder(folder: Path) -> None:
        """Have the names in a folder reach the disk."""
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def sync_disk(folder: Path) -> None:
        """Have all reach the disk that a folder lies on, at once: a thousand files one by one take seconds."""
        if not LINUX:
            os.sync()
            return
        import ctypes

        descriptor = os.open(folder, os.O_RDONLY)
        try:
            ctypes.CDLL(None).syncfs(descriptor)
        finally:
            os.close(descriptor)

    def peak_memory() -> int:
        """The most bytes of memory that the process has had."""
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

    def limit(name: str, most: int) -> None:
        """Keep the process from using more of something (`RLIMIT_CPU`) than this, or than it may."""
        number: int = getattr(resource, name)
        hard = resource.getrlimit(number)[1]
        wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(number, (wanted, wanted))

    def later(seconds: float, act: Callable[[], None]) -> None:
        """Act in the main thread after a while, by way of a signal."""
        signal.signal(signal.SIGALRM, lambda _number, _frame: act())
        signal.setitimer(signal.ITIMER_REAL, seconds)
