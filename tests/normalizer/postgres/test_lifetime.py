"""Servers end with the run that started them, and runs don't get into each other's way."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from waiting import PATIENCE, until

from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.postgres import cluster
from pgnorm.normalizer.postgres.account import Account
from pgnorm.normalizer.postgres.binaries import find
from pgnorm.normalizer.postgres.cache import Lock
from pgnorm.normalizer.postgres.installation import Installation
from pgnorm.normalizer.postgres.private import PrivateHost, open_private
from pgnorm.normalizer.postgres.server import Server
from pgnorm.normalizer.postgres.shadow import open_shadow
from pgnorm.normalizer.postgres.sweep import sweep

_HOLD = """
import signal
for number in (signal.SIGHUP, signal.SIGTERM):
    signal.signal(number, signal.SIG_DFL)  # whoever runs the tests may ignore them (nohup)
signal.signal(signal.SIGINT, signal.default_int_handler)
from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.postgres.installation import Installation
from pgnorm.normalizer.postgres.private import open_private
from pgnorm.normalizer.postgres.binaries import find

with open_private(find({major}), PLAIN) as host, host.connect("postgres") as connection:
    connection.execute("begin; create table half (id int)")
    print(host.server.folder, (host.server.data / "postmaster.pid").read_text().split()[0], flush=True)
    {then}
"""
_SLEEP = "import time; time.sleep(3600)"
_BUSY = """connection.execute("do 'begin loop end loop; end'")"""


@contextmanager
def holder(then: str = _SLEEP, major: int | None = None) -> Iterator[tuple[subprocess.Popen[str], Path, int]]:
    """A process in a group of its own that holds a shadow, its socket folder and its server's process id."""
    code = _HOLD.format(major=major, then=then)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, process_group=0) as process:
        try:
            assert process.stdout is not None
            folder, server = process.stdout.readline().split()
            yield process, Path(folder), int(server)
        finally:
            process.kill()


def ends(pid: int, folder: Path) -> bool:
    """Whether the server and its socket folder are gone in the end."""
    return until(lambda: not Path(f"/proc/{pid}").exists() and not folder.exists())


needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at /proc")


@needs_proc
@pytest.mark.parametrize("then", [_SLEEP, _BUSY], ids=["idle", "busy"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_a_killed_run_leaves_no_server(how: signal.Signals, then: str) -> None:
    with holder(then) as (process, folder, server):
        os.killpg(process.pid, how)
        process.wait(timeout=PATIENCE)
        assert ends(server, folder)
    with open_shadow(major=None, platform=PLAIN) as shadow, shadow.session() as session:
        assert session.connection.execute("select to_regclass('public.half')").fetchone() == (None,)


@needs_proc
def test_ctrl_c_ends_the_run_in_good_order() -> None:
    with holder() as (process, folder, server):
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=PATIENCE)
        assert ends(server, folder)


def test_runs_at_the_same_time_have_a_server_each() -> None:
    with holder() as (_, one, _), holder() as (_, other, _), open_private(find(None), PLAIN) as third:
        assert len({one, other, third.server.folder}) == 3


def test_a_slot_stays_locked_until_its_server_is_gone() -> None:
    with open_private(find(None), PLAIN) as host:
        lock = host.server.data.with_name(f"{host.server.data.name}.lock")
        assert Lock.take(lock, wait=False) is None
    again = Lock.take(lock, wait=False)
    assert again is not None
    again.release()


@pytest.mark.parametrize("damage", ["global/pg_control", "base", "PG_VERSION"])
def test_a_damaged_slot_is_made_anew(cache: Path, damage: str) -> None:
    with open_private(find(None), PLAIN) as host:
        data = host.server.data
    _damage(data / damage)
    _works(data)


def test_a_damaged_seed_is_made_anew(cache: Path) -> None:
    with open_private(find(None), PLAIN) as host:
        data = host.server.data
    (seed,) = (path for path in cache.glob("seed-*") if path.is_dir())
    _damage(seed / "data/global/pg_control")
    _damage(data / "global/pg_control")
    _works(data)


def test_a_slot_that_grew_is_made_anew(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_MOST_GROWTH", 1024 * 1024)
    with open_private(find(None), PLAIN) as host:
        data = host.server.data
        _grow(host)
    grown = _size(data)
    _works(data)
    assert _size(data) < grown - 1024 * 1024


def test_the_cache_serves_again(cache: Path) -> None:
    with open_shadow(major=None, platform=PLAIN):
        before = {path: path.stat().st_ino for path in cache.iterdir()}
    with open_shadow(major=None, platform=PLAIN):
        assert {path: path.stat().st_ino for path in cache.iterdir()} == before


def _damage(path: Path) -> None:
    path.rename(path.with_name("damaged"))


def _works(data: Path) -> None:
    with open_private(find(None), PLAIN) as host, host.connect("postgres") as connection:
        assert host.server.data == data
        assert connection.execute("select 1").fetchone() == (1,)


def _grow(host: PrivateHost) -> None:
    with host.connect("postgres") as connection:
        connection.execute("begin")
        connection.execute(
            "do $$ begin for i in 1..300 loop"
            " execute (select format('create table t%s (%s)', i, string_agg(format('c%s int', c), ','))"
            "            from generate_series(1, 60) c); end loop; end $$"
        )
        connection.execute("rollback")


def _size(data: Path) -> int:
    return sum(path.stat().st_size for path in data.glob("base/*/*"))


def test_what_no_run_uses_is_swept_away(cache: Path) -> None:
    with open_private(find(None), PLAIN) as host:
        held, slots = host.server.data, host.server.data.parent
        (seed,) = (path for path in cache.glob("seed-*") if path.is_dir())
        for number, age in (("1", 0), ("2", 48 * 3600)):
            (slots / number).mkdir()
            _age(slots / f"{number}.lock", age)
        _age(held.with_name(f"{held.name}.lock"), 48 * 3600)
        (cache / "seed-old").mkdir()
        _age(cache / "seed-old.lock", 30 * 24 * 3600)
        sweep(cache, slots.parent)
        assert (seed.exists(), held.exists(), (slots / "1").exists()) == (True, True, True)
        assert not (slots / "2").exists()
        assert not (cache / "seed-old").exists()


def test_of_many_slots_those_used_last_stay(tmp_path: Path) -> None:
    slots = [tmp_path / "slots" / f"seed{number}" / "0" for number in range(40)]
    for age, slot in enumerate(slots):
        (tmp_path / f"seed-{slot.parent.name}").mkdir()
        slot.mkdir(parents=True)
        _age(slot.with_name("0.lock"), age)
    held = Lock.take(slots[-1].with_name("0.lock"), wait=False)
    sweep(tmp_path, tmp_path / "slots")
    left = [slot for slot in slots if slot.exists()]
    assert 5 < len(left) < 20
    assert left == [*slots[: len(left) - 1], slots[-1]]
    assert held is not None
    held.release()


def _age(path: Path, seconds: float) -> None:
    path.touch()
    os.utime(path, (time.time() - seconds,) * 2)


@pytest.mark.parametrize("needed", [False, True])
def test_a_launched_server_ends_with_the_run_in_good_order(monkeypatch: pytest.MonkeyPatch, needed: bool) -> None:
    launched: list[Server] = []
    start = Server.start

    def noted(installation: Installation, data: Path, lock: int, account: Account | None, *, password: str) -> Server:
        launched.append(start(installation, data, lock, account, password=password))
        return launched[-1]

    monkeypatch.setattr(Server, "start", noted)
    with open_private(find(None), PLAIN) as host:
        host.launch()
        host.launch()
        assert [server.folder.exists() for server in launched] == [True]
        if needed:
            with host.connect("postgres") as connection:
                assert connection.execute("select 1").fetchone() == (1,)
    (server,) = launched
    assert not server.folder.exists()
    assert not (server.data / "postmaster.pid").exists()
