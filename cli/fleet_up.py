"""`pgnorm fleet up`: pending migrations applied to many databases, one of them first, then in waves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

from pgnorm.catalog.interrupts import exit_code

from .app import App
from .documents import printed
from .failures import told
from .fleet_options import executing, fleet_options, tenants_of
from .fleet_waves import Waves
from .general import general_options
from .help import FAILED, Command, exit_codes
from .output import write
from .targets import force_option, project_of, waiting_option

if TYPE_CHECKING:
    from pgnorm.normalizer.fleet.away import Away
    from pgnorm.normalizer.fleet.migrating import Migrating
    from pgnorm.normalizer.load.adaptation import Level

WAVE: Final = 50
EPILOG: Final = f"""\b
Examples:
  pgnorm fleet up databases.txt --dry-run
  pgnorm fleet up databases.txt            one of them first, then you are asked again
  pgnorm fleet up databases.txt --canary 3 --wave 100 --jobs 20 --yes

{exit_codes()}"""


@click.command(cls=Command, params=general_options(), epilog=EPILOG)
@fleet_options
@waiting_option
@click.option(
    "--canary",
    type=click.IntRange(min=0),
    default=1,
    metavar="N",
    help="Apply to the first N that lack anything, before all others (1).",
)
@click.option(
    "--wave",
    type=click.IntRange(min=1),
    default=WAVE,
    metavar="N",
    help=f"Then to so many, and only when these are done to the next ({WAVE}).",
)
@click.option("--dry-run", is_flag=True, help="Say what would be applied, and change nothing.")
@click.option("--include-all", is_flag=True, help="Apply what is out of order, too.")
@force_option
@click.option("-y", "--yes", is_flag=True, help="Don't ask.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as one JSON document.")
@click.pass_obj
def up(
    app: App,
    targets: str | None,
    query: str | None,
    jobs: int,
    executor: str | None,
    canary: int,
    wave: int,
    dry_run: bool,
    include_all: bool,
    force: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Apply the migrations that databases lack, as `pgnorm migration up` does to each.

    A few come first, and on a terminal you are asked before them and after them. The first failure stops it: what is in
    hand is finished, nothing else is begun, and you are told which are done, which failed and which were not begun.
    Running it again goes on from there, after Ctrl-C as well.
    """
    from pgnorm.normalizer.applying.target import history_table
    from pgnorm.normalizer.fleet.away import Away

    project = project_of(app)
    away = Away(
        project=project,
        history=history_table(project),
        include_all=include_all,
        force=force,
        lock_timeout=app.lock_timeout,
    )
    with _migrating(app, away) as migrating, executing(executor, jobs, away) as many:
        where = migrating if executor is None else away
        waves = Waves(app, where, many, tenants_of(app, targets, query), migrating.workspace.live)
        waves.survey()
        try:
            if dry_run:
                waves.check()
            else:
                waves.apply(canary, wave, ask=not yes)
            code = 0 if waves.succeeded else FAILED
        except (KeyboardInterrupt, click.Abort) as ended:
            code = exit_code(ended)
            app.console.warn("Interrupted.")
        except Exception as problem:
            code = FAILED
            app.console.errors(told(problem))
        waves.tell(dry_run=dry_run)
    if as_json:
        write(printed(waves.document(dry_run=dry_run)))
    return code


@contextmanager
def _migrating(app: App, away: "Away") -> "Iterator[Migrating]":
    """The same work, done here."""

    def tell(level: "Level", message: str) -> None:
        # The gate reads each database: what is said of that is of interest once, and not hundreds of times.
        app.tell("verbose" if level == "note" else level, message)

    with app.workspace(tell) as workspace:
        yield away.migrating(workspace, tell)
