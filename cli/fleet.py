"""`pgnorm fleet`: many databases that are to have one schema."""

from typing import Final

import click

from .fleet_check import check
from .fleet_up import up
from .help import Group, exit_codes

EPILOG: Final = f"""\b
Examples:
  pgnorm fleet check databases.txt         which of them are as the schema files say?
  pgnorm fleet up databases.txt --dry-run  what would be applied to which
  pgnorm fleet up databases.txt            one of them first, then fifty at a time

{exit_codes("with check: some of them are not as they are to be")}"""


@click.group(cls=Group, epilog=EPILOG)
def fleet() -> None:
    """Compare and migrate many databases that are to have one schema."""


for command in (check, up):
    fleet.add_command(command)
