"""Folders for what a server is to reach."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MUCH = 4 * 1024**3  # bytes


@contextmanager
def reachable_folder() -> Iterator[Path]:
    """An empty folder that the server's account can reach: in memory, if there is much and programs may be there."""
    memory, place = Path("/dev/shm"), "/var/tmp"
    if memory.is_dir():
        found = os.statvfs(memory)
        if found.f_bavail * found.f_frsize > _MUCH and not found.f_flag & (os.ST_NOEXEC | os.ST_RDONLY):
            place = str(memory)
    folder = Path(tempfile.mkdtemp(prefix="pgnorm-test-", dir=place))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
