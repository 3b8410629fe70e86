"""`pgnorm migration up`: pending migrations applied to a database."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

from pgnorm.catalog.errors import PgnormError

from .documents import deliver_outcome, json_option
from .general import general_options
from .help import Command, exit_codes
from .options import App
from .targets import applying_options, force_option, option_of, project_of, target

if TYPE_CHECKING:
    from pgnorm.normalizer.applying.pieces import Applicable
    from pgnorm.normalizer.applying.standing import Standing
    from pgnorm.normalizer.applying.target import Target
    from pgnorm.normalizer.gate import Gate

_TOLD_FROM: Final = 2.0  # seconds
EPILOG: Final = f"""\b
Examples:
  pgnorm migration up              apply to the local database what it lacks
  pgnorm migration up --dry-run    say what that is
  pgnorm migration up --db-url postgresql://127.0.0.1/app

{exit_codes()}"""


@click.command(cls=Command, params=general_options(), epilog=EPILOG)
@applying_options
@force_option
@json_option
@click.pass_obj
def up(app: App, dry_run: bool, include_all: bool, force: bool) -> int:
    """Apply the migrations that the database lacks, each in one transaction with its row of the history.

    A file that can't run in one (CREATE INDEX CONCURRENTLY, VACUUM, an enum value that is used at once, or the comment
    `-- pgnorm: transaction=false`) runs statement by statement; where that is cut short, the next run goes on.
    """
    project, at = project_of(app), option_of(app, "local")
    with target(app) as found:
        if dry_run:
            pending = read_pending(found.standings(project), at, include_all=include_all)
            if not force:
                check_first(app, found, pending)
            would_apply(app, pending)
        else:
            with found.lock.held():
                pending = read_pending(found.standings(project), at, include_all=include_all)
                apply(app, found, pending, force=force)
    if not pending:
        app.console.say("The database is up to date")
    deliver_outcome(app, dry_run=dry_run, pending=[each.version for each in pending])
    return 0


def check_first(app: App, found: "Target", pending: "Sequence[Applicable]") -> None:
    """Raise PgnormError where the first of these migrations would not be let through."""
    for each in pending[:1]:
        if each.version not in found.history.unfinished():
            with _gate(app, found) as gate:
                gate.check(each)


def would_apply(app: App, pending: "Sequence[Applicable]") -> None:
    """Say which migrations would be applied."""
    for each in pending:
        app.console.say(f"Would apply {each.label}")


@contextmanager
def _gate(app: App, found: "Target") -> "Iterator[Gate]":
    from pgnorm.normalizer.gate import Gate
    from pgnorm.normalizer.left_alone import ignoring

    with app.workspace() as workspace:
        yield Gate(workspace, found.database, ignoring(project_of(app).ignore))


def apply(app: App, found: "Target", pending: "Sequence[Applicable]", *, force: bool) -> None:
    """Apply migrations, and say so of each. Raises PgnormError for the first that fails."""
    from pgnorm.normalizer.applying.run import carry_out

    if pending:
        with found.carrier.connection.transaction(renewed=True):
            found.history.prepare()
    begun = found.history.unfinished()
    with _gate(app, found) as gate:
        for each in pending:
            if not force and each.version not in begun:
                gate.check(each)
            app.console.detail(f"Applying {each.label}")
            began = time.monotonic()
            carry_out(found.carrier, each)
            gate.passed(each)
            took = time.monotonic() - began
            app.applied.append(each.version)
            app.console.say(f"Applied {each.label}" + (f" in {took:.1f} s" if took > _TOLD_FROM else ""))


def read_pending(standings: "Sequence[Standing]", at: str, *, include_all: bool) -> "tuple[Applicable, ...]":
    """The migrations that are left to do, in their order; `at` is the option that names the database.

    Raises PgnormError where they don't follow those that are applied, and for what can't be applied.
    """
    from pgnorm.normalizer.applying.pieces import check
    from pgnorm.normalizer.applying.standing import left, read
    from pgnorm.normalizer.applying.target import refuse_tools

    refuse_unknown(standings, at)
    pending = left(standings)
    if not include_all:
        _refuse_late(pending)
    found = tuple(read(each.path, each.version, each.name) for each in pending if each.path is not None)
    for each in found:
        refuse_tools(each)
        check(each)
    return found


def refuse_unknown(standings: "Sequence[Standing]", at: str) -> None:
    """Raise PgnormError for what the database has applied and the folder lacks; `at` is the option that names it."""
    from pgnorm.normalizer.applying.standing import State

    begun = [each.version for each in standings if each.state is State.UNFINISHED and each.path is None]
    if begun:
        raise PgnormError(
            f"the database has carried out a part of migrations that the folder lacks: {', '.join(begun)}",
            hint="Put their files back; or undo by hand what they did, and run "
            f"`pgnorm migration repair --status reverted {' '.join(begun)} {at}`.",
        )
    unknown = [each.version for each in standings if each.state is State.MISSING]
    if unknown:
        raise PgnormError(
            f"the database has applied migrations that the folder lacks: {', '.join(unknown)}",
            hint=f"`pgnorm migration fetch {at}` writes their files. If they are not to be there: "
            f"`pgnorm migration repair --status reverted {' '.join(unknown)} {at}`.",
        )


def _refuse_late(pending: "Sequence[Standing]") -> None:
    late = [each.path.name for each in pending if each.late and each.path is not None]
    if late:
        raise PgnormError(
            f"the database has applied later migrations than these: {', '.join(late)}",
            hint="Give them later versions, or apply them all the same with --include-all.",
        )
