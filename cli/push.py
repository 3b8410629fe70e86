"""`pgnorm push`: pending migrations to the hosted database, once somebody has looked at them."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import click

from pgnorm.catalog.errors import PgnormError

from .app import App
from .documents import deliver_outcome, json_option, outcome
from .general import general_options
from .help import FAILED, Command, exit_codes
from .migration_up import apply, check_first
from .output import Console, on_terminal
from .pending import show, would_apply
from .targets import applying_options, force_option, option_of, project_of, target

if TYPE_CHECKING:
    from pgnorm.normalizer.applying.pieces import Applicable
    from pgnorm.normalizer.applying.seeds import Seed
    from pgnorm.normalizer.applying.target import Target

    from .outcomes import PushOutcome

_NOT_AGAIN: Final = "was changed since it was run, and is not run again"
EPILOG: Final = f"""\b
Examples:
  pgnorm push --dry-run            say what the linked project's database lacks
  pgnorm push                      apply it, once you have said yes
  pgnorm push --yes                apply it, in CI

{exit_codes()}"""


@click.command(cls=Command, params=general_options(), epilog=EPILOG)
@applying_options
@click.option("--include-roles", is_flag=True, help="Make the roles of supabase/roles.sql first.")
@click.option("--include-seed", is_flag=True, help="Run the seed files that were not run before.")
@force_option
@click.option("-y", "--yes", is_flag=True, help="Don't ask.")
@json_option
@click.pass_obj
def push(
    app: App, dry_run: bool, include_all: bool, include_roles: bool, include_seed: bool, force: bool, yes: bool
) -> int:
    """Apply the migrations that the linked project's database lacks, as `pgnorm migration up` does.

    Before that each of them is shown with what its head says of it: what it changes, which statements take long and who
    waits meanwhile, who may do what afterwards. Then you are asked.
    """
    from pgnorm.normalizer.applying.pending import read_pending
    from pgnorm.normalizer.applying.seeds import make_roles, roles_of, unrun

    project, at = project_of(app), option_of(app, "linked")
    roles = roles_of(project) if include_roles else None
    with target(app, default="linked") as found:

        def left() -> "tuple[tuple[Applicable, ...], tuple[Seed, ...]]":
            pending = read_pending(found.standings(project), at, include_all=include_all)
            return pending, unrun(project, found.seeds) if include_seed else ()

        pending, seeds = left()
        ran: list[str] = []
        done: PushOutcome = {
            **outcome(app, dry_run=dry_run),
            "pending": [each.version for each in pending],
            "ran": ran,
        }
        if not (pending or seeds or roles):
            app.console.say("The database is up to date")
            deliver_outcome(app, done)
            return 0
        _show(app, pending, [file.label for file in ((roles,) if roles else ())], [seed.file.label for seed in seeds])
        # The file of the roles may make what the first one starts from.
        if not force and roles is None:
            check_first(app, found, pending)
        if dry_run:
            would_apply(app, pending)
            deliver_outcome(app, done)
            return 0
        if not yes and not agreed(app.console, found.name):
            app.console.say("Nothing is applied")
            return FAILED
        with found.lock.held():
            if (pending, seeds) != left():
                raise PgnormError("what is to be applied has changed meanwhile", hint="Run it again, and look again.")
            if roles is not None:
                make_roles(found.carrier, roles)
                ran.append(roles.label)
                app.console.say(f"Ran {roles.label}")
            apply(app, found, pending, force=force)
            ran += _filled(app, found, seeds)
    deliver_outcome(app, done)
    return 0


def _filled(app: App, found: "Target", seeds: "Sequence[Seed]") -> "Iterator[str]":
    """Run the seeds: the names of the files of those that fill something."""
    from pgnorm.normalizer.applying.seeds import fill

    for seed in seeds:
        if fill(found.carrier, found.seeds, seed):
            app.console.say(f"Ran {seed.file.label}")
            yield seed.file.label
        else:
            app.console.say(f"{seed.file.label} {_NOT_AGAIN}")


def _show(app: App, pending: "Sequence[Applicable]", roles: Sequence[str], seeds: Sequence[str]) -> None:
    """Show what is going to be applied, and what the migrations say of it."""
    for label in roles:
        app.console.say(f"{label}, for roles that are not there")
    show(app, pending)
    for label in seeds:
        app.console.say(f"{label}, for rows")


def agreed(console: Console, what: str) -> bool:
    """True if somebody says yes to applying this. Raises PgnormError where there is nobody to ask."""
    if not on_terminal():
        raise PgnormError("there is no terminal on which to ask if this is to be applied", hint="Say so with --yes.")
    return console.ask(f"Apply this to {what}?")
