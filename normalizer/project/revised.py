"""A project as git holds it at a revision: its settings, schema files and migrations, read without a checkout."""

import os
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final

from pgnorm.catalog.errors import PgnormError

from ..files.reading import call, real_path, shown
from ..files.revisions import at_commit, commit_of, links_at
from .bounds import repository
from .finding import find
from .project import Project

_SUFFIXES: Final = frozenset({".sql", ".toml", ".jsonc", ".sum", ".plan", ".conf"})
"""Suffixes of what a project is read from."""
_NAMES: Final = frozenset({"config.json", ".pgdelta-export.json"})


class Revised:
    """A project as it was, in a folder that is there until this is closed or forgotten."""

    def __init__(self, project: Project, revision: str) -> None:
        root = real_path(project.root)
        top = repository(root)
        commit = commit_of(root, revision)
        self._folder = TemporaryDirectory(prefix="pgnorm-git-", ignore_cleanup_errors=True)
        try:
            there = Path(os.path.realpath(self._folder.name))
            call(there, f"git:{revision}:")
            for name, content in at_commit(top, commit, _is_wanted).items():
                path = there / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            # The bound of what its settings may name.
            (there / ".git").mkdir()
            inside = there / root.relative_to(top)
            found = find(inside) if inside.is_dir() else None
            if found is None:
                raise PgnormError(
                    f"there was no project in {root.relative_to(top).as_posix()} at {revision}",
                    hint="Name a later revision of git.",
                )
            self.project = found
            links = [name for name in links_at(root, commit) if _is_wanted(name)]
            self.notes = tuple(f"{shown(inside / name)} is a link, which is not followed" for name in links)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Remove the folder."""
        self._folder.cleanup()


def _is_wanted(name: str) -> bool:
    path = PurePosixPath(name)
    # What git would not check out, a made-up history may hold all the same.
    safe = not path.is_absolute() and not {"..", ".git"} & set(path.parts)
    return safe and (path.suffix in _SUFFIXES or path.name in _NAMES)
