"""`pgnorm doctor`: what a run would work with here, and what is in its way."""

from typing import TYPE_CHECKING, Final

import click

from pgnorm.catalog.errors import PgnormError

from . import VERSION
from .app import App
from .documents import printed
from .general import general_options
from .help import CHANGED, Command, exit_codes
from .output import visible
from .servers import shadow_option

if TYPE_CHECKING:
    from pgnorm.normalizer.diagnosis import Diagnosis

    from .forms import Diagnoses, DiagnosisSaid

JSON_VERSION: Final = 1
_COLORS: Final = {"ok": "green", "note": "yellow", "problem": "red"}
EPILOG: Final = f"""\b
Examples:
  pgnorm doctor                    what is here, and what is in the way
  pgnorm doctor --json

{exit_codes("there is a problem")}"""


@click.command(cls=Command, params=general_options(), epilog=EPILOG)
@shadow_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def doctor(app: App, as_json: bool) -> int:
    """Say which servers, project, files, migrations and databases a run here would work with.

    A private server is started, and the databases of a Supabase project are asked, read-only, if they answer. What is
    missing or in the way comes with what to do about it.
    """
    from pgnorm.normalizer.diagnosis import State, diagnoses

    broken = None
    try:
        _ = app.project
    except PgnormError as error:
        app.project, broken = None, error
    with app.workspace() as workspace:
        found = [*diagnoses(workspace, broken, alone=app.shadow_url is None)]
    text = _json(found) if as_json else f"pgnorm {VERSION}\n{''.join(map(_lines, found))}"
    click.echo(text, nl=False, color=app.console.color)
    return CHANGED if any(each.state is State.PROBLEM for each in found) else 0


def _lines(found: "Diagnosis") -> str:
    state = found.state.value
    said, cure = (visible(text).replace("\n", f"\n{'':10}") for text in (found.said, found.cure))
    cure = f"{'':10}{cure}\n" if cure else ""
    return f"{click.style(f'{state:10}', fg=_COLORS[state])}{found.about}: {said}\n{cure}"


def _json(found: "list[Diagnosis]") -> str:
    listed: list[DiagnosisSaid] = [
        {"about": each.about, "state": each.state.value, "said": each.said, "cure": each.cure} for each in found
    ]
    document: Diagnoses = {"version": JSON_VERSION, "pgnorm": VERSION, "found": listed}
    return printed(document)
