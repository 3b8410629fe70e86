"""The project that a command runs in."""

from collections.abc import Iterator
from pathlib import Path

from pgnorm.catalog.errors import PgnormError

from ..platforms import SUPABASE
from .config import NO_TABLE, own_settings
from .project import Project, named_platform
from .supabase import is_project, read_settings


def find(start: Path, explicit: Path | None = None) -> Project | None:
    """The project at `explicit`, or the nearest one from `start` upwards to the repository's root or the home folder.

    Raises PgnormError where `explicit` is no project or a configuration file is wrong.
    """
    if explicit is not None:
        return _explicit(explicit)
    return next((project for folder in _upwards(start) if (project := _at(folder)) is not None), None)


def folder_of(start: Path) -> Path | None:
    """The folder of the nearest project from `start` upwards, also of one whose configuration is wrong."""
    for folder in _upwards(start):
        try:
            if _at(folder) is not None:
                return folder
        except PgnormError:
            return folder
    return None


def _upwards(start: Path) -> Iterator[Path]:
    """The folders in which a project may be found."""
    home = Path.home()
    start = start.resolve()
    for folder in (start, *start.parents):
        yield folder
        if folder == home or (folder / ".git").exists():
            return


def _explicit(path: Path) -> Project:
    if not path.exists():
        raise PgnormError("the project folder doesn't exist", place=str(path))
    folder = path.resolve() if path.is_dir() else path.resolve().parent
    project = _at(folder)
    if project is None and folder.name == "supabase":
        project = _at(folder.parent)
    if project is None:
        raise PgnormError(
            "no project here: no settings, migrations or schemas in a folder supabase, no pgnorm.toml, "
            "and no [tool.pgnorm] in pyproject.toml",
            place=str(path),
            hint="Run `supabase init` there, or write a pgnorm.toml with schema_paths.",
        )
    return project


def _at(folder: Path) -> Project | None:
    supabase_dir = folder / "supabase"
    settings = own_settings(folder)
    named = named_platform(settings or NO_TABLE)
    on_supabase = is_project(supabase_dir) if named is None else named == SUPABASE
    if not on_supabase and settings is None:
        return None
    config, notes = read_settings(supabase_dir) if on_supabase else (NO_TABLE, ())
    project = Project(
        root=folder,
        supabase_dir=supabase_dir if on_supabase else None,
        config=config,
        settings=settings or NO_TABLE,
        notes=notes,
    )
    project.check()
    return project
