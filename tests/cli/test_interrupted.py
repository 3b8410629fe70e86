"""Runs that are interrupted or killed at any moment: files whole, old or new, and no server left."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from waiting import PATIENCE, asleep, socket_of, until

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")

# Python itself can't be interrupted quietly before its first line runs.
_START = "import pgnorm.cli.__main__ as cli, sys; print('up', file=sys.stderr, flush=True); cli.start()"
_MOMENTS = (0.15, 0.5, 0.8)  # of a whole run
_FUNCTION = "create function {0}() returns int language plpgsql as $$ begin return 1; end $$;\n"


class Scene:
    """A project of which every run is told apart by the folder of its server's socket."""

    def __init__(self, project: Path, sockets: Path) -> None:
        self.project = project
        self.sockets = sockets
        self.schemas = project / "schemas"
        self.old = self.contents()
        started = time.monotonic()
        with self.started("fix-functions") as process:
            assert process.communicate()[1] == b""
        self.duration = time.monotonic() - started
        self.new = self.contents()
        self.reset()

    @contextmanager
    def started(self, command: str) -> Iterator[subprocess.Popen[bytes]]:
        """A run that has got past Python's own start, and is over with the context."""
        with subprocess.Popen(
            [sys.executable, "-c", _START, "-q", command],
            cwd=self.project,
            env={**os.environ, "TMPDIR": str(self.sockets)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            process_group=0,
        ) as process:
            try:
                assert process.stderr is not None
                assert process.stderr.readline() == b"up\n"
                yield process
            finally:
                process.kill()

    def contents(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in self.schemas.iterdir()}

    def reset(self) -> None:
        for path in self.schemas.iterdir():
            path.unlink()
        for name, text in self.old.items():
            (self.schemas / name).write_text(text)

    def locks(self) -> list[Path]:
        """The lock files beside the sockets of servers."""
        return list(self.sockets.glob("*/.s.PGSQL.*.lock"))

    def server_ends(self) -> bool:
        """Whether in the end no process is left that knows of the socket folder."""
        return until(lambda: not any(_knows(process, self.sockets) for process in Path("/proc").glob("[0-9]*")))


def _knows(process: Path, folder: Path) -> bool:
    try:
        return os.fsencode(folder) in (process / "cmdline").read_bytes()
    except OSError:
        return False


@pytest.fixture(scope="module")
def one_scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A project of three files of functions."""
    project = tmp_path_factory.mktemp("project")
    (project / "pgnorm.toml").touch()
    (project / "schemas").mkdir()
    (project / "migrations").mkdir()
    for file in ("a", "b", "c"):
        text = "".join(_FUNCTION.format(f"{file}{number}") for number in range(40))
        (project / "schemas" / f"{file}.sql").write_text(text)
    sockets = Path(tempfile.mkdtemp(prefix="pgn-", dir="/tmp"))
    sockets.chmod(0o1777)
    try:
        yield Scene(project, sockets)
    finally:
        shutil.rmtree(sockets, ignore_errors=True)


@pytest.fixture
def scene(one_scene: Scene) -> Iterator[Scene]:
    """The project as it was at first."""
    yield one_scene
    one_scene.reset()


def _end(process: subprocess.Popen[bytes], how: signal.Signals, after: float) -> bytes:
    time.sleep(after)
    os.killpg(process.pid, how)
    return process.communicate(timeout=PATIENCE)[1]


@pytest.mark.parametrize("command", ["dump", "diff", "fix-functions"])
def test_ctrl_c_at_any_moment(scene: Scene, command: str) -> None:
    for moment in _MOMENTS:
        with scene.started(command) as process:
            said = _end(process, signal.SIGINT, moment * scene.duration)
        assert scene.server_ends()
        # The run may be over by then, or so near to its beginning or end that the signal itself ends it.
        assert (process.returncode, said.strip()) in [
            (130, b"Interrupted."),
            (130, b""),
            (0, b""),
            (-signal.SIGINT, b""),
        ]
        assert scene.contents() in (scene.old, scene.new)
        scene.reset()


@pytest.mark.parametrize(
    ("command", "how"),
    [("dump", signal.SIGKILL), ("fix-functions", signal.SIGKILL), ("fix-functions", signal.SIGTERM)],
)
def test_a_kill_at_any_moment(scene: Scene, command: str, how: signal.Signals) -> None:
    for moment in _MOMENTS:
        with scene.started(command) as process:
            assert _end(process, how, moment * scene.duration).strip() in (b"", b"Interrupted.")
        assert scene.server_ends()
        assert process.returncode in (-how, 128 + how, 0)
        found = {name: text for name, text in scene.contents().items() if not name.endswith(".pgnorm")}
        assert found.keys() == scene.old.keys()
        assert all(text in (scene.old[name], scene.new[name]) for name, text in found.items())
        scene.reset()
    assert subprocess.run([*_again(), "fix-functions", "--check"], cwd=scene.project).returncode == 1


def _again() -> list[str]:
    return [sys.executable, "-m", "pgnorm.cli", "-q"]


def test_a_server_that_is_killed_is_told(scene: Scene) -> None:
    (scene.schemas / "z.sql").write_text(f"select pg_sleep({PATIENCE});\n")
    with scene.started("dump") as process:
        assert until(lambda: any(asleep(socket_of(lock)) for lock in scene.locks()))
        (lock,) = scene.locks()
        os.kill(int(lock.read_text().split()[0]), signal.SIGQUIT)
        said = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == 2
    assert b"z.sql:1:1: the private Postgres server ended unexpectedly\n" in said
    assert b"hint: The statement may have ended it" in said
    assert scene.server_ends()
