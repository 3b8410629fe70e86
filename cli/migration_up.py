"""`pgnorm migration up`: pending migrations applied to a database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

from .app import App
from .documents import deliver_outcome, json_option, outcome
from .general import general_options
from .help import Command, exit_codes
from .pending import show, would_apply
from .targets import applying_options, force_option, option_of, project_of, target

if TYPE_CHECKING:
    from pgnorm.normalizer.applying.pieces import Applicable
    from pgnorm.normalizer.applying.target import Target
    from pgnorm.normalizer.gate import Gate

    from .outcomes import UpOutcome

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
    from pgnorm.normalizer.applying.pending import read_pending

    project, at = project_of(app), option_of(app, "local")
    with target(app) as found:
        if dry_run:
            pending = read_pending(found.standings(project), at, include_all=include_all)
            show(app, pending)
            if not force:
                check_first(app, found, pending)
            would_apply(app, pending)
        else:
            with found.lock.held():
                pending = read_pending(found.standings(project), at, include_all=include_all)
                apply(app, found, pending, force=force)
    if not pending:
        app.console.say("The database is up to date")
    done: UpOutcome = {**outcome(app, dry_run=dry_run), "pending": [each.version for each in pending]}
    deliver_outcome(app, done)
    return 0


def check_first(app: App, found: "Target", pending: "Sequence[Applicable]") -> None:
    """Raise PgnormError where the first of these migrations would not be let through."""
    with _gate(app, found) as gate:
        gate.check_first(pending, found.history.unfinished())


@contextmanager
def _gate(app: App, found: "Target") -> "Iterator[Gate]":
    from pgnorm.normalizer.gate import Gate
    from pgnorm.normalizer.left_alone import ignoring

    with app.workspace() as workspace:
        yield Gate(workspace, found.database, ignoring(project_of(app).ignore), found.carrier.at)


def apply(app: App, found: "Target", pending: "Sequence[Applicable]", *, force: bool) -> None:
    """Apply migrations, and say so of each. Raises PgnormError for the first that fails."""
    from pgnorm.normalizer.gate import migrate

    with _gate(app, found) as gate:
        for each, took in migrate(found, pending, gate, force=force):
            app.applied.append(each.version)
            app.console.say(f"Applied {each.label}" + (f" in {took:.1f} s" if took > _TOLD_FROM else ""))
