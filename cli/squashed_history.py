"""The history of a database in which migrations were squashed."""

from typing import TYPE_CHECKING

from pgnorm.catalog.errors import PgnormError

from .migration_up import refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pgnorm.normalizer.applying.pieces import Applicable
    from pgnorm.normalizer.applying.target import Target
    from pgnorm.normalizer.project.project import Project


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
        from pgnorm.normalizer.applying.standing import State

        standings = self.found.standings(self.project)
        refuse_unknown(standings, self.at)
        lacking = [each.version for each in standings if each.version in self.versions and each.state != State.APPLIED]
        if lacking:
            raise PgnormError(
                f"the database has not applied all of these migrations: it lacks {', '.join(lacking)}",
                hint="Apply them first (`pgnorm migration up`), or squash without naming a database where it has none "
                "of them.",
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
