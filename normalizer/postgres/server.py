"""One private server: started without waiting, stopped with its starter however that ends."""

import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value, untold

from .account import Account, can_enter, can_write, give
from .cache import clear
from .confinement import prepare
from .installation import Installation
from .launching import environment, launch

PORT = 5432
_PATIENCE = 300.0  # seconds, for a busy machine
_PATIENCE_AT_END = 10.0
_READ = 1 << 16  # bytes
_LONGEST_FOLDER = 80  # bytes; a socket's whole path may have 103 on macOS, 107 on Linux

_SETTINGS = (
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "shared_buffers=16MB",
    "temp_file_limit=1GB",  # the data may lie in memory, where a query that runs away would take it all
    "max_connections=20",
    "max_locks_per_transaction=2048",
    "max_worker_processes=0",
    "dynamic_shared_memory_type=mmap",  # in the data, so that the confinement need not allow all of /dev/shm
    "autovacuum=off",
    "jit=off",
    "max_parallel_workers_per_gather=0",
    "bgwriter_lru_maxpages=0",
    "checkpoint_timeout=1d",
    "restart_after_crash=off",
    "logging_collector=off",
    "log_min_messages=log",  # none of a session's errors and warnings, but what ended a process
    "log_checkpoints=off",
)
_SETTINGS_18 = ("io_method=sync", "autovacuum_worker_slots=1")
# What the log says of the server's course, up to why it ended.
_PROGRESS = r"(?m)^.*\bLOG:  (?:(?!.*\b(?:FATAL|PANIC):  ).*\n?)*"


class Server(Value):
    """A server process listening on a socket in `folder`, for us and nobody else: it asks for a password, if it has
    one."""

    folder: Path
    data: Path
    log: Path
    watchdog: subprocess.Popen[bytes]
    alive: int
    password: str = untold()
    major: int
    port: int = PORT

    @classmethod
    def start(
        cls, installation: Installation, data: Path, lock: int, account: Account | None, *, password: str = ""
    ) -> Self:
        """Starts a server on a data folder; every process of it keeps the lock."""
        folder = _socket_folder(account)
        settings = (*_SETTINGS, *(_SETTINGS_18 if installation.major >= 18 else ()), *installation.settings)
        flags = [word for setting in settings for word in ("-c", setting)]
        words = [str(word) for word in (*installation.command, "-D", data, "-k", folder, "-p", PORT, *flags)]
        log = data.with_name(f"{data.name}.log")
        clear(log)
        clear(data / "postmaster.pid")
        alive, theirs = os.pipe()
        confinement = prepare(
            program=Path(words[0]), readable=installation.folders, writable=(data, folder), alone=account is not None
        )
        try:
            with open(log, "wb", opener=_private) as messages:
                watchdog = launch(
                    words,
                    folder=folder,
                    log=messages,
                    lock=lock,
                    alive=(alive, theirs),
                    account=account,
                    confinement=confinement,
                    surroundings=environment(installation.libraries, installation.portable),
                )
        except BaseException:
            os.close(alive)
            shutil.rmtree(folder, ignore_errors=True)
            raise
        finally:
            os.close(theirs)
            confinement.close()
        return cls(
            folder=folder,
            data=data,
            log=log,
            watchdog=watchdog,
            alive=alive,
            password=password,
            major=installation.major,
        )

    def wait_ready(self) -> None:
        """Returns once the server takes connections; raises ServerFailed with its last words if it does not."""
        deadline = time.monotonic() + _PATIENCE
        while self._status() != "ready":
            if self.has_ended(within=0.002) or time.monotonic() > deadline:
                words = re.sub(_PROGRESS, "", self.said()).strip().splitlines()[-5:]
                raise ServerFailed("the private Postgres server did not start: " + ("\n".join(words) or "no message"))

    def said(self) -> str:
        """The end of what the server has written into its log, where files may have written more (RAISE LOG)."""
        with self.log.open("rb") as log:
            log.seek(max(0, os.fstat(log.fileno()).st_size - _READ))
            return log.read().decode(errors="replace")

    def has_ended(self, *, within: float = 0) -> bool:
        """True if all of the server's processes are gone, or go within that many seconds."""
        return bool(select.select([self.alive], [], [], within)[0])

    def stop(self) -> bool:
        """Ends the server, waits for it and removes its socket folder; True if the data folder was left in order."""
        running = self.ask_to_stop()
        return self.wait_ended() and running

    def ask_to_stop(self) -> bool:
        """Has the server end. Whether it had not by itself."""
        running = not self.has_ended()
        pipe = self.watchdog.stdin
        assert pipe is not None
        with suppress(BrokenPipeError):
            pipe.write(b"stop\n")
            pipe.close()
        return running

    def wait_ended(self) -> bool:
        """Waits for a server that was asked to stop, and removes its socket folder. Whether it did as asked."""
        try:
            if self.watchdog.poll() is None:
                self.has_ended(within=_PATIENCE_AT_END)  # Popen.wait would sleep longer and longer between its looks
            self.watchdog.wait(timeout=_PATIENCE_AT_END)
        except subprocess.TimeoutExpired:
            os.killpg(self.watchdog.pid, signal.SIGQUIT)
            self.watchdog.wait()
            return False
        else:
            if self.has_ended(within=1):
                return True
            self._kill()
            return False
        finally:
            os.close(self.alive)
            shutil.rmtree(self.folder, ignore_errors=True)

    def _kill(self) -> None:
        # Only if somebody killed the watchdog alone.
        with suppress(FileNotFoundError, ProcessLookupError, ValueError):
            os.kill(int((self.data / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)

    def _status(self) -> str:
        # The eighth line of postmaster.pid is the server's state since version 10.
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return ""
        return lines[7].strip() if len(lines) > 7 else ""


class ServerFailed(PgnormError):
    """A server that did not start."""


def _socket_folder(account: Account | None) -> Path:
    base = tempfile.gettempdir()
    suits = can_enter(account, Path(base)) and can_write(account, Path(base))  # the watchdog removes what we make
    if len(os.fsencode(base)) > _LONGEST_FOLDER or not suits:
        base = "/tmp"
    try:
        folder = Path(tempfile.mkdtemp(prefix="pgnorm-", dir=base))
    except OSError as error:
        raise PgnormError(
            f"no folder for the server's socket can be made in {base}: {error.strerror}", hint="set TMPDIR"
        ) from error
    give(account, folder)
    return folder


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
