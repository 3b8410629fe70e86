"""What is kept from run to run is what was kept, or nothing."""

import errno
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from pgnorm.normalizer.platforms import PLAIN, Platform, supabase
from pgnorm.normalizer.postgres import kept as module
from pgnorm.normalizer.postgres.kept import Kept
from pgnorm.normalizer.postgres.shadow import open_shadow


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(folder=tmp_path / "known", made_from="a seed")


def _keep(kept: Kept, text: str, *names: str) -> None:
    kept.keep(lambda: text, *names)
    kept.write()


@pytest.fixture
def entry(kept: Kept) -> Path:
    _keep(kept, "text\nö", "one")
    (path,) = kept.folder.iterdir()
    return path


@pytest.fixture
def edited(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    module._ourselves.cache_clear()
    monkeypatch.setattr(module, "_SOURCES", ("catalog",))
    yield
    module._ourselves.cache_clear()


def test_a_text_is_found_by_all_that_it_depends_on(kept: Kept, entry: Path) -> None:
    assert kept.find("one") == "text\nö"
    assert kept.find("two") is None
    _keep(kept, "text", "b\udcfcro", "日本")  # a file's name that is no UTF-8
    assert kept.find("b\udcfcro", "日本") == "text"
    assert Kept(folder=kept.folder, made_from="another seed").find("one") is None
    assert kept.folder.stat().st_mode & 0o777 == 0o700
    assert entry.stat().st_mode & 0o777 == 0o600


def test_what_waits_to_be_written_is_found(kept: Kept) -> None:
    kept.keep(lambda: "text", "one")
    kept.keep(lambda: None, "secret")
    assert (kept.find("one"), kept.find("secret")) == ("text", None)
    assert not kept.folder.exists()
    kept.write()
    assert (kept.find("one"), kept.find("secret")) == ("text", None)
    assert len([*kept.folder.iterdir()]) == 1


@pytest.mark.usefixtures("entry", "edited")
def test_another_pgnorm_finds_nothing(kept: Kept) -> None:
    assert kept.find("one") is None


UNREADABLE = sha256(b"\xff").hexdigest().encode() + b"\n\xff"


@pytest.mark.parametrize("content", [b"", b"text", b"0\ntext", b"\xff\n\xff", UNREADABLE])
def test_what_is_damaged_is_passed_over(kept: Kept, entry: Path, content: bytes) -> None:
    entry.write_bytes(content)
    assert kept.find("one") is None
    _keep(kept, "again", "one")
    assert kept.find("one") == "again"


def test_a_pipe_is_passed_over(kept: Kept, entry: Path) -> None:
    entry.unlink()
    os.mkfifo(entry)
    assert kept.find("one") is None


def test_what_is_too_long_or_finds_no_room_leaves_nothing(
    kept: Kept, entry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _keep(kept, "x" * (module._LONGEST + 1), "two")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "rename", fail)
    _keep(kept, "text", "three")
    assert [*kept.folder.iterdir()] == [entry]


def test_a_link_or_a_folder_is_passed_over(kept: Kept, entry: Path, tmp_path: Path) -> None:
    entry.rename(tmp_path / "elsewhere")
    entry.symlink_to(tmp_path / "elsewhere")
    assert kept.find("one") is None
    entry.unlink()
    entry.mkdir()
    assert kept.find("one") is None
    _keep(kept, "again", "one")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_somebody_else_wrote_is_passed_over(kept: Kept, entry: Path) -> None:
    os.chown(entry, 12345, 12345)
    assert kept.find("one") is None


def test_what_nobody_asks_for_is_forgotten(kept: Kept, entry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BETWEEN", 0)
    os.utime(entry, (0, 0))
    _keep(kept, "another", "two")
    assert (kept.find("one"), kept.find("two")) == (None, "another")
    monkeypatch.setattr(module, "_MOST", 190)
    _keep(kept, "x" * 120, "three")
    assert (kept.find("two"), kept.find("three")) == (None, "x" * 120)


def test_that_is_looked_for_now_and_then(kept: Kept, entry: Path) -> None:
    os.utime(entry, (0, 0))
    _keep(kept, "another", "two")
    assert entry.exists()
    os.utime(kept.folder.with_name("known.looked"), (0, 0))
    _keep(kept, "a third", "three")
    assert not entry.exists()


@pytest.mark.parametrize(
    "platform", [PLAIN, supabase(auto_expose_new_tables=None, major=17)], ids=["plain", "supabase"]
)
def test_a_baseline_that_is_kept_is_as_it_was_read(
    platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Kept, "_place", lambda _, names: tmp_path / names[0])
    for _ in range(2):
        with open_shadow(major=None, platform=platform) as shadow:
            with shadow.session() as session:
                read = session.read()
            found = shadow.baseline
        assert found.objects == read.objects
        assert {*found.edges} == {*read.edges}
        assert (found.unmodelled, found.role, found.version) == (read.unmodelled, read.role, read.version)
        assert (tmp_path / "baseline").exists()
