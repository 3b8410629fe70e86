"""Git, asked about a folder."""

import os
import subprocess
from pathlib import Path


def git(folder: Path, *words: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    """A command of git that has run in the folder, with its words in English. Raises FileNotFoundError where there is
    no git."""
    environ = {**os.environ, "LC_ALL": "C"}
    # A hook in a linked worktree is told of the repository alone: git would take any folder for the top of its tree.
    if "GIT_WORK_TREE" not in environ:
        environ.pop("GIT_DIR", None)
    return subprocess.run(["git", *words], cwd=folder, env=environ, input=given, capture_output=True, check=False)
