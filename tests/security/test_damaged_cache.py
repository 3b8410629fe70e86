"""A cache that something damaged heals by itself, at once, and says so; what it answers is right."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from folders import reachable_folder

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.postgres import manifest
from pgnorm.normalizer.postgres.binaries import local
from pgnorm.normalizer.postgres.shadow import open_shadow

LOCAL = sorted(str(binaries.bindir) for binaries in local(None))


def ask() -> object:
    with open_shadow(major=None, platform=PLAIN) as shadow, shadow.session() as session:
        session.connection.execute("create table t (id int primary key, body text)")
        return session.connection.execute("select relname from pg_catalog.pg_class where relname = 't'").fetchone()


@pytest.fixture(scope="module")
def whole() -> Iterator[Path]:
    """A cache in which a seed, a slot and programs lie."""
    with reachable_folder() as folder:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PGNORM_CACHE_DIR", str(folder / "cache"))
            patch.setenv("PGNORM_PG_BINDIR", LOCAL[0] if LOCAL else "bundled")
            assert ask() == ("t",)
        yield folder / "cache"


@pytest.fixture
def copied(whole: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that cache, in use."""
    monkeypatch.setenv("PGNORM_PG_BINDIR", LOCAL[0] if LOCAL else "bundled")
    subprocess.run(["cp", "-a", f"{whole}/.", cache], check=True)
    return cache


def only(folder: Path, pattern: str) -> Path:
    (found,) = (path for path in folder.glob(pattern) if path.is_dir())
    return found


def place(folder: Path, part: str) -> Path:
    """A part of a seed or slot; `base/own` is the folder of that database, the last one that was made."""
    if "base/own" not in part:
        return folder / part
    base = folder / part.partition("base/")[0] / "base"
    return folder / part.replace("base/own", f"base/{max(int(path.name) for path in base.glob('*'))}")


NOWHERE = Path(f"/var/tmp/pgnorm-test-nowhere-{os.getpid()}")


def gone(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def emptied(path: Path) -> None:
    os.truncate(path, 0)


def garbled(path: Path) -> None:
    path.write_bytes(os.urandom(path.stat().st_size))


def garbled_unseen(path: Path) -> None:
    status = path.stat()
    garbled(path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def a_file(path: Path) -> None:
    gone(path)
    path.write_text("a file")


def a_folder(path: Path) -> None:
    gone(path)
    (path / "inside").mkdir(parents=True)


def a_link(path: Path) -> None:
    gone(path)
    path.symlink_to(NOWHERE)


def a_link_to_a_folder(path: Path) -> None:
    gone(path)
    path.symlink_to("/var/tmp")


@pytest.fixture(autouse=True)
def nothing_is_written_through_a_link() -> Iterator[None]:
    yield
    assert not NOWHERE.exists()


SORTS = (gone, a_file, a_link, a_link_to_a_folder)
OF_SEED = [
    *((sort, part) for sort in SORTS for part in (".", "data")),
    *((how, "data/base/own/1259") for how in (gone, emptied, garbled, a_folder)),
    *((how, "data/global/pg_control") for how in (gone, emptied, garbled)),
    *((gone, f"data/{part}") for part in ("base", "base/own", "base/1", "PG_VERSION", "pg_wal", "pg_tblspc", "global")),
    *((how, "data/base/own/pg_filenode.map") for how in (emptied, garbled)),
    *((how, "manifest") for how in (gone, emptied, garbled, a_folder)),
]
OF_SLOT = [
    *((sort, "0") for sort in SORTS),
    *((how, "0.fresh") for how in (gone, emptied, a_folder, a_link)),
    *((how, "0.lock") for how in (gone, a_folder, a_link)),
    *((how, "0.log") for how in (gone, a_folder, a_link)),
    *((how, "0/base/own/1259") for how in (gone, emptied)),
    *((how, "0/global/pg_control") for how in (gone, emptied, garbled)),
    *((gone, f"0/{part}") for part in ("base", "base/own", "PG_VERSION", "pg_wal", "global", "postgresql.conf")),
    *((sort, ".") for sort in SORTS),
]


def _name(value: object) -> str:
    return getattr(value, "__name__", str(value)).replace("_", " ")


@pytest.mark.parametrize(("how", "part"), OF_SEED, ids=_name)
def test_damage_of_a_seed_shows_before_it_serves(
    whole: Path, tmp_path: Path, how: Callable[[Path], None], part: str
) -> None:
    subprocess.run(["cp", "-a", only(whole, "seed-*"), tmp_path / "seed"], check=True)
    manifest.check(tmp_path / "seed")
    how(place(tmp_path / "seed", part))
    if manifest.is_finished(tmp_path / "seed"):
        with pytest.raises(manifest.Damaged):
            manifest.check(tmp_path / "seed")


# A cluster takes seconds to make: one way for each of the places where damage shows.
@pytest.mark.parametrize(
    ("how", "part"),
    [
        (a_link, "."),
        (a_file, "data"),
        (emptied, "data/base/own/1259"),
        (garbled, "manifest"),
        (gone, "data/base/own"),
    ],
    ids=_name,
)
def test_a_damaged_seed_is_made_anew_and_that_is_said(
    copied: Path, caplog: pytest.LogCaptureFixture, how: Callable[[Path], None], part: str
) -> None:
    shutil.rmtree(only(copied, "slots"))
    how(place(only(copied, "seed-*"), part))
    assert ask() == ("t",)
    (said,) = (record.message for record in caplog.records if record.name == "pgnorm")
    assert said.startswith("warning: the cache was damaged and is made anew: ")
    caplog.clear()
    assert ask() == ("t",)
    assert not [record for record in caplog.records if record.name == "pgnorm"]


@pytest.mark.parametrize(("how", "part"), OF_SLOT, ids=_name)
def test_a_damaged_slot_is_copied_anew(copied: Path, how: Callable[[Path], None], part: str) -> None:
    how(place(only(copied, "slots/*"), part))
    assert ask() == ("t",)
    assert ask() == ("t",)


@pytest.mark.parametrize("how", [a_folder, a_link])
@pytest.mark.parametrize("lock", ["seed-*.lock", "server-*.lock"])
def test_a_lock_that_is_none_is_made_anew(copied: Path, how: Callable[[Path], None], lock: str) -> None:
    (path,) = copied.glob(lock)
    how(path)
    assert ask() == ("t",)


@pytest.mark.skipif(not LOCAL, reason="the bundled programs need not be in the cache")
@pytest.mark.parametrize(
    ("how", "part"),
    [
        *((sort, ".") for sort in SORTS),
        *((how, f"**/bin/{program}") for how in (gone, emptied, a_link) for program in ("postgres", "initdb")),
        *((gone, f"**/{part}") for part in ("bin", "timezonesets", "extension", "manifest")),
    ],
    ids=_name,
)
def test_damaged_programs_are_arranged_anew(copied: Path, how: Callable[[Path], None], part: str) -> None:
    home = only(copied, "server-*")
    for path in [home] if part == "." else list(home.glob(part)):
        how(path)
    assert ask() == ("t",)


def test_programs_that_do_not_run_are_arranged_anew(copied: Path) -> None:
    if not LOCAL:
        pytest.skip("the bundled programs need not be in the cache")
    (postgres,) = only(copied, "server-*").glob("**/bin/postgres")
    garbled_unseen(postgres)
    assert ask() == ("t",)


def test_damage_that_shows_in_use_ends_with_the_way_out_and_is_gone_afterwards(copied: Path) -> None:
    seed, slot = only(copied, "seed-*"), only(copied, "slots/*")
    for data in (seed / "data", slot / "0"):
        for descriptions in data.glob("base/*/2609"):
            garbled_unseen(descriptions)
    with (
        pytest.raises(PgnormError) as error,
        open_shadow(major=None, platform=PLAIN) as shadow,
        shadow.session() as session,
    ):
        session.connection.execute("select count(*) from pg_catalog.pg_description")
    assert error.value.hint == "They are made anew when you run it again."
    assert ask() == ("t",)


def test_a_slot_from_before_the_machine_was_started_is_copied_anew(copied: Path) -> None:
    slots = only(copied, "slots/*")
    (slots / "0.fresh").write_text("another start")
    (slots / "0" / "planted").touch()
    assert ask() == ("t",)
    assert not (slots / "0" / "planted").exists()


def test_a_manifest_knows_sizes_changes_and_bytes(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    file = tmp_path / "below" / "file"
    file.write_text("text")
    (tmp_path / "link").symlink_to("below/file")
    manifest.finish(tmp_path)
    manifest.check(tmp_path)
    os.utime(file, (0, 0))  # as what copies a cache may leave it
    manifest.check(tmp_path)
    garbled_unseen(file)
    manifest.finish(tmp_path)
    garbled_unseen(file)
    manifest.check(tmp_path)
    with pytest.raises(manifest.Damaged, match="below/file is not as it was"):
        manifest.check(tmp_path, thoroughly=True)
    (tmp_path / "new").touch()
    file.unlink()
    with pytest.raises(manifest.Damaged, match="below/file is gone"):
        manifest.check(tmp_path)
