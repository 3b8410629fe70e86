"""The history of a database in which migrations were squashed."""

from typing import TYPE_CHECKING

from pgnorm.catalog.errors import PgnormError

from .app import App
from .output import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pgnorm.normalizer.applying.pieces import Applicable
    from pgnorm.normalizer.applying.target import Target
    from pgnorm.normalizer.project.project import Project


def finish(app: App, found: "Target", project: "Project", at: str) -> bool:
    """Have the history of a database tell of the squashed files in the folder instead of those that they took the place
    of, where it has not heard of that: a run was killed in between, or squashed for another database.

    For whoever holds its lock. False where there is nothing to do. Raises PgnormError where the database has applied a
    part of those only, or something that no file tells of.
    """
    from pgnorm.normalizer.applying.pending import refuse_unknown
    from pgnorm.normalizer.applying.squashes import squashed_in
    from pgnorm.normalizer.applying.standing import read

    known, rows, done = project.migration_files(), found.history.rows(), False
    for each in known.files:
        file = read(each.path, each.version, each.name)
        versions = {version for name in squashed_in(file.source.text) if (version := known.version_of(name))}
        gone = versions & rows.keys() - {migration.version for migration in known.files}
        if not gone:
            continue
        _refuse_lacking(sorted(versions - rows.keys()))
        others = [one for one in found.standings(project) if one.version not in gone]
        refuse_unknown(others, at)
        replace_rows(found, sorted({*versions, each.version}), [file], lambda: None)
        app.console.say(f"The history has {each.version} instead of {plural(len(versions), 'migration')}")
        done = True
    return done


def _refuse_lacking(versions: "Sequence[str]") -> None:
    if versions:
        raise PgnormError(
            f"the database has not applied all of these migrations: it lacks {', '.join(versions)}",
            hint="Apply them first (`pgnorm migration up`), or squash without naming a database where it has none "
            "of them.",
        )


class SquashedHistory:
    """The rows of the `versions` that become one; whoever holds it holds the history's lock."""

    def __init__(self, found: "Target", project: "Project", versions: "Sequence[str]", at: str) -> None:
        self.found = found
        self.project = project
        self.versions = versions
        self.at = at
        """The option that names the database."""

    def check(self) -> None:
        """Raise PgnormError unless the database has applied all of the versions, and nothing that no file tells of."""
        from pgnorm.normalizer.applying.pending import refuse_unknown
        from pgnorm.normalizer.applying.standing import State

        standings = self.found.standings(self.project)
        refuse_unknown(standings, self.at)
        _refuse_lacking(
            [each.version for each in standings if each.version in self.versions and each.state != State.APPLIED]
        )

    def replace(self, version: str, name: str, path: "Path", text: str, put: "Callable[[], None]") -> None:
        """Put the files in their places, and have the history say the same: both or neither."""
        from pgnorm.normalizer.applying.pieces import applicable
        from pgnorm.normalizer.files.reading import SourceFile, shown

        file = applicable(version, name, SourceFile(path=path, label=shown(path), text=text))
        replace_rows(self.found, self.versions, [file], put, check=self.check)


def replace_rows(
    found: "Target",
    gone: "Sequence[str]",
    added: "Sequence[Applicable]",
    put: "Callable[[], None]",
    *,
    check: "Callable[[], None]" = lambda: None,
) -> None:
    """Have the history hold some rows instead of others, and put files in their places meanwhile: both or neither."""
    written = False
    try:
        with found.carrier.connection.transaction(renewed=True):
            check()
            found.history.prepare()
            for each in gone:
                found.history.remove(each)
            for file in added:
                found.history.add(file.version, file.name, file.texts)
            found.lock.check()
            put()
            written = True
    except BaseException as error:
        if not written:
            raise
        versions = [file.version for file in added]
        left = " ".join(each for each in gone if each not in versions)
        raise PgnormError(
            f"the files are written, but the history may not say so: {error}",
            hint=f"`pgnorm migration list` tells. Where it lists them: `pgnorm migration repair --status reverted "
            f"{left}`, and then `pgnorm migration repair --status applied {' '.join(versions)}`.",
        ) from error
