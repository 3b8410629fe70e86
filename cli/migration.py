"""`pgnorm migration`: the project's migrations, and the history of them that a database keeps."""

from typing import TYPE_CHECKING, Final

import click

from .app import App
from .documents import deliver_outcome, json_option, outcome, printed
from .general import general_options
from .help import Command, Group, exit_codes
from .migration_baseline import baseline
from .migration_history import fetch, repair
from .migration_rebase import rebase
from .migration_squash import squash
from .migration_up import up
from .new_migrations import write_migrations
from .output import in_line, write
from .standings import notes, standing_json
from .targets import project_of, target, target_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pgnorm.normalizer.applying.standing import Standing

    from .forms import MigrationList

JSON_VERSION: Final = 1
EPILOG: Final = f"""\b
Examples:
  pgnorm migration new add_notes   an empty migration
  pgnorm migration list            files and database side by side
  pgnorm migration up              apply to the local database what it lacks
  pgnorm migration repair --status applied 20240101000000
                                   say in the history that it is applied
  pgnorm migration rebase          those of this branch behind those of the main one
  pgnorm migration squash          one file in the place of all, proved to make the same

{exit_codes()}"""


@click.group(cls=Group, epilog=EPILOG)
def migration() -> None:
    """Write, list and apply the project's migrations."""


@click.command(cls=Command, params=general_options(), epilog=exit_codes())
@click.argument("name")
@json_option
@click.pass_obj
def new(app: App, name: str) -> int:
    """Write an empty migration, to be filled by hand.

    What the schema files have and the migrations lack comes from `pgnorm diff -f NAME`.
    """
    write_migrations(app, [""], name, project_of(app).migration_files(), behind=False)
    deliver_outcome(app, outcome(app))
    return 0


@click.command("list", cls=Command, params=general_options(), epilog=exit_codes())
@target_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def list_(app: App, as_json: bool) -> int:
    """List the migrations of the folder and those that the database says were applied, in one order."""
    project = project_of(app)
    with target(app) as found:
        standings = found.standings(project)
    write(_as_json(standings) if as_json else _as_text(standings))
    if not standings:
        app.console.say("There are no migrations")
    return 0


def _as_text(standings: "Sequence[Standing]") -> str:
    rows = [(in_line(each.version), in_line(each.name), ", ".join(notes(each))) for each in standings]
    widths = [max((len(part) for part in parts), default=0) for parts in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "".join(f"{line}\n" for line in lines)


def _as_json(standings: "Sequence[Standing]") -> str:
    document: MigrationList = {"version": JSON_VERSION, "migrations": [*map(standing_json, standings)]}
    return printed(document)


for command in (new, list_, up, repair, fetch, rebase, squash, baseline):
    migration.add_command(command)
