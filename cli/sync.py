"""`pgnorm sync`: changes of a database brought back into the schema files."""

from typing import TYPE_CHECKING, Final

import click

from pgnorm.catalog.errors import PgnormError

from .app import App
from .based import base_of, refuse_unapplied
from .documents import deliver_outcome, json_option
from .general import general_options
from .help import CHANGED, CHECKED, FAILED, Command, exit_codes
from .options import source_option, source_options
from .renames import rename_option, tell_suggested
from .servers import server_options
from .synced import Decider, deciding_options, edit, sync_outcome, tell_conflicts, tell_nothing, tell_taken
from .words import kinds, words_option

if TYPE_CHECKING:
    from pgnorm.normalizer.project.project import Project
    from pgnorm.normalizer.syncing.sync import Synced

EPILOG: Final = f"""\b
Examples:
  pgnorm sync                      what was changed in the local database, into the schema files
  pgnorm sync --diff               show the edits, write nothing
  pgnorm sync --db-url postgresql://127.0.0.1/app --check
                                   for CI: has somebody changed that database by hand?
  pgnorm sync --from files --canonical view,policy
                                   put views and policies into Postgres' own words

{exit_codes(CHECKED)}"""


@click.command(cls=Command, params=general_options(), epilog=EPILOG)
@source_options
@server_options
@source_option("--base", "What both were before", otherwise="the migrations that are applied there")
@deciding_options
@rename_option
@words_option(
    "--canonical",
    known=kinds,
    metavar="KIND",
    said="With --from files: put statements of this kind into Postgres' own words: table, view, policy; repeatable.",
)
@click.option("--check", is_flag=True, help="Write nothing; end with 1 if something would change.")
@click.option("--diff", "show_diff", is_flag=True, help="Write nothing; print a unified diff of what would change.")
@click.option("--force", is_flag=True, help="Write into files of which git does not hold the present text.")
@json_option
@click.pass_obj
def sync(
    app: App,
    base: str | None,
    ours: tuple[str, ...],
    theirs: tuple[str, ...],
    interactive: bool,
    renames: tuple[str, ...],
    canonical: tuple[str, ...],
    check: bool,
    show_diff: bool,
    force: bool,
) -> int:
    """Bring what was changed in a database back into the schema files, where it belongs.

    The database is the local one unless another source is named. What it has changed since the migrations that are
    applied there is written into the declared files in place: columns inside their CREATE TABLE, definitions where
    they stand, comments kept. Where the files have changed the same thing otherwise, nothing is written. The edited
    files are loaded and must make just what is wanted.
    """
    from .formatted import format_files, refuse_others

    if app.project is None:
        raise PgnormError("sync writes into a project's schema files, and there is no project", hint="Use --project.")
    if canonical:
        refuse_others(app, decides=bool(ours or theirs or interactive or renames or base is not None))
        return format_files(app, canonical, check=check, show_diff=show_diff, force=force)
    decide = Decider(app=app, ours=ours, theirs=theirs, interactive=interactive)
    found, pending = _synced(app, app.project, base, decide, renames)
    decide.tell(found)
    if found.conflicts:
        tell_conflicts(app, found.conflicts)
        return FAILED
    if not found.changed:
        tell_nothing(app, found, pending=pending)
        deliver_outcome(app, sync_outcome(app, found, dry_run=check or show_diff))
        return 0
    tell_taken(app, found)
    tell_suggested(app, found.proposals)
    if renames:
        said = " ".join(f"--rename {each}" for each in renames)
        app.console.say(f"The next `pgnorm diff` has to be told too, or it drops what has another name: {said}")
    edit(app, found.changed, check=check, show_diff=show_diff, force=force)
    deliver_outcome(app, sync_outcome(app, found, dry_run=check or show_diff))
    return CHANGED if check else 0


def _synced(
    app: App, project: "Project", word: str | None, decide: Decider, renames: tuple[str, ...]
) -> "tuple[Synced, bool]":
    """The schema files with what the source that is named has changed since the base; True if migrations are pending
    there."""
    from pgnorm.normalizer.comparison import Options
    from pgnorm.normalizer.dump.layouts import configured
    from pgnorm.normalizer.left_alone import ignoring
    from pgnorm.normalizer.project.sources import declared
    from pgnorm.normalizer.sides import Sides
    from pgnorm.normalizer.syncing.sync import Syncing

    source = app.source_or("local")
    base = base_of(app, project, word, source)
    options = Options(ignoring=ignoring(project.ignore))
    layout = configured(project.split)
    with app.workspace() as workspace:
        sides = Sides.between(workspace, base.source, source, of_platform=True, called=("base", "source"))
        files = declared(project)
        workspace.telling.sides.setdefault(files, "files")
        found = Syncing(sides, base.source, source, files, options, layout, decide).run(renames)
        refuse_unapplied(base, source, sides, found)
        return found, base.pending
