"""The files of a repository's own code, without what tools put beside it."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

_PASSED_OVER: Final = frozenset({"build", "coverage", "dist", "node_modules", "target", "vendor", "venv"})


def files_below(root: Path, endings: Collection[str]) -> Iterator[Path]:
    """The files below a folder whose names have one of these endings, without hidden folders and those of packages."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _PASSED_OVER)
        found = (Path(folder, name) for name in sorted(names) if Path(name).suffix.lower() in endings)
        # Links of package managers and editors may lead nowhere.
        yield from (path for path in found if path.is_file())
