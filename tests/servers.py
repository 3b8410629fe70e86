"""A server of the tests' own, which may be killed and started again on the data that it leaves."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psycopg
from attrs import define
from waiting import until

from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.postgres.account import Account, give, server_account
from pgnorm.normalizer.postgres.binaries import find
from pgnorm.normalizer.postgres.cache import copy_tree
from pgnorm.normalizer.postgres.connections import ADMINISTRATOR
from pgnorm.normalizer.postgres.installation import Installation
from pgnorm.normalizer.postgres.launching import environment
from pgnorm.normalizer.postgres.private import open_private

# What is committed outlives the processes of the server, not the machine.
_SETTINGS: Final = ("listen_addresses=", "fsync=off", "max_wal_senders=0", "log_min_messages=panic")


@define(eq=False)
class Mortal:
    """A server on plain Postgres that lets in anybody as its superuser `postgres`."""

    folder: Path
    installation: Installation
    account: Account | None
    process: subprocess.Popen[bytes] | None = None

    def address(self, database: str = "postgres", user: str = "postgres") -> str:
        """The words of libpq for a database."""
        return f"host={self.folder} port=5432 dbname={database} user={user}"

    def start(self) -> None:
        """Start it, recovering what it was killed in the middle of."""
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        settings = (word for setting in (*_SETTINGS, *self.installation.settings) for word in ("-c", setting))
        self.process = subprocess.Popen(
            [self.installation.bindir / "postgres", "-D", self.folder / "data", "-k", self.folder, *settings],
            env=environment(self.installation.libraries),
            cwd="/",
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self.account.uid if self.account else None,
            group=self.account.gid if self.account else None,
            extra_groups=[] if self.account else None,
        )
        assert until(self._answers)

    def kill(self) -> None:
        """Kill it with all its processes."""
        if self.process is not None:
            # Each of its processes leads a session and group of its own.
            family = [self.process.pid, *self._children()]
            for each in family:
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def _children(self) -> list[int]:
        assert self.process is not None
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(each) for each in found.split()]

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None
        try:
            with psycopg.connect(self.address(user=ADMINISTRATOR), autocommit=True) as connection:
                connection.execute("alter role postgres superuser login")
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def mortal() -> Iterator[Mortal]:
    """A server of the local major, or the bundled one, that ends with the context."""
    binaries = find(None)
    with open_private(binaries, PLAIN) as host, tempfile.TemporaryDirectory(prefix="pgn-", dir="/tmp") as name:
        host.start()
        assert host.running is not None
        folder, account = Path(name), server_account(binaries.initdb)
        copy_tree(host.running.seed.data, folder / "data", account)
        for path in (folder, folder / "data"):
            give(account, path)
        (folder / "data").chmod(0o700)
        (folder / "data" / "pg_hba.conf").write_text("local all all trust\n")
        server = Mortal(folder=folder, installation=host.running.installation, account=account)
        try:
            server.start()
            yield server
        finally:
            server.kill()
