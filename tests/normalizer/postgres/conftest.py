"""A cache of a test's own, which the account of the server can reach."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache folder, named in PGNORM_CACHE_DIR."""
    folder = Path(tempfile.mkdtemp(prefix="pgnorm-test-", dir="/var/tmp"))
    folder.chmod(0o755)
    monkeypatch.setenv("PGNORM_CACHE_DIR", str(folder))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
