"""`pgnorm migration baseline`: the first migration of a project whose database is there already."""

from functools import partial
from typing import TYPE_CHECKING

import click

from pgnorm.catalog.errors import PgnormError

from .app import App
from .documents import deliver_outcome, json_option, outcome
from .general import general_options
from .help import Command, exit_codes
from .remembering import begun, remember, write_applied
from .servers import cache_option, shadow_option, trust_option
from .targets import project_of, target, target_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pgnorm.normalizer.applying.standing import Standing


@click.command(cls=Command, params=general_options(), epilog=exit_codes())
@click.argument("name", default="baseline")
@target_options
@shadow_option
@trust_option
@cache_option
@json_option
@click.pass_obj
def baseline(app: App, name: str) -> int:
    """Write what a database has as the project's first migration, which counts as applied there.

    It is proved as every migration that `pgnorm diff` writes.
    """
    write_baseline(app, name)
    deliver_outcome(app, outcome(app))
    return 0


def write_baseline(app: App, name: str) -> None:
    """Write that migration, of the database that is named or the local one.

    Raises PgnormError where others are there.
    """
    from pgnorm.normalizer.comparing import compare
    from pgnorm.normalizer.comparison import Options
    from pgnorm.normalizer.left_alone import ignoring
    from pgnorm.normalizer.project.sources import migrations

    from .comparison import scripts
    from .header import headed
    from .new_migrations import write_migrations
    from .summary import summarize

    project = project_of(app)
    with target(app) as found, found.lock.held():
        known, there = project.migration_files(), found.standings(project)
        paths = begun(there)
        if len(paths) != len(there):
            _refuse_unless_first(there)
        with app.workspace() as workspace:
            comparison = compare(
                workspace, migrations(project), found.database, Options(ignoring=ignoring(project.ignore))
            )
            platform = workspace.platform
        if paths:
            if comparison.writes:
                _refuse_unless_first(there)
            remember(app, found, paths, _refuse_unless_first)
            return
        with app.console.fitting():
            summarize(app.console, comparison)
            app.tell_unmodelled(comparison.unmodelled)
        if comparison.plan:
            texts = headed(comparison, scripts(comparison, bare=True), platform)
            write = partial(write_migrations, app, texts, name, known, behind=True)
            write_applied(app, found, write, _refuse_unless_first)


def _refuse_unless_first(others: "Sequence[Standing]") -> None:
    if others:
        raise PgnormError(
            "a baseline is the first migration, and there are some in the folder or in the database's history",
            hint="`pgnorm migration list` shows them; `pgnorm migration fetch` writes those that the folder lacks.",
        )
