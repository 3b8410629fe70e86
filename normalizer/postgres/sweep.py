"""Sweep of the cache: what was not used for long, slots of seeds that are gone, half-made things."""

import shutil
import time
from contextlib import suppress
from pathlib import Path

from .cache import Lock

_KEPT = ("seed", "server", "programs")
_SEED_UNUSED = 14 * 24 * 3600  # seconds
_SLOT_UNUSED = 24 * 3600  # a slot may lie in memory, and is soon copied again
_SLOTS_KEPT = 12  # of 40 MB and more each, in memory that other programs lack
_HALF_MADE = 3600


def sweep(root: Path, slots: Path) -> None:
    """Removes from the cache what no run has used for long and no run holds; lock files stay."""
    now = time.time()
    for half_made in root.glob("making-*"):
        maker = half_made.name.removeprefix("making-").rpartition("-")[0]
        _remove_abandoned(half_made, root / f"{maker}.lock", now)
    for lock_file in (found for kind in _KEPT for found in root.glob(f"{kind}-*.lock")):
        if lock_file.stat().st_mtime < now - _SEED_UNUSED:
            _remove(lock_file)
    latest = sorted(((lock_file.stat().st_mtime, lock_file) for lock_file in slots.glob("*/*.lock")), reverse=True)
    there = 0
    for used, lock_file in latest:
        seed = root / f"seed-{lock_file.parent.name}"
        there += lock_file.with_suffix("").exists()
        if there > _SLOTS_KEPT or used < now - _SLOT_UNUSED or not seed.exists():
            _remove(lock_file)


def _remove_abandoned(half_made: Path, lock_file: Path, now: float) -> None:
    """Removes what a run that was killed left, unless another makes it now."""
    with suppress(FileNotFoundError):  # it was finished, or removed by another run
        if not lock_file.exists():
            if half_made.stat().st_mtime < now - _HALF_MADE:
                shutil.rmtree(half_made, ignore_errors=True)
        elif lock := Lock.take(lock_file, wait=False):
            shutil.rmtree(half_made, ignore_errors=True)
            lock.release()


def _remove(lock_file: Path) -> None:
    if lock := Lock.take(lock_file, wait=False):
        lock_file.with_suffix(".fresh").unlink(missing_ok=True)
        shutil.rmtree(lock_file.with_suffix(""), ignore_errors=True)
        lock.release()
