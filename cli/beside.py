"""Parts of a project that a dump of its schemas lacks."""

from typing import TYPE_CHECKING

from .app import App
from .reading import source_of, with_own
from .rows import tell_rows

if TYPE_CHECKING:
    from pgnorm.catalog.model import Catalog
    from pgnorm.normalizer.compare.selection import Selection
    from pgnorm.normalizer.load.data_statements import DataStatement
    from pgnorm.normalizer.workspace import Workspace


def tell_beside(
    app: App,
    workspace: "Workspace",
    catalog: "Catalog",
    selection: "Selection",
    data: "tuple[DataStatement, ...]",
) -> None:
    """Say what the project has on what the platform manages, and what its migrations do to rows."""
    _tell_own(app, workspace, catalog, selection)
    _tell_data(app, data)


def _tell_own(app: App, workspace: "Workspace", catalog: "Catalog", selection: "Selection") -> None:
    from pgnorm.normalizer.project.config import Unset

    # Reading the baseline takes time, and what its text names is hardly ever the project's.
    platform = "".join(workspace.platform.sql)
    left = (item for item in catalog.objects.values() if item.project_owned_anywhere and not selection.takes(item))
    if all(item.name in platform for item in left):
        return
    try:
        mine = with_own(workspace, catalog, selection).besides
    except Unset as error:
        app.console.detail(f"Not known what the project has in schemas of the platform: {error.message}")
        return
    app.console.listing(
        "Not in this dump, since the platform manages their schemas (`pgnorm dump --split DIR` writes them too):",
        [f"{item.kind} {item.label}" for item in catalog.objects.values() if item.id in mine],
    )


def _tell_data(app: App, data: "tuple[DataStatement, ...]") -> None:
    from pgnorm.normalizer.project.sources import Files

    source = source_of(app)
    if isinstance(source, Files) and source.kind == "migrations":
        tell_rows(app.console, "Not in a dump, what the migrations do to rows and call:", data)


def known_baseline(app: App, workspace: "Workspace") -> "Catalog | None":
    """The baseline that the dump is to be loaded on; None, with a warning, where the settings don't tell which."""
    from pgnorm.normalizer.project.config import Unset

    try:
        return workspace.shadow().baseline
    except Unset as error:
        app.console.warn(f"Not known what rights the platform grants on what the dump makes: {error.message}")
        return None
