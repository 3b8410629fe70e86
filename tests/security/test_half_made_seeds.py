"""What a run that was killed while it made the cache leaves there is gone with the next run that starts a server."""

import subprocess
import sys
from pathlib import Path

from waiting import until

from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.postgres.cache import Lock
from pgnorm.normalizer.postgres.shadow import open_shadow
from pgnorm.normalizer.postgres.sweep import sweep

OPEN = """
from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.postgres.shadow import open_shadow
with open_shadow(major=None, platform=PLAIN):
    pass
"""


def half_made(cache: Path) -> list[Path]:
    return list(cache.glob("making-*"))


def test_the_next_run_removes_it(cache: Path) -> None:
    killed = subprocess.Popen([sys.executable, "-c", OPEN])
    try:
        assert until(lambda: any(folder.joinpath("data", "base").exists() for folder in half_made(cache)))
    finally:
        killed.kill()
        killed.wait()
    assert half_made(cache)
    with open_shadow(major=None, platform=PLAIN) as shadow:
        shadow.start()
        assert not half_made(cache)


def test_what_is_made_now_stays(tmp_path: Path) -> None:
    being_made = tmp_path / "making-seed-1-plain-2-abc_"
    being_made.mkdir()
    lock = Lock.take(tmp_path / "seed-1-plain-2.lock", wait=False)
    assert lock is not None
    sweep(tmp_path, tmp_path)
    assert being_made.exists()
    lock.release()
    sweep(tmp_path, tmp_path)
    assert not being_made.exists()
