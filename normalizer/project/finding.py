"""The project that a command runs in."""

from pathlib import Path

from pgnorm.catalog.errors import PgnormError

from ..files.reading import shown
from .config import NO_TABLE, own_settings, read_toml
from .project import Project


def find(start: Path, explicit: Path | None = None) -> Project | None:
    """The project at `explicit`, or the nearest one from `start` upwards to the repository's root or the home folder.

    Raises PgnormError where `explicit` is no project or a configuration file is wrong.
    """
    if explicit is not None:
        return _explicit(explicit)
    home = Path.home()
    start = start.resolve()
    for folder in (start, *start.parents):
        if (project := _at(folder)) is not None:
            return project
        if folder == home or (folder / ".git").exists():
            return None
    return None


def _explicit(path: Path) -> Project:
    if not path.exists():
        raise PgnormError("there is no such project folder", place=str(path))
    folder = path.resolve() if path.is_dir() else path.resolve().parent
    project = _at(folder)
    if project is None and folder.name == "supabase":
        project = _at(folder.parent)
    if project is None:
        raise PgnormError(
            "no project here: no config.toml, migrations or schemas in a folder supabase, no pgnorm.toml, "
            "and no [tool.pgnorm] in pyproject.toml",
            place=str(path),
            hint="Run `supabase init` there, or write a pgnorm.toml with schema_paths.",
        )
    return project


def _at(folder: Path) -> Project | None:
    supabase_dir = folder / "supabase"
    on_supabase = any((supabase_dir / name).exists() for name in ("config.toml", "migrations", "schemas"))
    settings = own_settings(folder)
    if not on_supabase and settings is None:
        return None
    path = supabase_dir / "config.toml"
    project = Project(
        root=folder,
        supabase_dir=supabase_dir if on_supabase else None,
        config=read_toml(path, label=shown(path)) if path.is_file() else NO_TABLE,
        settings=settings or NO_TABLE,
    )
    project.check()
    return project
