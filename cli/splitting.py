"""What `pgnorm dump` reads and selects, and its files where it writes several."""

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from pgnorm.catalog.errors import PgnormError

from .options import App
from .output import plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pgnorm.catalog.model import Catalog
    from pgnorm.normalizer.selection import Selection
    from pgnorm.normalizer.sources import Source
    from pgnorm.normalizer.styles import Style
    from pgnorm.normalizer.workspace import Workspace


def source_of(app: App) -> "Source":
    return app.source_or("files" if app.project else "db")


def read_source(app: App, workspace: "Workspace") -> "Catalog":
    from pgnorm.normalizer.sources import Files

    source = source_of(app)
    if isinstance(source, Files):
        with workspace.loaded(source) as loaded:
            app.tell_unmodelled(loaded.unmodelled)
            return loaded.catalog
    catalog = workspace.read(source)
    app.tell_unmodelled(catalog.unmodelled)
    return catalog


def selection_of(
    workspace: "Workspace", catalog: "Catalog", schemas: tuple[str, ...], exclude_schemas: tuple[str, ...]
) -> "Selection":
    from pgnorm.normalizer.selection import select

    # Like `supabase db dump`, which leaves the managed schemas out unless schemas are named.
    managed = () if schemas else workspace.platform.managed_schemas
    return select([catalog], schemas, (*managed, *exclude_schemas))


def write_split(
    app: App,
    folder: Path,
    schemas: tuple[str, ...],
    exclude_schemas: tuple[str, ...],
    style: "Style",
    *,
    overwrite: bool,
) -> None:
    """Write the dump as several files, all or none.

    Raises PgnormError where the project's settings for it are wrong, and where that would lose what a file holds,
    unless `overwrite`.
    """
    from pgnorm.normalizer.layouts import DEFAULT, configured
    from pgnorm.normalizer.splitting import split
    from pgnorm.normalizer.writing import Writing, write_all

    settings = app.project.split if app.project else None
    layout = DEFAULT if settings is None else configured(settings)
    with app.workspace() as workspace:
        catalog = read_source(app, workspace)
        chosen = selection_of(workspace, catalog, schemas, exclude_schemas)
        below = workspace.baseline if workspace.platform.managed_schemas else None
        if not schemas:
            chosen = _with_own(workspace, catalog, chosen)
        found = split(catalog, chosen, style, below=below, layout=layout)
    for item, name in found.moved:
        app.tell("verbose", f"{item.kind} {item.label} is in {name}, since something there needs it")
    _refuse_losses(app, folder, found.texts, overwrite=overwrite)
    folder.mkdir(parents=True, exist_ok=True)
    paths = {folder / name: text for name, text in found.texts.items()}
    write_all([Writing(path=path, content=text.encode(), label=str(path)) for path, text in paths.items()])
    for path in paths:
        app.console.say(f"Wrote {path}")


def _with_own(workspace: "Workspace", catalog: "Catalog", selection: "Selection") -> "Selection":
    """The selection with what the project has added to what the platform manages: triggers and policies."""
    if not workspace.platform.managed_schemas:
        return selection
    ownership = workspace.ownership
    added = (item.id for item in catalog.objects.values() if item.namespace and not selection.takes(item))
    mine = frozenset(name for name in added if ownership.owns(catalog.objects[name]))
    return evolve(selection, besides=mine)


def _refuse_losses(app: App, folder: Path, texts: "Mapping[str, str]", *, overwrite: bool) -> None:
    there = {path.name: path for path in sorted(folder.glob("*.sql"))} if folder.is_dir() else {}
    others = [path for name, path in there.items() if name not in texts]
    changed = [path for name, path in there.items() if name in texts and path.read_bytes() != texts[name].encode()]
    if not overwrite and (changed or others):
        names = ", ".join(str(path) for path in (*changed, *others))
        raise PgnormError(
            f"{plural(len(changed) + len(others), 'file')} would be replaced, or stay beside the new ones: {names}",
            place=str(folder),
            hint="Name an empty folder, or replace those that are written now with --overwrite.",
        )
    for path in others:
        app.console.warn(f"{path} stays as it is: the dump has nothing for it")
