"""New migrations that a database counts as applied: written and remembered, or neither."""

from typing import TYPE_CHECKING

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.interrupts import held

from .options import App
from .targets import project_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pgnorm.normalizer.applying.standing import Standing
    from pgnorm.normalizer.applying.target import Target

    from .new_migrations import Written

    Check = Callable[[Sequence[Standing]], None]


def write_applied(app: App, found: "Target", write: "Callable[[], Written]", check: "Check") -> None:
    """Write migrations and have the database count them as applied, for who holds its lock: both or neither.

    `check` refuses the standings of the other migrations, where these are not what they were.
    """
    written = None
    try:
        with held():
            written = write()
        _remember(app, found, written.paths, check)
    except BaseException:
        if written is not None and written.own:
            _take_back(app, found, written)
        raise


def _remember(app: App, found: "Target", paths: "Sequence[Path]", check: "Check") -> None:
    from pgnorm.normalizer.applying.standing import State, read

    with found.carrier.connection.transaction(renewed=True):
        found.history.prepare()
        # The Supabase CLI, which may write there too, takes no lock.
        standings = found.standings(project_of(app))
        new = {each.path: each for each in standings}
        check([each for each in standings if each.path not in paths or each.state is not State.PENDING])
        for path in paths:
            found.history.add(new[path].version, new[path].name, read(path, new[path].version, new[path].name).texts)
    for path in paths:
        app.console.say(f"{new[path].version} is applied, as the history says")


def _take_back(app: App, found: "Target", written: "Written") -> None:
    """Delete the migrations and give other files what they held, but for those that the history remembers, or may
    remember."""
    from psycopg import Error

    from pgnorm.normalizer.files.reading import shown
    from pgnorm.normalizer.files.writing import undo

    try:
        remembered = found.history.rows()
    except Error:
        for path in written.paths:
            app.console.warn(f"{shown(path)} stays: the history may remember it; `pgnorm migration list` tells")
        return
    own = {each.version for each in project_of(app).migration_files().files if each.path in written.paths}
    for writing in written.writings if own.isdisjoint(remembered) else ():
        try:
            undo(writing)
        except (PgnormError, OSError) as error:
            app.console.warn(f"{writing.label} stays as it was written: {error}")
