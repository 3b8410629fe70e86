"""Files that git could give back, should what is written over them turn out to be wrong."""

import os
from pathlib import Path
from typing import Final

from pgnorm.catalog.errors import PgnormError

from .git import asked_from, git
from .reading import real_path, shown

_NO_REPOSITORY: Final = "not a git repository"
_WAY_OUT: Final = "Commit it first, or write into it with --force."


def refuse_unrestorable(path: Path) -> None:
    """Raise PgnormError for a file of which git does not hold the present text, unless no git is used there."""
    file = real_path(path)
    there = asked_from(file.parent)
    try:
        inside = git(there, "rev-parse", "--is-inside-work-tree")
    except FileNotFoundError:
        if any((folder / ".git").exists() for folder in file.parents):
            raise PgnormError(
                "there is no git on the PATH to say if it could give back the file",
                place=shown(path),
                hint="Write into it with --force.",
            ) from None
        return
    if inside.returncode:
        said = inside.stderr.decode(errors="replace").strip()
        if _NO_REPOSITORY not in said:
            raise PgnormError(
                f"git does not say if it could give back the file:\n{said}",
                place=shown(path),
                hint="Do what it says, or write into the file with --force.",
            )
        return
    # What status says hangs on settings and marks, and its paths are patterns.
    name = os.path.relpath(file, there)
    committed = git(there, "rev-parse", "--quiet", "--verify", f"HEAD:./{name}")
    if committed.returncode:
        raise PgnormError("git does not have the file, so it could not give it back", place=shown(path), hint=_WAY_OUT)
    if git(there, "hash-object", "--", name).stdout != committed.stdout:
        raise PgnormError("the file has changes that git has not committed", place=shown(path), hint=_WAY_OUT)
