"""`pgnorm migration baseline`: the first migration of a project whose database is there already."""

from typing import TYPE_CHECKING

import click

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.interrupts import held

from .general import general_options
from .help import EXIT_CODES, Command
from .options import App
from .servers import cache_option, shadow_option, trust_option
from .targets import project_of, target, target_options

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pgnorm.normalizer.applying.standing import Standing
    from pgnorm.normalizer.applying.target import Target

    from .new_migrations import Written


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
    with target(app) as found, found.lock.held():
        known = project.migration_files()
        _refuse_unless_first(found.standings(project))
        with app.workspace() as workspace:
            comparison = compare(
                workspace, migrations(project), found.database, Options(ignoring=ignoring(project.ignore))
            )
            platform = workspace.platform.name
        summarize(app.console, comparison)
        app.tell_unmodelled(comparison.unmodelled)
        if comparison.plan:
            texts = headed(comparison, scripts(comparison, bare=True), platform)
            _write(app, found, lambda: write_migrations(app, texts, name, known, behind=True))
    return 0


def _refuse_unless_first(others: "Sequence[Standing]") -> None:
    if others:
        raise PgnormError(
            "a baseline is the first migration, and there are some in the folder or in the database's history",
            hint="`pgnorm migration list` shows them; `pgnorm migration fetch` writes those that the folder lacks.",
        )


def _write(app: App, found: "Target", write: "Callable[[], Written]") -> None:
    """Write migrations and have the database count them as applied: both or neither."""
    written = None
    try:
        with held():
            written = write()
        _remember(app, found, written.paths)
    except BaseException:
        if written is not None and written.own:
            _take_back(app, found, written.paths)
        raise


def _remember(app: App, found: "Target", paths: "Sequence[Path]") -> None:
    from pgnorm.normalizer.applying.standing import State, read

    with found.carrier.connection.transaction(renewed=True):
        found.history.prepare()
        # The Supabase CLI, which may write there too, takes no lock.
        new = {each.path: each for each in found.standings(project_of(app))}
        _refuse_unless_first(
            [each for each in new.values() if each.path not in paths or each.state is not State.PENDING]
        )
        for path in paths:
            found.history.add(new[path].version, new[path].name, read(path, new[path].version, new[path].name).texts)
    for path in paths:
        app.console.say(f"{new[path].version} is applied, as the history says")


def _take_back(app: App, found: "Target", paths: "Sequence[Path]") -> None:
    """Delete files, but for those that the history remembers, or may remember."""
    from psycopg import Error

    from pgnorm.normalizer.files.reading import shown

    try:
        remembered = found.history.rows()
    except Error:
        for path in paths:
            app.console.warn(f"{shown(path)} stays: the history may remember it; `pgnorm migration list` tells")
        return
    for each in project_of(app).migration_files().files:
        if each.path in paths and each.version not in remembered:
            each.path.unlink(missing_ok=True)
