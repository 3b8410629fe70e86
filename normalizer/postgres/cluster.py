"""Cached clusters: a seed for each platform, and copies of it (slots) of which a run takes a free one."""

import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from ..platforms import Platform
from .account import Account, give
from .cache import Lock, clear, copy_tree, folder_at, locked, mark_used, say
from .connections import connect_private
from .installation import Installation
from .launching import environment
from .manifest import Damaged, check, finish, is_finished
from .passwords import lock_up, password_of
from .server import Server
from .sweep import sweep

_INITDB = ("-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
_SMALL = ("--wal-segsize=1",)
# Rolled-back loads leave dead rows in these catalogs, and nothing vacuums them.
_GROWING = ("1247", "1249", "1255", "1259", "2604", "2606", "2608", "2618")
_MOST_GROWTH = 16 * 1024 * 1024  # bytes
_KEPT_SLOTS = 4

# The end of its input (we were killed) ends the whole group, which is initdb and the servers that it starts.
_WATCHED = """
exec 3<&0
(read -r word; kill -KILL 0) <&3 >/dev/null 2>&1 &
exec "$0" "$@" 3<&- </dev/null
"""


class Seed(Value):
    """A stopped cluster, never started again, whose databases postgres and template1 hold the platform."""

    path: Path
    slots: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def password(self) -> str:
        """The password that a server on the seed's data asks for."""
        return password_of(self.path)


class Slot(Value):
    """A copy of a seed that one run holds; `lock` passes to its server."""

    data: Path
    lock: Lock
    fresh: Path

    def is_fresh(self) -> bool:
        """True if the data were left in order, since the machine started: nothing makes them outlive its end."""
        try:
            return self.fresh.read_text() == _boot() and self.data.is_dir() and not self.data.is_symlink()
        except OSError:
            return False

    def begin(self) -> None:
        """Marks the data as changing: without `finish` the next run makes a new copy."""
        clear(self.fresh)

    def finish(self, *, in_order: bool) -> None:
        """Gives the slot back. If its data is in order it serves again, unless many others wait to."""
        if int(self.data.name) >= _KEPT_SLOTS and not (in_order and self._waiting() < _KEPT_SLOTS):
            shutil.rmtree(self.data, ignore_errors=True)
        elif in_order:
            self.fresh.write_text(_boot())
        self.lock.release()

    def _waiting(self) -> int:
        """Number of slots whose data can serve again and that nobody holds."""
        return len([*self.fresh.parent.glob("*.fresh")])


def seed(
    installation: Installation,
    platform: Platform,
    *,
    root: Path,
    slots: Path,
    account: Account | None,
    fill: Callable[[Server], None],
) -> Seed:
    """The cached cluster of a platform on these programs, made on first use; `fill` loads the platform into it."""
    key = hashlib.sha256()
    for module in ("cluster.py", "filled.py", "passwords.py"):
        key.update(Path(__file__).with_name(module).read_bytes())
    for text in (platform.name, *platform.sql, str(account)):
        key.update(hashlib.sha256(text.encode()).digest())
    name = f"{installation.identity}-{platform.name}-{key.hexdigest()[:12]}"
    made = Seed(path=root / f"seed-{name}", slots=slots / name, account=account)
    if not is_finished(made.path):
        with locked(root / f"seed-{name}.lock"):
            if not is_finished(made.path):
                if os.path.lexists(made.path):
                    say(f"{made.path} is no finished cluster")
                    clear(made.path)
                _make(installation, platform, made, fill)
    mark_used(root / f"seed-{name}.lock")
    folder_at(made.slots, 0o755)
    return made


def take_slot(made: Seed, *, anew: bool = False) -> Slot:
    """The first slot that no other run holds, copied from the seed if it is new, was not left in order, has grown
    (or `anew`). Raises Damaged where the seed can't be copied."""
    for number in count():
        lock = Lock.take(made.slots / f"{number}.lock", wait=False)
        if lock is None:
            continue
        os.utime(lock.fd)
        slot = Slot(data=made.slots / str(number), lock=lock, fresh=made.slots / f"{number}.fresh")
        try:
            if anew or not slot.is_fresh() or not 0 <= _size(slot.data) - _size(made.data) <= _MOST_GROWTH:
                slot.begin()
                check(made.path)
                sweep(made.path.parent, made.slots.parent)
                clear(slot.data)
                copy_tree(made.data, slot.data, made.account)
        except BaseException:
            clear(slot.data)
            lock.release()
            raise
        return slot
    raise AssertionError


def discard(made: Seed, damage: object) -> None:
    """Removes a seed that turned out damaged; the next to ask for it makes it again."""
    say(damage)
    with locked(made.path.with_name(f"{made.path.name}.lock")):
        clear(made.path)


def discard_if_damaged(made: Seed) -> bool:
    """Removes a seed whose bytes are not what they were. Whether it did."""
    try:
        check(made.path, thoroughly=True)
    except Damaged as error:
        discard(made, error)
        return True
    return False


def _make(installation: Installation, platform: Platform, made: Seed, fill: Callable[[Server], None]) -> None:
    home = Path(tempfile.mkdtemp(prefix=f"making-{made.path.name}-", dir=made.path.parent))
    try:
        home.chmod(0o755)
        data = home / "data"
        data.mkdir(mode=0o700)
        give(made.account, data)
        _initdb(installation, data, made.account)
        lock = Lock.take(home / "lock", wait=True)
        assert lock is not None
        server = Server.start(installation, data, lock.fd, made.account)
        try:
            server.wait_ready()
            fill(server)
            with connect_private(server, "template1") as connection:
                lock_up(connection, data, home)
        finally:
            server.stop()
            lock.release()
        (home / "lock").unlink(missing_ok=True)
        finish(home)
        home.rename(made.path)
    except BaseException:
        shutil.rmtree(home, ignore_errors=True)
        raise


def _initdb(installation: Installation, data: Path, account: Account | None) -> None:
    flags = [*_INITDB, *_SMALL, *(["--no-data-checksums"] if installation.major >= 18 else [])]
    ours, alive = os.pipe()
    try:
        started = subprocess.Popen(
            ["/bin/sh", "-c", _WATCHED, installation.bindir / "initdb", "-D", data, *flags],
            stdin=ours,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            env=environment(installation.libraries, installation.portable),
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        try:
            said = started.communicate()[1]
        finally:
            with suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)
            started.wait()
    finally:
        os.close(ours)
        os.close(alive)
    if started.returncode:
        words = "\n".join(said.strip().splitlines()[-5:])
        raise PgnormError(
            f"initdb of {installation.bindir} failed:\n{words}",
            hint="see that there is room in the cache folder, or name another in PGNORM_CACHE_DIR",
        )


def _size(data: Path) -> int:
    total = 0
    for database in data.glob("base/*"):
        for catalog in _GROWING:
            with suppress(FileNotFoundError):
                total += os.stat(f"{database}/{catalog}").st_size
    return total


@cache
def _boot() -> str:
    """An id of this start of the machine, empty where the system has none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text()
    except OSError:
        return ""
