"""The Supabase CLI's own settings of a project, and the schema files that its declarative commands read."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pgnorm.catalog.errors import PgnormError

from ..files.reading import shown
from .config import NO_TABLE, Table, read_toml, unless_unset
from .jsonc import read_json

_TOML: Final = "config.toml"
_JSON: Final = ("config.json", "config.jsonc")
_FOLDERS: Final = ("migrations", "schemas", "database")
_MANIFEST: Final = ".pgdelta-export.json"
ROLES: Final = "roles.sql"
FILES: Final = (_TOML, *_JSON, ROLES)
"""Files in the folder `supabase` that say what the project is, where they are there."""


def is_project(folder: Path) -> bool:
    """True if a folder `supabase` is one of a project."""
    return any((folder / name).exists() for name in (_TOML, *_JSON, *_FOLDERS))


def read_settings(folder: Path) -> tuple[Table, tuple[str, ...]]:
    """The CLI's settings, and notes on what is passed over. JSON goes before TOML, as there.

    Raises PgnormError for what can't be read, and where both forms of JSON are there.
    """
    toml, (plain, commented) = folder / _TOML, [folder / name for name in _JSON]
    if plain.is_file() and commented.is_file():
        raise PgnormError(
            f"there is a {commented.name} too, and nothing says which of them counts",
            place=shown(plain),
            hint="Keep one and delete the other.",
        )
    path = next((path for path in (plain, commented) if path.is_file()), None)
    notes = (
        [f"{shown(toml)} is passed over: {path.name} takes precedence"] if path is not None and toml.is_file() else []
    )
    if path is not None:
        config = read_json(path, label=shown(path))
    else:
        config = read_toml(toml, label=shown(toml)) if toml.is_file() else NO_TABLE
    patterns = config.table("db").table("migrations")
    if patterns.values.get("schema_paths") and unless_unset(lambda: named_folder(folder, config)) is not None:
        place = patterns.place("schema_paths")
        notes.append(f"{place}: schema_paths is passed over: pg-delta's declarative_schema_path takes precedence")
    return config, tuple(notes)


def named_folder(folder: Path, config: Table) -> Path | None:
    """The folder of the schema files that the settings of pg-delta name, None where they name none."""
    engine = config.table("experimental").table("pgdelta")
    named = engine.string("declarative_schema_path") if engine.boolean("enabled") is not False else None
    return folder / named if named else None


def usual_folder(folder: Path) -> Path:
    """The folder of the schema files where the settings say nothing: `database`, which older versions of the CLI write
    to, where only that is there."""
    older = folder / "database"
    return older if older.is_dir() and not (folder / "schemas").exists() else folder / "schemas"


def in_order(folder: Path, files: Sequence[Path]) -> tuple[Path, ...]:
    """The schema files in the order that an export of pg-delta's asks for, those that it does not name at the end."""
    manifest = folder / _MANIFEST
    if not manifest.is_file():
        return tuple(files)
    order = read_json(manifest, label=shown(manifest)).strings("loadOrder")
    ranks = {folder / name: rank for rank, name in enumerate(order)}
    return tuple(sorted(files, key=lambda path: ranks.get(path, len(ranks))))
