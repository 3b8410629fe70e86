"""`pgnorm pull`: what a database has and the migrations lack, as a migration and in the schema files."""

from functools import partial
from typing import TYPE_CHECKING, Final

import click

from pgnorm.catalog.errors import PgnormError

from .app import App
from .comparison import scripts
from .documents import deliver_outcome, json_option
from .general import general_options
from .header import headed
from .help import FAILED, Command, exit_codes
from .html import public
from .new_migrations import Written, refuse_name, write_migrations
from .output import on_terminal, write
from .remembering import begun, remember, unchanged, write_applied
from .renames import ASK, accepted, rename_options
from .servers import server_options
from .synced import Decider, deciding_options, refuse_uncommitted, sync_outcome, tell_conflicts, tell_taken
from .targets import option_of, project_of, target, target_options, tell_history
from .telling import tell_comparison

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pgnorm.normalizer.applying.standing import Standing
    from pgnorm.normalizer.applying.target import Target
    from pgnorm.normalizer.comparison import Comparison
    from pgnorm.normalizer.files.staging import Writing
    from pgnorm.normalizer.project.databases import Database
    from pgnorm.normalizer.project.forms import Migrations
    from pgnorm.normalizer.syncing.sync import Synced
    from pgnorm.normalizer.workspace import Workspace

    from .outcomes import PullOutcome

_DEFAULT: Final = "linked"
EPILOG: Final = f"""\b
Examples:
  pgnorm pull --dry-run            what the linked project's database has that the migrations don't
  pgnorm pull studio_changes       the same as a new migration, and in the schema files
  pgnorm pull --repair             and it counts as applied there, without a question

{exit_codes()}"""


@click.command(cls=Command, params=general_options(), epilog=EPILOG)
@click.argument("name", default="remote_schema")
@target_options
@server_options
@rename_options
@deciding_options
@click.option(
    "--repair/--no-repair",
    default=None,
    help="Have the database count the migration as applied, or don't: else you are asked on a terminal.",
)
@click.option("--no-sync", is_flag=True, help="Write the migration alone, and leave the schema files as they are.")
@click.option("--force", is_flag=True, help="Write into files of which git does not hold the present text.")
@click.option("--dry-run", is_flag=True, help="Print the migration, say which files would change, and write nothing.")
@json_option
@click.pass_obj
def pull(
    app: App,
    name: str,
    renames: tuple[str, ...],
    suggested: str,
    ours: tuple[str, ...],
    theirs: tuple[str, ...],
    interactive: bool,
    repair: bool | None,
    no_sync: bool,
    force: bool,
    dry_run: bool,
) -> int:
    """Write what a database has and the migrations lack: a migration, and the edits of the schema files.

    The database is that of the linked project unless another one is named. The migration is proved as `pgnorm diff -f`
    does it, the files are edited as by `pgnorm sync`; all is written, or nothing.
    """
    from pgnorm.normalizer.applying.pending import refuse_pending, refuse_unknown
    from pgnorm.normalizer.consumers import consumers
    from pgnorm.normalizer.unsure import refuse_database

    if no_sync and (ours or theirs or interactive):
        raise click.UsageError("--no-sync merges nothing, so leave out --ours, --theirs and --interactive.")
    project = project_of(app)
    refuse_name(project, name)
    at = option_of(app, _DEFAULT)
    decide = Decider(app=app, ours=ours, theirs=theirs, interactive=interactive)
    with target(app, default=_DEFAULT) as found:
        refuse_database(project.platform, found.database)
        before = found.standings(project)
        refuse_unknown(before, at)
        paths = begun(before)
        if not paths or repair is False or (repair is None and not on_terminal()):
            refuse_pending(before, at)
        known = project.migration_files()
        with app.workspace() as workspace:
            comparison, sync = _compared(app, workspace, found.database, renames, suggested, decide)
            if paths and comparison.writes:
                refuse_pending(before, at)
            comparison = comparison.evolve(consumers=consumers(comparison, project, app.tell))
            with app.console.fitting():
                tell_comparison(app, comparison, listed=suggested == ASK)
            if comparison.plan:
                tell_history(app, app.source or _DEFAULT)
            synced = sync() if sync is not None and comparison.writes and not no_sync else None
            platform = workspace.platform
        if not comparison.writes:
            if paths and not dry_run and _wants(app, found, repair=repair):
                with found.lock.held():
                    remember(app, found, paths, unchanged(before, paths))
            _tell_outcome(app, comparison, None, dry_run=dry_run)
            return 0
        if synced is not None:
            decide.tell(synced)
            if synced.conflicts:
                tell_conflicts(app, synced.conflicts)
                return FAILED
        if dry_run:
            _show(app, comparison, synced)
        else:
            texts = headed(comparison, scripts(comparison, bare=False), platform)
            files = _writings(app, synced, force=force)
            writing = partial(_write, app, texts, name, known, comparison.plan.alone, files)
            _deliver(app, found, writing, before, at, repair=repair)
    _tell_outcome(app, comparison, synced, dry_run=dry_run)
    return 0


def _compared(
    app: App, workspace: "Workspace", database: "Database", renames: tuple[str, ...], suggested: str, decide: Decider
) -> "tuple[Comparison, Callable[[], Synced] | None]":
    """The database beside the migrations, read once, and what merges its changes into the schema files, if there are
    some."""
    from pgnorm.normalizer.comparing import compare_sides
    from pgnorm.normalizer.comparison import Options
    from pgnorm.normalizer.dump.layouts import configured
    from pgnorm.normalizer.left_alone import ignoring
    from pgnorm.normalizer.project.sources import declared, migrations
    from pgnorm.normalizer.sides import Sides
    from pgnorm.normalizer.syncing.sync import Syncing

    project = project_of(app)
    base = migrations(project)
    options = Options(ignoring=ignoring(project.ignore))
    sides = Sides.between(workspace, base, database)
    syncing = None
    if project.declares:
        syncing = Syncing(sides, base, database, declared(project), options, configured(project.split), decide)
        options = syncing.options
    else:
        app.console.say("The project has no schema files, so there are none to bring up to date")
    asked = options.evolve(renames=renames)
    found = compare_sides(sides, base, database, asked, lambda found: accepted(app.console, found, suggested))
    if syncing is None:
        return found, None
    return found, partial(syncing.run, (*renames, *found.accepted))


def _tell_outcome(app: App, comparison: "Comparison", synced: "Synced | None", *, dry_run: bool) -> None:
    """Print, where JSON is asked for, what was done, and the comparison as `pgnorm diff --json` prints it."""
    from pgnorm.normalizer.review.document import document

    if app.as_json:
        new = public(app.source or _DEFAULT)
        written = tuple(each["file"] for each in app.changed if each["change"] == "wrote") if not dry_run else ()
        done: PullOutcome = {
            **sync_outcome(app, synced, dry_run=dry_run),
            "comparison": document(comparison, "migrations", new, written),
        }
        deliver_outcome(app, done)


def _show(app: App, comparison: "Comparison", synced: "Synced | None") -> None:
    """Show what would be written."""
    if not app.as_json:
        write(f"\n{comparison.plan.boundary}\n".join(scripts(comparison, bare=False)))
    for rewrite in synced.changed if synced is not None else ():
        app.tell_file(rewrite.source.label, "edited", done=False)


def _writings(app: App, synced: "Synced | None", *, force: bool) -> "Sequence[Writing]":
    from pgnorm.normalizer.files.edits import writings

    if synced is None:
        return ()
    if synced.taken:
        tell_taken(app, synced)
    if not force:
        refuse_uncommitted(synced.changed)
    return writings(synced.changed)


def _write(
    app: App,
    texts: "Sequence[str]",
    name: str,
    known: "Migrations",
    alone: "Sequence[bool]",
    files: "Sequence[Writing]",
) -> Written:
    written = write_migrations(app, texts, name, known, behind=True, alone=alone, files=files)
    if files and not written.own:
        raise PgnormError(
            "another run has written the same migration meanwhile, so the schema files are left as they are",
            hint="Look at them; to have them edited here, take that migration away and run it again.",
        )
    for writing in files:
        app.tell_file(writing.label, "edited")
    return written


def _deliver(
    app: App,
    found: "Target",
    writing: "Callable[[], Written]",
    before: "tuple[Standing, ...]",
    at: str,
    *,
    repair: bool | None,
) -> None:
    """Write all and, if that is wanted, have the database count the migrations as applied."""
    if _wants(app, found, repair=repair):
        with found.lock.held():
            write_applied(app, found, writing, unchanged(before))
        return
    paths = writing().paths
    versions = [each.version for each in project_of(app).migration_files().files if each.path in paths]
    app.console.say(
        "To have the database count it as applied, or `pgnorm push` would try to apply it: "
        f"pgnorm migration repair --status applied {' '.join(versions)} {at}"
    )


def _wants(app: App, found: "Target", *, repair: bool | None) -> bool:
    if repair is not None:
        return repair
    return on_terminal() and app.console.ask(f"Count it as applied in {found.name}?")
