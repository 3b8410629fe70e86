"""New migrations that a database counts as applied: written and remembered, or neither."""

from typing import TYPE_CHECKING

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.interrupts import held

from .app import App
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
        remember(app, found, written.paths, check)
    except BaseException:
        if written is not None and written.own:
            _take_back(app, found, written)
        raise


def begun(standings: "Sequence[Standing]") -> "tuple[Path, ...]":
    """The files that a run which was killed may have written and not had remembered: all that are pending, if pgnorm
    wrote each of them and nobody has edited it since.

    Raises PgnormError for a file that can't be read.
    """
    from pgnorm.normalizer.applying.certificates import is_as_proved
    from pgnorm.normalizer.applying.standing import State, left, read

    found = left(standings)
    paths = tuple(each.path for each in found if each.path is not None)
    files = (read(each.path, each.version, each.name) for each in found if each.path is not None)
    if any(each.state is State.UNFINISHED for each in found) or not all(map(is_as_proved, files)):
        return ()
    return paths


def remember(app: App, found: "Target", paths: "Sequence[Path]", check: "Check") -> None:
    """Have the database count the files of migrations as applied, for who holds its lock. `check` is as above."""
    from pgnorm.normalizer.applying.standing import State, read

    with found.carrier.connection.transaction(renewed=True):
        found.history.prepare()
        # The Supabase CLI, which may write there too, takes no lock.
        standings = found.standings(project_of(app))
        new = {each.path: each for each in standings}
        check([each for each in standings if each.path not in paths or each.state is not State.PENDING])
        migrations = [path for path in paths if path in new]
        for path in migrations:
            found.history.add(new[path].version, new[path].name, read(path, new[path].version, new[path].name).texts)
        found.lock.check()
    for path in migrations:
        app.console.say(f"{new[path].version} is now recorded as applied")
        app.applied.append(new[path].version)


def unchanged(before: "tuple[Standing, ...]", but: "Sequence[Path]" = ()) -> "Callable[[Sequence[Standing]], None]":
    """A check that refuses other standings than there were, those of some files left out."""
    known = tuple(each for each in before if each.path not in but)

    def refuse_others(others: "Sequence[Standing]") -> None:
        if tuple(others) != known:
            raise PgnormError(
                "the history of migrations there was changed meanwhile", hint="Nothing is written: run it again."
            )

    return refuse_others


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
