"""Edits, diffs, and several files written all or none."""

import resource
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.files.edits import Edit, Rewrite, apply, unified, write
from pgnorm.normalizer.files.reading import read_file

PIECES = st.lists(st.tuples(st.text(max_size=5), st.text(min_size=1, max_size=5), st.text(max_size=5)), max_size=6)


@given(PIECES, st.text(max_size=5))
def test_edits_change_their_spans_and_nothing_else(pieces: list[tuple[str, str, str]], tail: str) -> None:
    old, new, edits = "", "", []
    for kept, before, after in pieces:
        old += kept
        edits.append(Edit(start=len(old), stop=len(old) + len(before), text=after))
        old, new = old + before, new + kept + after
    assert apply(old + tail, edits[::-1]) == new + tail


@pytest.mark.parametrize("spans", [[(0, 3), (2, 4)], [(2, 9)], [(3, 2)]])
def test_impossible_edits_are_refused(spans: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="overlap"):
        apply("abcdef", [Edit(start=start, stop=stop, text="") for start, stop in spans])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"a\nb\nc\n", b"a\nB\nc\n"),
        (b"a\r\nb\r\n", b"a\r\nB\nC\r\n"),
        (b"a\nb", b"a\nb\n"),
        (b"a\n\x0cb\xe2\x80\xa8c\n", b"a\n\x0cB\xe2\x80\xa8c\n"),
        (b"", b"a"),
    ],
)
def test_the_diff_is_a_patch(tmp_path: Path, old: bytes, new: bytes) -> None:
    path = tmp_path / "a.sql"
    path.write_bytes(old)
    diff = unified(Rewrite(source=read_file(path, label="a.sql"), text=new.decode()))
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=diff.encode(), check=True)
    assert path.read_bytes() == new


def rewrites(folder: Path, *names: str) -> list[Rewrite]:
    for name in names:
        (folder / name).write_bytes(b"\xef\xbb\xbfold\r\n")
    return [Rewrite(source=read_file(folder / name, label=name), text="new\r\n") for name in names]


def test_bytes_around_the_text_stay(tmp_path: Path) -> None:
    write(rewrites(tmp_path, "a.sql"))
    assert (tmp_path / "a.sql").read_bytes() == b"\xef\xbb\xbfnew\r\n"


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_one_file_that_cannot_be_written_keeps_all_as_they_are(tmp_path: Path) -> None:
    changes = rewrites(tmp_path, "a.sql", "b.sql")
    (tmp_path / "b.sql").chmod(0o444)
    with pytest.raises(PgnormError, match="read-only"):
        write(changes)
    assert held(tmp_path) == dict.fromkeys(["a.sql", "b.sql"], b"\xef\xbb\xbfold\r\n")


def test_a_file_that_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    changes = rewrites(tmp_path, "a.sql", "b.sql")
    (tmp_path / "b.sql").write_bytes(b"newer")
    with pytest.raises(PgnormError, match="changed by something else") as error:
        write(changes)
    assert error.value.place == "b.sql"
    assert held(tmp_path) == {"a.sql": b"\xef\xbb\xbfold\r\n", "b.sql": b"newer"}


def test_a_full_disk_leaves_no_trace(tmp_path: Path) -> None:
    changes = rewrites(tmp_path, "a.sql", "b.sql")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4, limits[1]))
    try:
        with pytest.raises(PgnormError, match="cannot write the file"):
            write(changes)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert held(tmp_path) == dict.fromkeys(["a.sql", "b.sql"], b"\xef\xbb\xbfold\r\n")


def test_one_file_under_two_names_is_written_once(tmp_path: Path) -> None:
    changes = rewrites(tmp_path, "a.sql")
    (tmp_path / "link.sql").symlink_to("a.sql")
    write([*changes, Rewrite(source=read_file(tmp_path / "link.sql", label="link.sql"), text="new\r\n")])
    assert (tmp_path / "link.sql").is_symlink()
    assert held(tmp_path) == dict.fromkeys(["a.sql", "link.sql"], b"\xef\xbb\xbfnew\r\n")
