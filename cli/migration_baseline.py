"""`pgnorm migration baseline`: the first migration of a project whose database is there already."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pgnorm.catalog.errors import PgnormError

from .general import general_options
from .help import EXIT_CODES, Command
from .options import App
from .servers import cache_option, shadow_option, trust_option
from .targets import project_of, target, target_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pgnorm.normalizer.applying.target import Target


@click.command(cls=Command, params=general_options(), epilog=EXIT_CODES)
@click.argument("name", default="baseline")
@target_options
@shadow_option
@trust_option
@cache_option
@click.pass_obj
def baseline(app: App, name: str) -> int:
    """Write what a database has as the project's first migration, which counts as applied there.

    It is proved as every migration that `pgnorm diff` writes.
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
    with target(app) as found:
        if found.standings(project):
            raise PgnormError(
                "a baseline is the first migration, and there are some in the folder or in the database's history",
                hint="`pgnorm migration list` shows them; `pgnorm migration fetch` writes those that the folder lacks.",
            )
        with app.workspace() as workspace:
            comparison = compare(
                workspace, migrations(project), found.database, Options(ignoring=ignoring(project.ignore))
            )
            platform = workspace.platform.name
        summarize(app.console, comparison)
        app.tell_unmodelled(comparison.unmodelled)
        if comparison.plan:
            texts = headed(comparison, scripts(comparison, bare=True), platform)
            paths = write_migrations(app, texts, name, project.migration_files(), behind=True)
            _remember(app, found, [Path(path).resolve() for path in paths])
    return 0


def _remember(app: App, found: "Target", paths: "Sequence[Path]") -> None:
    """Have the database count migrations as applied; their files are gone where that fails."""
    from pgnorm.normalizer.applying.standing import left, read

    try:
        with found.lock.held(), found.carrier.connection.transaction(renewed=True):
            found.history.prepare()
            for each in left(found.standings(project_of(app))):
                if each.path is not None and each.path.resolve() in paths:
                    found.history.add(each.version, each.name, read(each.path, each.version, each.name).texts)
                    app.console.say(f"{each.version} is applied, as the history says")
    except BaseException:
        for path in paths:
            path.unlink(missing_ok=True)
        raise
