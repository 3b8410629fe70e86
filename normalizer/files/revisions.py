"""Files as git holds them, read without a checkout."""

import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from .git import asked_from, git
from .reading import real_path

_FILES: Final = (b"100644", b"100755")
_LINK: Final = b"120000"
_DIGITS: Final = 8
_DEEPER: Final = (
    "A shallow clone, as in CI, has the last commits alone: `git fetch --unshallow origin "
    "'+refs/heads/*:refs/remotes/origin/*'` fetches all branches (GitHub: `fetch-depth: 0` for actions/checkout, "
    "GitLab: `GIT_DEPTH: 0`). Else name a branch, tag or commit that is here."
)


def commit_of(folder: Path, revision: str) -> str:
    """The commit that a revision of git names. Raises PgnormError where there is none."""
    commit = _commit(folder, revision)
    if not commit:
        # No repository, or one of somebody else's, git says itself.
        _read(asked_from(folder), "rev-parse", "--git-dir")
        raise PgnormError(
            f"git has no revision `{revision}`",
            hint=_DEEPER
            if _asked(folder, "rev-parse", "--is-shallow-repository") == "true"
            else "Name a branch, tag or commit that is here (`git branch -a`, `git tag`).",
        )
    return commit


def is_known(folder: Path, revision: str) -> bool:
    """True if git has such a revision."""
    return bool(_commit(folder, revision))


def parting(folder: Path, commit: str) -> str:
    """The commit at which what is checked out parted from another commit: that one where git knows of none."""
    return _asked(folder, "merge-base", "HEAD", commit) or commit


class Commit(Value):
    """The commit that a line comes from."""

    name: str
    """Its first digits."""
    author: str
    date: str
    """The author's day, `2026-11-29`."""
    summary: str


def commit_of_line(path: Path, line: int) -> Commit | None:
    """The commit that last changed a line of a file; None where git does not know, or it was not committed yet."""
    there = asked_from(path.parent)
    inside = os.path.relpath(real_path(path.parent) / path.name, there)
    try:
        said = git(there, "blame", "--porcelain", "-L", f"{line},{line}", "--", inside).stdout.decode(errors="replace")
    except FileNotFoundError:
        return None
    lines = said.split("\n")
    told = dict(each.partition(" ")[::2] for each in lines[1:] if not each.startswith("\t"))
    name = lines[0].partition(" ")[0]
    if "author" not in told or not name.strip("0"):
        return None
    moment = datetime.fromtimestamp(int(told["author-time"]), tz=UTC)
    return Commit(
        name=name[:_DIGITS], author=told["author"], date=f"{moment:%Y-%m-%d}", summary=told.get("summary", "")
    )


def at_commit(folder: Path, commit: str, wanted: Callable[[str], bool] = lambda _: True) -> dict[str, bytes]:
    """The files below a folder at a commit whose names are `wanted`, by their paths from there, with `/`; none where it
    was not there yet. A link is no file.

    Raises PgnormError where git can't read them.
    """
    entries = {name: blob for name, mode, blob in _listed(folder, commit) if mode in _FILES and wanted(name)}
    blobs = _read(asked_from(folder), "cat-file", "--batch", given=b"".join(blob + b"\n" for blob in entries.values()))
    found: dict[str, bytes] = {}
    at = 0
    for name in entries:
        start = blobs.find(b"\n", at) + 1
        head = blobs[at:start].split()
        if head[1:2] != [b"blob"]:
            raise PgnormError(f"git lacks {name} of {commit}", hint="Fetch it: git fetch --refetch --no-filter")
        end = start + int(head[2])
        found[name], at = blobs[start:end], end + 1
    return found


def links_at(folder: Path, commit: str) -> list[str]:
    """The links below a folder at a commit, by their paths from there. Raises PgnormError likewise."""
    return [name for name, mode, _ in _listed(folder, commit) if mode == _LINK]


def _listed(folder: Path, commit: str) -> Iterator[tuple[str, bytes, bytes]]:
    """Path from the folder, mode and name of the content of what is below it."""
    there = asked_from(folder)
    inside = os.path.relpath(real_path(folder), there)
    # NUL ends each line, so that no name is quoted: `100644 blob 3b18… 1_a.sql`.
    for line in _read(there, "ls-tree", "-r", "-z", commit, "--", f"{inside}/").split(b"\0"):
        if line:
            said, _, name = line.partition(b"\t")
            mode, _, blob = said.split()
            yield Path(os.path.relpath(os.fsdecode(name), inside)).as_posix(), mode, blob


def _commit(folder: Path, revision: str) -> str:
    """The commit that a revision names, empty where git knows none."""
    name = _asked(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    # `^main` is all but what main holds.
    return "" if name.startswith("^") else name


def _asked(folder: Path, *words: str) -> str:
    """A line that a command of git prints, empty where it refuses."""
    done = _run(asked_from(folder), *words)
    return os.fsdecode(done.stdout.strip()) if done.returncode == 0 else ""


def _read(there: Path, *words: str, given: bytes = b"") -> bytes:
    done = _run(there, *words, given=given)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise PgnormError(f"git can't read what the files were:\n{said}")
    return done.stdout


def _run(there: Path, *words: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    """A command of git that has run. Raises PgnormError where there is no git."""
    try:
        return git(there, *words, given=given)
    except FileNotFoundError:
        raise PgnormError("git is not installed, and only it knows what the files were") from None
