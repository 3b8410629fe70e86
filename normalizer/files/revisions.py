"""Files as git holds them, read without a checkout."""

import os
import subprocess
from pathlib import Path

from pgnorm.catalog.errors import PgnormError

from .git import git


def commit_of(folder: Path, revision: str) -> str:
    """The commit that a revision of git names. Raises PgnormError where there is none."""
    commit = _asked(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not commit:
        raise PgnormError(
            f"git has no revision `{revision}`",
            hint="Name a branch, tag or commit that is here: a shallow clone of CI lacks most (fetch-depth: 0).",
        )
    return commit


def parting(folder: Path, commit: str) -> str:
    """The commit at which what is checked out parted from another commit: that one where git knows of none."""
    return _asked(folder, "merge-base", "HEAD", commit) or commit


def at_commit(folder: Path, commit: str) -> dict[str, bytes]:
    """The files below a folder at a commit, by their paths from there, with `/`; none where it was not there yet.

    Raises PgnormError where git can't read them.
    """
    there = _there(folder)
    inside = os.path.relpath(folder, there)
    # NUL ends each line, so that no name is quoted: `100644 blob 3b18… 1_a.sql`.
    lines = _read(there, "ls-tree", "-r", "-z", commit, "--", f"{inside}/").split(b"\0")
    entries = [line.partition(b"\t") for line in lines if line.split(b" ")[1:2] == [b"blob"]]
    names = [Path(os.path.relpath(os.fsdecode(name), inside)).as_posix() for _, _, name in entries]
    blobs = _read(there, "cat-file", "--batch", given=b"".join(said.split()[2] + b"\n" for said, _, _ in entries))
    found: dict[str, bytes] = {}
    for name in names:
        head, _, blobs = blobs.partition(b"\n")
        if head.split()[1:2] != [b"blob"]:
            raise PgnormError(f"git lacks {name} of {commit}", hint="Fetch it: git fetch --refetch")
        size = int(head.split()[2])
        found[name], blobs = blobs[:size], blobs[size + 1 :]
    return found


def _there(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.is_dir())


def _asked(folder: Path, *words: str) -> str:
    """A line that a command of git prints, empty where it refuses."""
    done = _run(_there(folder), *words)
    return os.fsdecode(done.stdout.strip()) if done.returncode == 0 else ""


def _read(there: Path, *words: str, given: bytes = b"") -> bytes:
    done = _run(there, *words, given=given)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise PgnormError(f"git can't read earlier states of the migrations:\n{said}")
    return done.stdout


def _run(there: Path, *words: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    """A command of git that has run. Raises PgnormError where there is no git."""
    try:
        return git(there, *words, given=given)
    except FileNotFoundError:
        raise PgnormError("git is not installed, and only it knows earlier states of the migrations") from None
