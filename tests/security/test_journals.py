"""What a killed run leaves is finished only where it is its own and nobody has changed anything since."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Run

from pgnorm.normalizer.files.folders import alone_in
from pgnorm.normalizer.files.journals import Journal
from pgnorm.normalizer.files.repair import repair
from pgnorm.normalizer.files.staging import Writing, stage

_STAGED = ".a.sql.abcdefgh.pgnorm"
_JOURNAL = ".pgnorm.0123456789abcdef.journal"


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """A folder as a run leaves it that is killed before it replaces the second of two files."""
    journal = _begun(tmp_path)
    os.replace(journal.entries[0].staged, journal.entries[0].target)
    return tmp_path


def _begun(folder: Path) -> Journal:
    staged = []
    for name in ("a.sql", "b.sql"):
        (folder / name).write_bytes(b"old")
        staged.append(stage(Writing(path=folder / name, content=b"new", label=name), b"old"))
    journal = Journal.of(staged)
    journal.write(folder)
    return journal


def _contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


def test_what_was_begun_is_finished(left: Path) -> None:
    (said,) = repair([left])
    assert said.startswith("a run that was killed had begun to write ")
    assert _contents(left) == {"a.sql": "new", "b.sql": "new"}
    assert list(repair([left])) == []


def test_a_file_that_somebody_has_changed_since_stays(left: Path) -> None:
    (left / "b.sql").write_text("somebody's")
    (said,) = repair([left])
    assert "has not written" in said
    assert "b.sql was changed since" in said
    assert _contents(left) == {"a.sql": "new", "b.sql": "somebody's"}


def test_a_staged_file_that_is_not_whole_is_not_taken(left: Path) -> None:
    (staged,) = left.glob(".b.sql.*")
    os.truncate(staged, 1)  # which changes its time too
    assert "is no journal of a run of yours" in next(repair([left]))
    assert _contents(left)["b.sql"] == "old"


def test_nothing_is_done_while_somebody_writes_there(left: Path) -> None:
    imports = "from pathlib import Path; from pgnorm.normalizer.files.repair import repair"
    code = f"{imports}; print(*repair([Path('.')]))"
    with alone_in([left]):
        process = subprocess.Popen([sys.executable, "-c", code], cwd=left, stdout=subprocess.PIPE, text=True)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=1)
        assert _contents(left)["b.sql"] == "old"
    assert "that is finished now" in process.communicate()[0]


def test_a_journal_that_was_copied_elsewhere_is_told_and_left(
    left: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    copy = tmp_path_factory.mktemp("copy")
    for path in left.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    before = _contents(copy)
    assert "is no journal of a run of yours in this folder" in next(repair([copy]))
    assert _contents(copy) == before


def _entry(**changed: object) -> dict[str, object]:
    entry: dict[str, object] = {
        "folder": ".",
        "file": "a.sql",
        "staged": _STAGED,
        "before": None,
        "after": "0" * 64,
        "inode": 1,
        "changed": 1,
    }
    return {**entry, **changed}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        "[1]",
        "[[]]",
        "[" * 100000,
        '{"a": 1}',
        "\x00",
        json.dumps([_entry(file="../a.sql")]),
        json.dumps([_entry(staged="/etc/passwd")]),
        json.dumps([_entry(file="..")]),
        json.dumps([_entry(file="a\0b")]),
        json.dumps([_entry(folder="a\0b")]),
        json.dumps([_entry(inode="1")]),
        json.dumps([_entry(after=None)]),
        json.dumps([_entry(folder="/"), _entry(folder="/dev", file="zero", staged="null")]),
        json.dumps([_entry(), _entry(folder="/proc", file="kmsg")]),
        json.dumps([_entry(file="x" * 300)]),
    ],
)
def test_a_journal_from_a_stranger_does_nothing(plain: Path, run: Run, content: str) -> None:
    (plain / "schemas" / "a.sql").write_text("select 1;\n")
    (plain / "schemas" / _STAGED).write_text("create table planted (id int);\n")
    (plain / "schemas" / _JOURNAL).write_text(content)
    code, out, err = run("dump")
    assert code == 0, err
    assert "planted" not in out
    assert (plain / "schemas" / "a.sql").read_text() == "select 1;\n"
    assert "a fault in pgnorm" not in err


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: os.symlink("/etc/passwd", path)])
def test_a_journal_that_is_no_file_is_told(plain: Path, run: Run, make: "object") -> None:
    assert callable(make)
    make(plain / "schemas" / _JOURNAL)
    code, _, err = run("dump")
    assert code == 0
    assert _JOURNAL in err


def test_a_link_in_the_place_of_a_file_is_not_followed(left: Path) -> None:
    (left / "b.sql").rename(left / "elsewhere.txt")
    (left / "b.sql").symlink_to("elsewhere.txt")
    assert "was changed since" in next(repair([left]))
    assert (left / "elsewhere.txt").read_text() == "old"


def test_what_was_staged_and_never_named_is_taken_away(same: Path, run: Run) -> None:
    for folder, name in (("schemas", _STAGED), ("migrations", ".20240102000000_next.sql.abcdefgh.pgnorm")):
        (same / folder / name).write_text("half")
    code, _, err = run("diff --check")
    assert code == 0
    assert err.count("removed what a run that was killed had not finished") == 2
    assert not list(same.rglob("*.pgnorm"))
    assert "removed" not in run("diff --check")[2]


def test_files_that_are_somebody_s_stay(same: Path, run: Run) -> None:
    names = (".a.pgnorm", "a.abcdefgh.pgnorm", ".a.ABCDEFGH.pgnorm", "x.journal")
    for name in names:
        (same / "schemas" / name).touch()
    (same / "schemas" / ".b.abcdefgh.pgnorm").symlink_to("01_tables.sql")
    assert run("diff --check")[0] == 0
    assert all((same / "schemas" / name).exists() for name in (*names, ".b.abcdefgh.pgnorm"))
