"""`pgnorm fleet check`: many databases beside what they are to be."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pgnorm.catalog.errors import PgnormError

from .app import App
from .documents import printed
from .fleet_options import executing, fleet_options, placed, some_of, tenants_of
from .fleet_plans import refuse_filled, write_plans
from .general import general_options
from .help import CHANGED, FAILED, Command, exit_codes
from .html import public
from .options import source_option
from .output import in_line, plural, write
from .servers import lock_timeout_option, shadow_option, trust_option

if TYPE_CHECKING:
    from pgnorm.normalizer.fleet.checking import Checked, Group

EPILOG: Final = f"""\b
Examples:
  pgnorm fleet check databases.txt
  pgnorm fleet check databases.txt --to migrations --plans plans
  pgnorm fleet check --db --query "select datname from pg_database where datname like 'tenant%'"

{exit_codes("some of them are not as they are to be")}"""


@click.command(cls=Command, params=general_options(), epilog=EPILOG)
@fleet_options
@source_option("--to", "What they are to be", usual="files")
@shadow_option
@trust_option
@lock_timeout_option
@click.option("--no-proof", is_flag=True, help="Don't try the plans.")
@click.option(
    "--plans",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write the plan of each group that differs into this folder, which must be empty.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def check(
    app: App,
    targets: str | None,
    query: str | None,
    jobs: int,
    executor: str | None,
    to: str,
    no_proof: bool,
    plans: Path | None,
    as_json: bool,
) -> int:
    """Say which databases are as the schema files have it, and what is different in the others.

    TARGETS is a file with an address on each line, or a name and an address (`-` is stdin). They are read at once, and
    those that are alike are compared once: with what they are to be, and with what the migrations in their history
    make. A database that can't be read is reported, and hides none of the others.
    """
    from pgnorm.normalizer.comparison import Options
    from pgnorm.normalizer.fleet.away import Away
    from pgnorm.normalizer.fleet.checking import Checking
    from pgnorm.normalizer.fleet.documents import fleet_document
    from pgnorm.normalizer.fleet.reading import Reader
    from pgnorm.normalizer.left_alone import ignoring

    target = app.parse(to)
    tenants = tenants_of(app, targets, query)
    if plans is not None:
        refuse_filled(plans)
    history = _history(app)
    options = Options(
        ignoring=ignoring(app.project.ignore if app.project else None),
        roles=False,
        proof=None if no_proof else "catalog",
    )
    away = Away(project=app.project, history=history, lock_timeout=app.lock_timeout)
    with app.workspace() as workspace, executing(executor, jobs, away) as many:
        reader = Reader(
            lambda major: workspace.ownership(workspace.shadow(major)), history, app.console.warn, app.lock_timeout
        )
        checking = Checking(workspace, target, options, reader, has_history=history is not None)
        read = reader.read if executor is None else away.read
        checked = checking.check(tenants, many, read, partial(_progress, app, len(tenants)))
    said = public(to)
    write(
        printed(fleet_document(checked, said))
        if as_json
        else "".join(f"{in_line(line)}\n" for line in _lines(app, checked, said))
    )
    failures = [placed(name, error) for name, error in checked.unread]
    failures += [placed(each.names[0], each.failure) for each in checked.groups if each.failure is not None]
    app.console.errors(failures)
    if plans is not None:
        write_plans(app, checked, plans)
    if failures:
        return FAILED
    return 0 if all(each.settled for each in checked.groups) else CHANGED


def _history(app: App) -> tuple[str, str] | None:
    """The table with the history of the project's migrations in each database, None where there is none."""
    from pgnorm.normalizer.applying.target import history_table

    if app.project is None:
        return None
    try:
        return history_table(app.project)
    except PgnormError as error:
        app.console.detail(f"no history of migrations is read: {error.message}")
        return None


def _progress(app: App, count: int, done: int) -> None:
    app.console.say(f"{done} of {plural(count, 'database')} read")


def _lines(app: App, checked: "Checked", target: str) -> Iterator[str]:
    """The product for a person."""
    from pgnorm.normalizer.fleet.wording import headline

    for group in checked.groups:
        yield headline(group, target)
        if not group.settled or app.console.verbose:
            yield f"  {some_of(group.names, whole=app.console.verbose)}"
        if said := _plan(group):
            yield f"  {said}"
    if checked.unread:
        names = some_of([name for name, _ in checked.unread], whole=app.console.verbose)
        yield f"{len(checked.unread)} could not be read"
        yield f"  {names}"


def _plan(group: "Group") -> str:
    """Words for the plan that leads to what they are to be; none where there is no plan."""
    comparison = group.comparison
    if comparison is None or not comparison.plan:
        return ""
    count = sum(len(step.statements) for steps in comparison.plan.transactions for step in steps)
    proof = "not proved" if comparison.unproved else "proved"
    hazards = ", ".join(sorted(comparison.hazards))
    return f"plan: {plural(count, 'statement')}, {proof}{f'; hazards: {hazards}' if hazards else ''}"
