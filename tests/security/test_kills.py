"""Runs killed at every point of their writing: several files are all new or all old, at once or after the next run.

A sample of the points; all of them with PGNORM_TEST_WHOLE=1."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

WHOLE: Final = bool(os.environ.get("PGNORM_TEST_WHOLE"))
_KILLER: Final = str(Path(__file__).with_name("killer.py"))
_SIGNALS: Final = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_FUNCTION: Final = "create function {0}() returns int language plpgsql as $$ begin return 1; end $$;\n"
_ENUM: Final = "create type mood as enum ('calm'{0});\n"
_USE: Final = "create table days (felt mood default '{0}'::mood);\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a project with files in two folders and a migration behind them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pgnorm.toml").touch()
    (tmp_path / "schemas" / "more").mkdir(parents=True)
    (tmp_path / "migrations").mkdir()
    (tmp_path / "schemas" / "a.sql").write_text(_FUNCTION.format("a"))
    (tmp_path / "schemas" / "b.sql").write_text(_FUNCTION.format("b"))
    (tmp_path / "schemas" / "more" / "c.sql").write_text(_FUNCTION.format("c"))
    (tmp_path / "schemas" / "days.sql").write_text(_ENUM.format(", 'glad'") + _USE.format("glad"))
    (tmp_path / "migrations" / "20240101000000_old.sql").write_text(
        "".join(map(_FUNCTION.format, "abc")) + _ENUM.format("") + _USE.format("calm")
    )
    return tmp_path


_CASES: Final = {
    "fix-functions": ("pgnorm.normalizer.files.edits:write_all", "schemas", "fix-functions", 4),
    "diff -f": ("pgnorm.cli.diff:write_migrations", "migrations", "diff -f next", 3),
    "split anew": ("pgnorm.normalizer.files.folders:made", "out/new", "dump --split out/new", 2),
    "split over": ("pgnorm.normalizer.files.folders:made", "out/old", "dump --overwrite --split out/old", 3),
    "dump -o": ("pgnorm.normalizer.files.writing:write_atomically", "out", "dump -o out/all.sql", 4),
}


def _killed(case: str, step: int) -> list[dict[str, object]]:
    seam, folder, words, _ = _CASES[case]
    signals = ",".join(str(int(one)) for one in _SIGNALS)
    command = [sys.executable, _KILLER, seam, folder, signals, str(step), "-q", *words.split()]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("case", _CASES)
def test_a_run_that_is_killed_while_it_writes(project: Path, case: str) -> None:
    _prepare(project)
    folder = _CASES[case][1]
    before = _contents(project / folder)
    found = _killed(case, 1 if WHOLE else 5)
    new = next(one["repaired"] for one in found if one["repaired"] != before)
    assert isinstance(new, dict)
    assert len(new) == _CASES[case][3]
    # The names of migrations are the time.
    seen = _texts if case == "diff -f" else dict
    for one in found:
        number, killed, repaired = one["signal"], one["killed"], one["repaired"]
        assert isinstance(number, int)
        assert isinstance(killed, dict)
        assert isinstance(repaired, dict)
        assert seen(repaired) in (seen(before), seen(new)), one
        if number == signal.SIGKILL:
            assert one["status"] == -signal.SIGKILL
        else:
            assert one["status"] == 128 + number, one
            assert killed == repaired, one
            assert (one["told"], str(one["said"]).strip()) == ([], "Interrupted."), one
    assert {one["signal"] for one in found} == set(_SIGNALS)
    print(case, Counter(str(one["signal"]) for one in found))


def _prepare(project: Path) -> None:
    (project / "out" / "old").mkdir(parents=True)
    (project / "out" / "old" / "01_tables.sql").write_text("-- old\n")
    (project / "out" / "old" / "02_functions.sql").write_text("-- old\n")
    (project / "out" / "old" / "other.sql").write_text("-- other\n")
    (project / "out" / "all.sql").write_text("-- old\n")


def _contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def _texts(found: dict[str, str]) -> object:
    return [found[name] for name in sorted(found)]


@pytest.mark.parametrize("case", ["fix-functions", "diff -f"])
def test_the_next_run_finishes_what_was_begun(project: Path, case: str) -> None:
    _killed(case, 0)
    folder = project / _CASES[case][1]
    assert list(folder.glob(".pgnorm.*.journal"))
    done = subprocess.run(
        [sys.executable, "-m", "pgnorm.cli", "diff", "--check"], capture_output=True, text=True, cwd=project
    )
    assert "had begun to write" in done.stderr
    assert done.returncode == (0 if case == "diff -f" else 1), done.stderr
    assert not [path for path in folder.rglob(".*") if path.is_file()]
    again = subprocess.run([sys.executable, "-m", "pgnorm.cli", "-q", "fix-functions", "--check"], cwd=project)
    assert again.returncode == (1 if case == "diff -f" else 0)
