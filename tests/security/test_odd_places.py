"""Accounts and places that are not as usual: a private umask, no home folder, a home folder of nobody."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.postgres import cache as caches

if TYPE_CHECKING:
    from conftest import Refused

PGNORM = (sys.executable, "-m", "pgnorm.cli")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes accounts")
def test_a_private_umask_of_root(cache: Path, plain: Path) -> None:
    below = cache / "below"
    command = ["sh", "-c", 'umask 077; exec "$@"', "sh", *PGNORM, "dump"]
    surroundings = {**os.environ, "PGNORM_CACHE_DIR": str(below)}
    for _ in range(2):
        done = subprocess.run(command, cwd=plain, capture_output=True, text=True, env=surroundings)
        assert done.returncode == 0, done.stderr


@pytest.mark.usefixtures("plain")
def test_the_home_folder_of_nobody(refused: "Refused", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGNORM_CACHE_DIR", "~nobody-of-that-name/x")
    refused("dump", "PGNORM_CACHE_DIR=~nobody-of-that-name/x", "hint: name a folder by its whole path")


@pytest.mark.parametrize("home", ["~", "/proc/nowhere"])
def test_without_a_home_the_cache_lies_below_the_temporary_folder(
    home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGNORM_CACHE_DIR", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: Path(home, ".cache", name))
    root = caches.cache_root(None)
    assert root == tmp_path / f"pgnorm-cache-{os.geteuid()}"
    assert root.stat().st_mode & 0o777 == 0o700


def test_a_temporary_cache_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGNORM_CACHE_DIR", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: Path("~", name))
    planted = tmp_path / f"pgnorm-cache-{os.geteuid()}"
    planted.mkdir()
    planted.chmod(0o777)
    with pytest.raises(PgnormError, match="belongs to another account or others may write to it"):
        caches.cache_root(None)
    shutil.rmtree(planted)
    planted.symlink_to(tmp_path)
    with pytest.raises(PgnormError):
        caches.cache_root(None)
