"""Files as git holds them, read without a checkout."""

import os
import subprocess
from pathlib import Path

from pgnorm.catalog.errors import PgnormError


def at_revision(folder: Path, revision: str) -> dict[str, bytes]:
    """The files that a folder itself holds at a revision of git, by their names; none where it was not there yet.

    Raises PgnormError where the folder is in no repository, and where git has no such revision.
    """
    there = next(path for path in (folder, *folder.parents) if path.is_dir())
    commit = _git(there, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").strip()
    if not commit:
        raise PgnormError(
            f"git has no revision `{revision}`",
            hint="Name a branch, tag or commit that is here: a shallow clone of CI lacks most (fetch-depth: 0).",
        )
    inside = os.path.relpath(folder, there)
    # NUL ends each line, so that no name is quoted: `100644 blob 3b18… 1_a.sql`.
    lines = _git(there, "ls-tree", "-z", commit.decode(), "--", f"{inside}/").split(b"\0")
    entries = [line.partition(b"\t") for line in lines if line.split(b" ")[1:2] == [b"blob"]]
    return {
        os.path.basename(os.fsdecode(name)): _git(there, "cat-file", "blob", said.split()[2].decode())
        for said, _, name in entries
    }


def _git(folder: Path, *words: str) -> bytes:
    """What a command of git prints, nothing where it refuses. Raises PgnormError where there is no git."""
    try:
        done = subprocess.run(["git", *words], cwd=folder, capture_output=True, check=False)
    except FileNotFoundError:
        raise PgnormError("git is not installed, and only it knows earlier states of the migrations") from None
    return done.stdout if done.returncode == 0 else b""
