"""Files are written whole or not at all."""

import os
import stat
from pathlib import Path
from threading import Thread

import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.files.folders import alone_in
from pgnorm.normalizer.files.staging import Writing
from pgnorm.normalizer.files.writing import undo, write_all, write_atomically


def test_a_new_file_gets_the_usual_mode(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "a.sql", b"a")
    finally:
        os.umask(before)
    assert (tmp_path / "a.sql").read_bytes() == b"a"
    assert stat.S_IMODE((tmp_path / "a.sql").stat().st_mode) == 0o640


def test_mode_and_links_stay(tmp_path: Path) -> None:
    target = tmp_path / "target.sql"
    target.write_bytes(b"old")
    target.chmod(0o751)
    link = tmp_path / "link.sql"
    link.symlink_to("target.sql")
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o751
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.sql", "target.sql"]


def test_a_read_only_file_is_refused_for_everybody(tmp_path: Path) -> None:
    path = tmp_path / "a.sql"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(PgnormError, match="read-only") as raised:
        write_atomically(path, b"new", label="a.sql")
    assert raised.value.place == "a.sql"
    assert raised.value.hint == "Make it writable: chmod u+w a.sql"
    assert path.read_bytes() == b"old"


def test_what_fails_half_way_leaves_the_old_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.sql"
    path.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PgnormError, match="No space left on device"):
        write_atomically(path, b"new")
    assert [found.read_bytes() for found in tmp_path.iterdir()] == [b"old"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(PgnormError) as raised:
        write_atomically(tmp_path / "no" / "a.sql", b"")
    assert raised.value.hint == f"Make the folder first: mkdir -p {tmp_path / 'no'}"


def test_a_device_is_written_to() -> None:
    write_atomically(Path("/dev/null"), b"text")
    assert Path("/dev/null").is_char_device()
    with pytest.raises(PgnormError, match="No space left on device"):
        write_atomically(Path("/dev/full"), b"text")


def test_who_adds_files_to_a_folder_waits_for_the_other(tmp_path: Path) -> None:
    order = []

    def second() -> None:
        with alone_in([tmp_path]):
            order.append("second")

    thread = Thread(target=second)
    with alone_in([tmp_path]):
        thread.start()
        thread.join(0.1)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_a_new_file_that_somebody_else_has_made_meanwhile(tmp_path: Path) -> None:
    there, other = tmp_path / "a.sql", tmp_path / "b.sql"
    there.write_text("theirs")
    other.write_text("old")
    writings = [
        Writing(path=other, content=b"new", label="b.sql", expected=b"old"),
        Writing(path=there, content=b"ours", label="a.sql", new=True),
    ]
    with pytest.raises(PgnormError, match="made by something else meanwhile"):
        write_all(writings)
    assert (there.read_text(), other.read_text()) == ("theirs", "old")
    there.unlink()
    write_all(writings)
    assert (there.read_text(), other.read_text()) == ("ours", "new")
    for writing in writings:
        undo(writing)
    assert (there.exists(), other.read_text()) == (False, "old")
