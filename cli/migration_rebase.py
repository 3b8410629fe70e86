"""`pgnorm migration rebase`: this branch's migrations put behind those of another."""

from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from pgnorm.catalog.errors import PgnormError

from . import VERSION
from .app import App
from .documents import printed
from .general import general_options
from .help import Command, exit_codes
from .output import plural, write
from .rebased_history import RebasedHistory
from .replanned import replan
from .servers import cache_option, shadow_option, trust_option
from .targets import option_of, project_of, target, target_options

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pgnorm.normalizer.files.staging import Writing
    from pgnorm.normalizer.project.forms import Migration
    from pgnorm.normalizer.rebasing.parted import Parted
    from pgnorm.normalizer.rebasing.rebase import Move, Rebase

    from .forms import Rebased

JSON_VERSION: Final = 1
EPILOG: Final = f"""\b
Examples:
  pgnorm migration rebase             your migrations behind those of the main branch
  pgnorm migration rebase --since origin/develop --dry-run
                                      say what would be renamed
  pgnorm migration rebase --local     and have the local database's history say the same
  pgnorm migration rebase --replan    where they no longer fit: one new plan in their place

{exit_codes()}"""


@click.command(cls=Command, params=general_options(), epilog=EPILOG)
@target_options
@shadow_option
@trust_option
@cache_option
@click.option(
    "--since",
    metavar="REVISION",
    help="What git does not have at this revision is yours.  [default: the first there is of origin/HEAD, origin/main, "
    "origin/master, main, master]",
)
@click.option("--replan", "replans", is_flag=True, help="Replace what no longer fits behind the others by a new plan.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@click.option("--force", is_flag=True, help="Rename files that have changes which git has not committed.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as one JSON document.")
@click.pass_obj
def rebase(app: App, since: str | None, replans: bool, dry_run: bool, force: bool, as_json: bool) -> int:
    """Put this branch's migrations behind those that another branch has by now.

    They get later versions where they would run before one of these. Loaded in that order, they must lead to the
    schema files; certificates of those that begin elsewhere by now are written anew. Otherwise nothing is written, or
    with --replan one new plan takes the place of those that pgnorm has generated.
    """
    from pgnorm.normalizer.files.restoring import refuse_unrestorable
    from pgnorm.normalizer.rebasing.parted import parted, usual_revision
    from pgnorm.normalizer.rebasing.rebase import Rebase, Unfit

    project = project_of(app)
    found = parted(project, since or usual_revision(project))
    _refuse_unfit(found)
    moves: Sequence[Move] = ()
    replanned: Sequence[Path] | None = None

    def refuse(written: "Sequence[Migration]") -> None:
        for each in () if force or dry_run else written:
            refuse_unrestorable(each.path)

    with ExitStack() as stack:
        history = None
        if app.source is not None:
            database = stack.enter_context(target(app))
            stack.enter_context(database.lock.held())
            history = RebasedHistory(database, project, found.mine, option_of(app, "local"))
        with app.workspace() as workspace:
            run = Rebase(workspace, project, found, VERSION)
            try:
                moves = run.moves(datetime.now(UTC)) if found.mine else ()
                refuse([move.own.migration for move in moves if move.changes])
            except Unfit as error:
                if not replans:
                    raise
                error.hint = None  # it is followed
                app.console.errors([error], warning=True)
                refuse(found.mine)
                if history is not None:
                    history.refuse_applied()
                replanned = replan(app, run, dry_run=dry_run, shown=not as_json)
        if replanned is None:
            _carry_out(app, run, moves, history, dry_run=dry_run)
    if as_json:
        write(_as_json(found, moves, replanned, dry_run=dry_run))
    return 0


def _refuse_unfit(found: "Parted") -> None:
    """Raise PgnormError for migrations that can't be renamed, and while some of the revision are not here."""
    from pgnorm.normalizer.applying.squashes import squashed_in
    from pgnorm.normalizer.files.reading import read_file, shown

    if found.gone:
        raise PgnormError(
            f"{found.revision} has migrations that are not here: {', '.join(found.gone)}",
            hint=f"Take {found.revision} in first: git rebase {found.revision}",
        )
    if found.found.named is None:
        raise PgnormError(
            "a migration of this folder is more than one file, which only its tool can rename",
            place=shown(found.folder),
            hint="Rename them with that tool.",
        )
    for each in found.mine:
        label = shown(each.path)
        if each.path.is_symlink():
            raise PgnormError("the file is a link to another one", place=label, hint="Put the file itself there.")
        if taken := [name for name in squashed_in(read_file(each.path, label=label).text) if name in found.then]:
            raise PgnormError(
                f"it was squashed from migrations that {found.revision} has ({taken[0]}), so it can't come behind them",
                place=label,
                hint="Put the files back (git checkout), rebase, and squash them then.",
            )


def _carry_out(
    app: App,
    run: "Rebase",
    moves: "Sequence[Move]",
    history: RebasedHistory | None,
    *,
    dry_run: bool,
) -> None:
    """Write the files under their new names, and have the history say the same."""
    revision, changed = run.parted.revision, [move for move in moves if move.changes]
    if not changed:
        behind = (
            f"Your {plural(len(moves), 'migration')} come{'s' * (len(moves) == 1)} behind those of {revision} already"
        )
        app.console.say(behind if moves else f"{revision} has all of the migrations, so none is to be put behind them")
        return
    if not dry_run and history is not None:
        history.replace(changed, lambda: _write(run, changed))
    elif not dry_run:
        _write(run, changed)
    for move in changed:
        _tell(app, move, dry_run=dry_run)
    if not dry_run and history is None:
        gone = " ".join(move.own.migration.version for move in changed if move.path != move.own.migration.path)
        new = " ".join(move.version for move in changed)
        told = (*([f"reverted {gone}"] if gone else []), f"applied {new}")
        app.console.listing(
            "A database that has applied them is to be told:",
            [f"pgnorm migration repair --status {each}" for each in told],
        )


def _write(run: "Rebase", changed: "Sequence[Move]") -> None:
    from pgnorm.normalizer.files.folders import alone_in
    from pgnorm.normalizer.files.reading import shown
    from pgnorm.normalizer.files.writing import write_alone

    writings = _writings(run, changed)
    with alone_in({writing.path.parent for writing in writings}):
        if run.project.migration_files().files != run.parted.found.files:
            raise PgnormError(
                "migrations were added or taken away meanwhile",
                place=shown(run.parted.folder),
                hint="Nothing is written: run it again.",
            )
        write_alone(writings)


def _writings(run: "Rebase", changed: "Sequence[Move]") -> "list[Writing]":
    """The files at their new places, and those at the old ones taken away; what lies beside them goes along."""
    from pgnorm.normalizer.files.edits import encoded
    from pgnorm.normalizer.files.reading import read_bytes, shown
    from pgnorm.normalizer.files.staging import Writing
    from pgnorm.normalizer.project.renumbering import paths_beside

    old: dict[Path, bytes] = {}
    new: dict[Path, bytes] = {}
    for move in changed:
        source = move.own.file.source
        old[move.own.migration.path] = encoded(source, source.text)
        new[move.path] = encoded(source, move.text)
    migrations, paths = [move.own.migration for move in changed], [move.path for move in changed]
    for before, after in paths_beside(run.parted.found, migrations, paths):
        old[before] = new[after] = read_bytes(before, label=shown(before))
    written = [
        Writing(path=path, content=content, expected=old.get(path), new=path not in old, label=shown(path))
        for path, content in new.items()
    ]
    gone = [
        Writing(path=path, content=None, expected=content, label=shown(path))
        for path, content in old.items()
        if path not in new
    ]
    return [*written, *gone]


def _tell(app: App, move: "Move", *, dry_run: bool) -> None:
    from pgnorm.normalizer.files.reading import shown

    own = move.own
    if move.path == own.migration.path:
        app.console.say(f"{'Would certify' if dry_run else 'Certified'} {own.file.label} anew")
        return
    anew = ", certified anew" * move.certified
    app.console.say(f"{'Would rename' if dry_run else 'Renamed'} {own.file.label} to {shown(move.path)}{anew}")
    if own.certificate is not None and not own.generated:
        app.console.warn(
            f"{own.file.label}: its statements are not those that were proved, so its certificate stays as it is",
            hint="Take the line of the certificate out.",
        )


def _as_json(found: "Parted", moves: "Sequence[Move]", replanned: "Sequence[Path] | None", *, dry_run: bool) -> str:
    from pgnorm.normalizer.files.reading import shown

    document: Rebased = {
        "version": JSON_VERSION,
        "since": found.revision,
        "dry_run": dry_run,
        "migrations": [
            {"file": move.own.file.label, "to": shown(move.path), "certified": move.certified} for move in moves
        ],
        "replaced": [shown(each.path) for each in found.mine] if replanned is not None else [],
        "files": [shown(path) for path in replanned or ()],
    }
    return printed(document)
