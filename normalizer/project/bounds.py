"""Files that a project names, which lie in its repository: a configuration can come from anybody."""

from collections.abc import Iterable
from pathlib import Path

from pgnorm.catalog.errors import PgnormError

from ..files.reading import real_path, shown


def within(root: Path, paths: Iterable[Path], *, place: str = "", setting: str = "") -> tuple[Path, ...]:
    """The paths, none of which leads out of the repository that holds the project at `root`, or, without one, out of
    `root`.

    `setting` is what names them, at `place`; without one they are links in a folder. Raises PgnormError for the first
    that lies outside.
    """
    bound = repository(real_path(root))
    found = tuple(paths)
    for path in found:
        if is_outside(bound, path):
            what = f"{setting} names {shown(path)}, which" if setting else "the file"
            raise PgnormError(
                f"{what} lies outside of {shown(bound)}, as {real_path(path)}, so it is neither read nor written",
                place=place or shown(path),
                hint="Put it into the repository; a single file can be named on the command line.",
            )
    return found


def is_outside(bound: Path, path: Path) -> bool:
    """True if a path lies outside of a folder, or is a link that leads there."""
    return not real_path(path).is_relative_to(bound)


def repository(folder: Path) -> Path:
    """The nearest folder from here upwards that holds `.git`; the folder itself where there is none."""
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), folder)
