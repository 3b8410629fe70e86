"""TERM and HUP end a run as Ctrl-C does, wherever it is; a second signal does not break its end."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from waiting import PATIENCE, until

from pgnorm.catalog.interrupts import Interrupt, exit_code, held, listen

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def _started(
    *words: str, environment: dict[str, str] | None = None, ignored: int | None = None
) -> Iterator[subprocess.Popen[str]]:
    def as_in_a_terminal() -> None:
        for number in _ENDING:
            signal.signal(number, signal.SIG_DFL)
        if ignored is not None:
            signal.signal(ignored, signal.SIG_IGN)

    with subprocess.Popen(
        [sys.executable, "-m", "pgnorm.cli", *words],
        env=os.environ | (environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=as_in_a_terminal,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _knowing(folder: Path) -> list[int]:
    """The processes whose command line names the folder, but for those that are dying."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.fsencode(folder) in (process / "cmdline").read_bytes() and not _is_dying(process):
                found.append(int(process.name))
        except OSError:
            continue
    return found


def _is_dying(process: Path) -> bool:
    """True if a process is on its way out of the kernel (PF_EXITING), or KILL waits for it there."""
    flags = int((process / "stat").read_text().rpartition(")")[2].split()[6])
    waiting = re.search(r"^ShdPnd:\s*(\w+)$", (process / "status").read_text(), re.MULTILINE)
    assert waiting is not None
    return bool(flags & 0x4 or int(waiting[1], 16) >> (signal.SIGKILL - 1) & 1)


@pytest.mark.parametrize("number", _ENDING)
def test_a_run_that_waits_for_its_server_ends_in_good_order(plain: Path, number: int) -> None:
    (plain / "schemas" / "02_slow.sql").write_text(f"select pg_sleep({PATIENCE});\n")
    with _started("dump") as process:
        assert process.stderr is not None
        while "shadow:" not in process.stderr.readline():
            pass
        process.send_signal(number)
        assert process.stderr.read().strip() == "Interrupted."
        assert process.wait(timeout=PATIENCE) == 128 + number


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_what_is_ignored_when_it_starts_stays_ignored(plain: Path, number: int) -> None:
    (plain / "schemas" / "02_slow.sql").write_text("select pg_sleep(0.5);\n")
    with _started("dump", ignored=number) as process:
        assert process.stderr is not None
        while "shadow:" not in process.stderr.readline():
            pass
        process.send_signal(number)
        out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "CREATE TABLE" in out


@pytest.mark.parametrize("number", [*_ENDING, signal.SIGKILL])
def test_initdb_ends_with_the_run(plain: Path, cache: Path, number: int) -> None:
    def initdb_runs() -> bool:
        return any(b"initdb" in Path(f"/proc/{one}/cmdline").read_bytes() for one in _knowing(cache))

    with _started("dump", environment={"PGNORM_CACHE_DIR": str(cache)}) as process:
        assert until(initdb_runs)
        process.send_signal(number)
        process.communicate(timeout=PATIENCE)
        assert process.returncode == (-number if number == signal.SIGKILL else 128 + number)
        assert _knowing(cache) == [] or (number == signal.SIGKILL and until(lambda: _knowing(cache) == []))
        # It copies the last database when all else is done.
        assert not [*cache.rglob("data/base/5")]


@pytest.fixture
def listening() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in _ENDING}
    hook = sys.unraisablehook
    for number in _ENDING:
        signal.signal(number, signal.SIG_DFL)
    listen()
    yield
    sys.unraisablehook = hook
    for number, old in before.items():
        signal.signal(number, old)


@pytest.mark.usefixtures("listening")
def test_the_first_signal_acts_and_those_after_it_don_t() -> None:
    with pytest.raises(Interrupt) as first:
        signal.raise_signal(signal.SIGTERM)
    assert exit_code(first.value) == 143
    for number in _ENDING:
        signal.raise_signal(number)


@pytest.mark.usefixtures("listening")
def test_a_signal_waits_where_it_is_held() -> None:
    done = []
    with pytest.raises(Interrupt) as raised, held() as signals:
        signal.raise_signal(signal.SIGHUP)
        done.append("all")
        with pytest.raises(Interrupt):
            signals.check()
    assert (done, exit_code(raised.value)) == (["all"], 129)


@pytest.mark.usefixtures("listening")
def test_a_signal_in_a_finalizer_is_not_lost() -> None:
    class Closing:
        def __init__(self, then: Callable[[], None]) -> None:
            self.then = then

        def __del__(self) -> None:
            self.then()

    with pytest.raises(Interrupt):
        Closing(lambda: signal.raise_signal(signal.SIGTERM))
        until(lambda: False)
