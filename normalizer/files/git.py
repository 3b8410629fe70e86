"""Git, asked about a folder. Files of a branch can have the form of a repository, whose settings name programs: only a
`.git` counts, which git itself lets nobody commit."""

import os
import subprocess
from pathlib import Path
from typing import Final

from .reading import real_path

_GIT: Final = (
    "git",
    *("-c", "safe.bareRepository=explicit"),
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
)
_ENVIRONMENT: Final = {"LC_ALL": "C", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": ""}
"""Messages in English, and what is missing stays so: fetching it would start programs."""


def asked_from(folder: Path) -> Path:
    """The folder from which git is asked about another: the nearest upwards with a `.git`, or, where there is none or
    the environment names both repository and work tree, the nearest that exists."""
    real = real_path(folder)
    above = [path for path in (real, *real.parents) if path.is_dir()]
    return above[0] if _is_named() else next((path for path in above if (path / ".git").exists()), above[0])


def git(there: Path, *words: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    """A command of git that has run in a folder of `asked_from`. Raises FileNotFoundError where there is no git."""
    environ = {**os.environ, **_ENVIRONMENT}
    if not _is_named():
        # A hook in a linked worktree is told of the repository alone: git would take any folder for its top.
        environ.pop("GIT_DIR", None)
        environ["GIT_CEILING_DIRECTORIES"] = str(there.parent)
        if not (there / ".git").is_file() and not os.path.lexists(there / ".git" / "HEAD"):
            environ["GIT_DIR"] = str(there / ".git")
    # The owner of a repository is looked at only where git finds it, so it is not named.
    return subprocess.run([*_GIT, *words], cwd=there, env=environ, input=given, capture_output=True, check=False)


def _is_named() -> bool:
    return {"GIT_DIR", "GIT_WORK_TREE"} <= os.environ.keys()
