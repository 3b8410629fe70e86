"""Plans of a fleet as files, one for each group of databases that are alike."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.quoting import remark

from .app import App
from .comparison import scripts
from .fleet_options import some_of
from .output import in_line

if TYPE_CHECKING:
    from pgnorm.normalizer.fleet.checking import Checked

_LONGEST: Final = 40
"""Limit to the letters of a database's name in that of a file."""


def refuse_filled(folder: Path) -> None:
    """Raise PgnormError for a folder in which there is something."""
    if folder.is_dir() and any(folder.iterdir()):
        raise PgnormError("the folder is not empty", place=str(folder), hint="Name another one, or one to be made.")


def write_plans(app: App, checked: "Checked", folder: Path) -> None:
    """Write the plan of each group that differs."""
    from pgnorm.normalizer.files.staging import Writing
    from pgnorm.normalizer.files.writing import write_all

    writings: list[Writing] = []
    for group in checked.groups:
        found = group.comparison
        if found is None or not found.writes:
            continue
        slug = re.sub(r"\W+", "_", group.names[0])[:_LONGEST].strip("_")
        path = folder / f"{len(writings) + 1:03}_{slug or 'group'}.sql"
        head = remark(in_line(f"For {some_of(group.names, whole=True)}"))
        text = f"\n{found.plan.boundary}\n".join(scripts(found, bare=False))
        writings.append(Writing(path=path, content=f"{head}\n\n{text}".encode(), label=str(path), new=True))
    if writings:
        folder.mkdir(parents=True, exist_ok=True)
    for writing in write_all(writings):
        app.console.say(f"Wrote {writing.label}")
