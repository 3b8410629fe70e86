"""The npm package: what it runs, and that it passes on words, streams, exit codes and signals."""

import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pgnorm.cli import VERSION

NPM = Path(__file__).parents[1] / "npm"
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="there is no node on the PATH")
RUNNER = """#!/bin/sh
[ "$1" != --version ] || exit 0
echo "$0 $*" > "{log}"
while [ "$1" != pgnorm ]; do shift; done
shift
exec {python} -m pgnorm "$@"
"""


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine that has Node and Python, and no runner of Python's programs."""
    programs = tmp_path / "bin"
    programs.mkdir()
    assert NODE is not None
    (programs / "node").symlink_to(NODE)
    (programs / "python3").symlink_to(sys.executable)
    return {"PATH": f"{programs}:/usr/bin:/bin", "HOME": str(tmp_path), "PGNORM_NPM_DIR": str(tmp_path / "cache")}


def runner(surroundings: dict[str, str], name: str) -> Path:
    """Have a runner of this name, which runs pgnorm as it is here; the file with the words that it was given."""
    home = Path(surroundings["HOME"])
    (home / "bin" / name).write_text(RUNNER.format(log=home / "log", python=sys.executable))
    (home / "bin" / name).chmod(0o755)
    return home / "log"


def wheel(folder: Path) -> Path:
    """A wheel of the name pgnorm that tells its words and ends with 7."""
    path = folder / "pgnorm-9.9-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("pgnorm/__main__.py", "import sys\nprint(sys.argv[1:])\nsys.exit(7)\n")
        archive.writestr("pgnorm-9.9.dist-info/METADATA", "Metadata-Version: 2.1\nName: pgnorm\nVersion: 9.9\n")
        archive.writestr("pgnorm-9.9.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("pgnorm-9.9.dist-info/RECORD", "")
    return path


def run(surroundings: dict[str, str], *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
    command = [str(Path(surroundings["HOME"], "bin", "node")), str(NPM / "pgnorm.js"), *words]
    return subprocess.run(
        command, env=surroundings, input=said, capture_output=True, text=True, cwd=surroundings["HOME"]
    )


def test_the_versions_are_the_same() -> None:
    assert json.loads((NPM / "package.json").read_text())["version"] == VERSION


@pytest.mark.parametrize(
    ("name", "words"), [("uvx", "--quiet --from pgnorm=={}"), ("pipx", "run --quiet --spec pgnorm=={}")]
)
def test_a_runner_is_taken(surroundings: dict[str, str], name: str, words: str) -> None:
    log = runner(surroundings, name)
    done = run(surroundings, "--version")
    assert (done.returncode, done.stdout) == (0, f"pgnorm {VERSION}\n")
    assert log.read_text().strip().endswith(f"/{name} {words.format(VERSION)} pgnorm --version")


def test_words_streams_and_exit_codes_pass(surroundings: dict[str, str]) -> None:
    runner(surroundings, "uvx")
    done = run(surroundings, "dump", "--from", "a file.sql")
    assert (done.returncode, done.stdout) == (2, "")
    assert "`a file.sql`" in done.stderr
    done = run(surroundings, "fix-functions", "-", said="select 1;\n")
    assert (done.returncode, done.stdout) == (0, "select 1;\n")


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_signals_pass(surroundings: dict[str, str], sent: signal.Signals, code: int) -> None:
    runner(surroundings, "uvx")
    command = [str(Path(surroundings["HOME"], "bin", "node")), str(NPM / "pgnorm.js"), "fix-functions", "-"]
    with subprocess.Popen(
        command, env=surroundings, stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=surroundings["HOME"]
    ) as process:
        assert process.stdin is not None
        # It listens by when it has taken more than a pipe holds, and then waits for more.
        process.stdin.write(b"-" * 1_000_000)
        process.stdin.flush()
        process.send_signal(sent)
        assert process.wait(timeout=60) == code


def test_an_environment_is_made_once(surroundings: dict[str, str], tmp_path: Path) -> None:
    surroundings |= {"PGNORM_SPEC": str(wheel(tmp_path)), "PGNORM_NPM_RUNNER": "venv"}
    first = run(surroundings, "a b", "--c")
    assert (first.returncode, first.stdout) == (7, "['a b', '--c']\n"), first.stderr
    assert first.stderr.startswith("Installing ")
    second = run(surroundings, "d")
    assert (second.returncode, second.stdout, second.stderr) == (7, "['d']\n", "")
    assert len(os.listdir(tmp_path / "cache")) == 1


def test_files_of_the_working_directory_are_not_run(surroundings: dict[str, str], tmp_path: Path) -> None:
    for name in ("venv", "pip", "pgnorm", "ensurepip"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    surroundings |= {"PGNORM_SPEC": f"./{wheel(tmp_path).name}", "PGNORM_NPM_RUNNER": "venv"}
    done = run(surroundings, "a")
    assert (done.returncode, done.stdout) == (7, "['a']\n"), done.stderr
    assert not (tmp_path / "ran").exists()
    (made,) = (tmp_path / "cache").iterdir()
    # Nor is a folder's name for itself that of an environment.
    done = run(surroundings | {"PGNORM_SPEC": "."}, "a")
    assert f"{tmp_path} could not be installed" in done.stderr
    assert list((tmp_path / "cache").iterdir()) == [made]
    (made / "bin" / "python").unlink()
    assert f"hint: Remove {made} and run it again." in run(surroundings, "a").stderr
    log = runner(surroundings, "pipx")
    assert run(surroundings | {"PGNORM_NPM_RUNNER": "pipx"}, "--version").returncode == 0
    assert f" --spec {tmp_path}/pgnorm-9.9-py3-none-any.whl " in log.read_text()


def test_what_can_not_be_installed_leaves_nothing(surroundings: dict[str, str], tmp_path: Path) -> None:
    surroundings |= {"PGNORM_SPEC": str(tmp_path / "gone.whl"), "PGNORM_NPM_RUNNER": "venv"}
    done = run(surroundings, "diff")
    assert done.returncode == 2
    assert "could not be installed" in done.stderr
    assert os.listdir(tmp_path / "cache") == []


def test_without_python_it_says_what_to_install(surroundings: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "bin" / "python3").unlink()
    done = run(surroundings | {"PATH": str(tmp_path / "bin")}, "diff")
    assert done.returncode == 2
    assert "pgnorm needs uv, pipx, or Python 3.11" in done.stderr
    assert "hint: Install uv" in done.stderr


def test_the_package_holds_what_it_needs() -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm on the PATH")
    done = subprocess.run([npm, "pack", "--dry-run", "--json", NPM], capture_output=True, text=True, check=True)
    (packed,) = json.loads(done.stdout)
    assert sorted(each["path"] for each in packed["files"]) == ["README.md", "package.json", "pgnorm.js"]
