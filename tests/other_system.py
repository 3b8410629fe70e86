"""Makes this process one of another system, as far as Python tells: what that lacks is gone, and pgnorm not loaded yet.

Run as `python other_system.py win32 COMMAND…`, it runs COMMAND of pgnorm there, or else imports all of pgnorm.
"""

import asyncio
import importlib
import os
import pkgutil
import signal
import sys
import types

USED = ("asyncio", "shutil", "subprocess", "tarfile")
PIPES = "_make_read_pipe_transport"
LACKING = {
    "win32": (
        ("fcntl", "pwd", "grp", "resource"),
        (
            *("chown", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid", "getgid", "getuid", "initgroups"),
            *("killpg", "lchown", "mkfifo", "setegid", "seteuid", "setgid", "setsid", "setuid", "statvfs", "sync"),
            *("sysconf", "uname", "O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK"),
        ),
        ("SIGALRM", "SIGHUP", "SIGKILL", "SIGQUIT", "SIGPIPE", "setitimer"),
    ),
    "darwin": ((), ("memfd_create", "pidfd_open", "sched_getaffinity"), ()),
}


def become(name: str) -> None:
    """Take away what the system lacks, and give what it has."""
    modules, functions, signals = LACKING[name]
    # What others than pgnorm make of the system they found out already.
    for each in (*("attrs", "click", "platformdirs", "psycopg", "psycopg.errors", "pygls.lsp.server"), *USED):
        importlib.import_module(each)
    if name == "win32":
        import fcntl

        def locking(descriptor: int, mode: int, _count: int) -> None:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (fcntl.LOCK_NB if mode == 2 else 0))

        msvcrt = types.ModuleType("msvcrt")
        msvcrt.__dict__.update(locking=locking, LK_LOCK=1, LK_NBLCK=2)
        sys.modules["msvcrt"] = msvcrt
        # A loop there does not wait for a pipe that another process has made.
        delattr(asyncio.SelectorEventLoop, PIPES)
        signal.__dict__["SIGBREAK"] = signal.SIGUSR1
    for module in modules:
        sys.modules[module] = None  # type: ignore[assignment]  # as Python has it for what can't be imported
    for owner, names in ((os, functions), (signal, signals)):
        for each in names:
            owner.__dict__.pop(each, None)
    sys.platform = name


def import_all() -> None:
    """Import every module of pgnorm."""
    import pgnorm

    for root in ("catalog", "normalizer", "cli"):
        package = importlib.import_module(f"pgnorm.{root}")
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                importlib.import_module(found.name)
    print(len([name for name in sys.modules if name.startswith(pgnorm.__name__)]))


if __name__ == "__main__":
    become(sys.argv[1])
    if sys.argv[2:]:
        from pgnorm.cli.main import main

        main(sys.argv[2:])
    else:
        import_all()
