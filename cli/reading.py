"""Sources of `pgnorm dump` as they are read, and the part of them that is asked for."""

from typing import TYPE_CHECKING, NamedTuple

from .app import App

if TYPE_CHECKING:
    from pgnorm.catalog.model import Catalog
    from pgnorm.normalizer.compare.selection import Selection
    from pgnorm.normalizer.load.data_statements import DataStatement
    from pgnorm.normalizer.project.sources import Source
    from pgnorm.normalizer.workspace import Workspace


def source_of(app: App) -> "Source":
    """The source that was named, else the project's files, else the database that the environment names."""
    return app.source_or("files" if app.project else "db")


class Reading(NamedTuple):
    """Contents read of a source."""

    catalog: "Catalog"
    data: "tuple[DataStatement, ...]" = ()
    """Data statements of files."""


def read_source(app: App, workspace: "Workspace") -> Reading:
    """The source as it is read; what nothing models of it is told."""
    from pgnorm.normalizer.project.sources import Files

    source = source_of(app)
    if isinstance(source, Files):
        contents = workspace.contents(source)
        app.tell_unmodelled(contents.unmodelled)
        return Reading(contents.catalog, contents.data)
    catalog = workspace.read(source)
    app.tell_unmodelled(catalog.unmodelled)
    return Reading(catalog)


def selection_of(
    app: App, workspace: "Workspace", catalog: "Catalog", schemas: tuple[str, ...], exclude_schemas: tuple[str, ...]
) -> "Selection":
    """The schemas asked for."""
    from pgnorm.normalizer.compare.selection import select

    # Like `supabase db dump`, which leaves the managed schemas out unless schemas are named.
    managed = () if schemas else workspace.platform.managed_schemas
    selection = select([catalog], schemas, (*managed, *exclude_schemas))
    app.tell_unmatched(selection.unmatched)
    return selection


def with_own(workspace: "Workspace", catalog: "Catalog", selection: "Selection") -> "Selection":
    """The selection with what the project has added to what the platform manages: triggers and policies."""
    if not workspace.platform.managed_schemas:
        return selection
    ownership = workspace.ownership(workspace.shadow())
    added = (item.id for item in catalog.objects.values() if item.namespace and not selection.takes(item))
    mine = frozenset(name for name in added if ownership.owns(catalog.objects[name]))
    return selection.evolve(besides=mine)
