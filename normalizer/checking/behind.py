"""Schema files and migrations that do not say the same, and hints that have done their work."""

from collections.abc import Iterator
from typing import Final

from pgnorm.catalog.model import Catalog, Object

from ..compare.describing import describe
from ..comparing import compare
from ..comparison import Comparison, Options
from ..files.reading import shown
from ..left_alone import ignoring
from ..load.reading import read_files
from ..project.migrations import FIRST
from ..project.project import Project
from ..project.sources import declared, migrations
from ..syncing.placing import Places
from ..workspace import Workspace
from .finding import Finding

BEHIND: Final = "migrations-behind"
DONE: Final = "hint-done"
_CORRECT: Final = (
    "`pgnorm diff` shows all of it. Where the files are ahead: `pgnorm diff -f NAME`. Where the migrations are: "
    "`pgnorm sync --from migrations --base files`"
)


def compared(workspace: Workspace, project: Project) -> Comparison:
    """The way from the migrations to the schema files, which nobody tries.

    Raises PgnormError where one of them does not load.
    """
    options = Options(proof=None, ignoring=ignoring(project.ignore))
    return compare(workspace, migrations(project), declared(project), options)


def not_in_step(comparison: Comparison, project: Project) -> Iterator[Finding]:
    """The differences, each where the schema files make the object or what it is a part of, or at the folder of the
    migrations. Parts of what is there on one side only go without saying."""
    found = comparison.plan.differences
    if not found:
        return
    begun = bool(project.migration_files().files)
    places = Places(tuple(read_files(project.declared_files())))
    one_sided = {each.item.id for each in found if None in (each.old, each.new)}
    for each in found:
        if each.item.placement.derived or (each.item.id in one_sided and each.item.parent in one_sided):
            continue
        yield Finding(
            rule=BEHIND,
            message=f"the migrations don't lead to the schema files: {describe(each).strip()}",
            place=_place(each.item, comparison.views[1], places) or shown(project.migrations_dir),
            cure=_CORRECT if begun else f"There is no migration: {FIRST}",
        )


def _place(item: Object, files: Catalog, places: Places) -> str | None:
    """The place of the statement that makes an object, or else the nearest of those that it is a part of."""
    whole: Object | None = item
    while whole is not None:
        if made := places.making(whole):
            return made[0].place
        whole = files.objects.get(whole.parent) if whole.parent is not None else None
    return None


def hints_done(comparison: Comparison) -> Iterator[Finding]:
    """The hints of renames that the migrations have carried out."""
    for request in comparison.renamed.satisfied:
        if request.place is not None:
            yield Finding(
                rule=DONE,
                message="the rename that this hint asks for is done",
                place=request.place,
                cure="Take the comment out.",
            )
