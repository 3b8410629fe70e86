"""What the cache no longer needs: seeds and installations of old, slots of seeds that are gone, half-made things."""

import shutil
import time
from pathlib import Path

from .cache import Lock

_UNUSED = 30 * 24 * 3600  # seconds
_HALF_MADE = 3600


def sweep(root: Path, slots: Path) -> None:
    """Removes from the cache what no run has used for a month and no run holds; lock files stay."""
    now = time.time()
    for half_made in root.glob("making-*"):
        if half_made.stat().st_mtime < now - _HALF_MADE:
            shutil.rmtree(half_made, ignore_errors=True)
    for lock_file in (*root.glob("seed-*.lock"), *root.glob("server-*.lock")):
        if lock_file.stat().st_mtime < now - _UNUSED and (lock := Lock.take(lock_file, wait=False)):
            shutil.rmtree(lock_file.with_suffix(""), ignore_errors=True)
            lock.release()
    for lock_file in slots.glob("*/*.lock"):
        if not (root / f"seed-{lock_file.parent.name}").exists() and (lock := Lock.take(lock_file, wait=False)):
            lock_file.with_suffix(".fresh").unlink(missing_ok=True)
            shutil.rmtree(lock_file.with_suffix(""), ignore_errors=True)
            lock.release()
