"""`pgnorm migration repair` and `fetch`: history and files made to agree where somebody knows better."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Literal

import click

from pgnorm.catalog.errors import PgnormError

from .app import App
from .documents import deliver_outcome, json_option, outcome
from .general import general_options
from .help import Command, exit_codes
from .targets import project_of, target, target_options

if TYPE_CHECKING:
    from pgnorm.normalizer.applying.pieces import Applicable
    from pgnorm.normalizer.applying.standing import Standing

    from .outcomes import FetchOutcome, RepairOutcome


@click.command(cls=Command, params=general_options(), epilog=exit_codes())
@click.argument("versions", nargs=-1, required=True, metavar="VERSION...")
@target_options
@click.option(
    "--status",
    type=click.Choice(["applied", "reverted"]),
    required=True,
    help="`applied` writes their rows from the files, `reverted` deletes them.",
)
@json_option
@click.pass_obj
def repair(app: App, versions: tuple[str, ...], status: Literal["applied", "reverted"]) -> int:
    """Change what the history says was applied, and nothing else in the database.

    All of the versions, or none where one can't be.
    """
    project = project_of(app)
    versions = tuple(dict.fromkeys(versions))
    with target(app) as found, found.lock.held():
        known = {each.version: each for each in found.standings(project)}
        files = [_file(version, known) for version in versions] if status == "applied" else []
        if status == "reverted" and (absent := [each for each in versions if not _is_remembered(known.get(each))]):
            raise PgnormError(
                f"the history has no {', '.join(absent)}", hint="`pgnorm migration list` shows what it has."
            )
        with found.carrier.connection.transaction(renewed=True):
            if files:
                found.history.prepare()
            for version in versions:
                found.history.remove(version)
            for each in files:
                found.history.add(each.version, each.name, each.texts)
            found.lock.check()
    for version in versions:
        app.console.say(f"{version} is now recorded as {status}")
    app.applied += versions if files else ()
    done: RepairOutcome = {**outcome(app), "reverted": [] if files else [*versions]}
    deliver_outcome(app, done)
    return 0


def _file(version: str, known: "dict[str, Standing]") -> "Applicable":
    from pgnorm.normalizer.applying.standing import read

    standing = known.get(version)
    if standing is None or standing.path is None:
        raise PgnormError(
            f"no migration in the folder has the version {version}",
            hint="`pgnorm migration list` shows those there are.",
        )
    return read(standing.path, version, standing.name)


def _is_remembered(standing: "Standing | None") -> bool:
    from pgnorm.normalizer.applying.standing import State

    return standing is not None and standing.state is not State.PENDING


@click.command(cls=Command, params=general_options(), epilog=exit_codes())
@target_options
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@json_option
@click.pass_obj
def fetch(app: App, dry_run: bool) -> int:
    """Write the files of applied migrations that the folder lacks, from the statements in the history.

    Files that are there stay as they are.
    """
    from pgnorm.normalizer.applying.fetching import files_of
    from pgnorm.normalizer.applying.standing import State
    from pgnorm.normalizer.files.folders import alone_in, made
    from pgnorm.normalizer.files.writing import write_alone

    project = project_of(app)
    folder = project.migrations_dir
    with target(app) as found:
        rows = found.history.rows()
        missing = [rows[each.version] for each in found.standings(project) if each.state is State.MISSING]
    with ExitStack() as stack:
        if not dry_run and any(row.statements is not None for row in missing):
            stack.enter_context(made(folder))
            stack.enter_context(alone_in([folder]))
        writings = list(files_of(missing, folder, project.migration_files()))
        if not dry_run:
            write_alone(writings)
    _tell(app, [writing.label for writing in writings], dry_run=dry_run)
    unknown = [row.version for row in missing if row.statements is None]
    for version in unknown:
        app.console.warn(f"{version}: the history does not say which statements it had, so it gets no file")
    done: FetchOutcome = {**outcome(app, dry_run=dry_run), "without_statements": unknown}
    deliver_outcome(app, done)
    return 0


def _tell(app: App, labels: Sequence[str], *, dry_run: bool) -> None:
    for label in labels:
        app.tell_file(label, "wrote", done=not dry_run)
    if not labels:
        app.console.say("The folder has all that was applied")
