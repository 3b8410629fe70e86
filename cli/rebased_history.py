"""The history of a database in which migrations get other versions."""

from typing import TYPE_CHECKING

from pgnorm.catalog.errors import PgnormError

from .squashed_history import replace_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pgnorm.normalizer.applying.target import Target
    from pgnorm.normalizer.project.forms import Migration
    from pgnorm.normalizer.project.project import Project
    from pgnorm.normalizer.rebasing.rebase import Move


class RebasedHistory:
    """The rows of `mine`, as far as the database has applied these; whoever holds it holds the history's lock."""

    def __init__(self, found: "Target", project: "Project", mine: "Sequence[Migration]", at: str) -> None:
        from pgnorm.normalizer.applying.standing import State

        self.found = found
        versions = {each.version for each in mine}
        standings = [each for each in found.standings(project) if each.version in versions]
        self.applied = [each.version for each in standings if each.state is State.APPLIED]
        """The versions that are applied."""
        if begun := [each.version for each in standings if each.state is State.UNFINISHED]:
            raise PgnormError(
                f"the database has carried out a part of these migrations: {', '.join(begun)}",
                hint=f"Finish them first: pgnorm migration up {at}",
            )

    def refuse_applied(self) -> None:
        """Raise PgnormError where the database has applied what a new plan is to take the place of."""
        if self.applied:
            raise PgnormError(
                "the database has applied these migrations, so that a new plan in their place would not fit it: "
                + ", ".join(self.applied),
                hint="Undo there what they did and run `pgnorm migration repair --status reverted "
                f"{' '.join(self.applied)}`, or make the database anew; without naming it, only files are written.",
            )

    def replace(self, moves: "Sequence[Move]", put: "Callable[[], None]") -> None:
        """Put the files in their places, and have the history say the same: both or neither."""
        from pgnorm.normalizer.applying.pieces import applicable

        moved = [move for move in moves if move.own.migration.version in self.applied]
        added = [
            applicable(move.version, move.own.migration.name, move.own.file.source.evolve(text=move.text))
            for move in moved
        ]
        replace_rows(self.found, [move.own.migration.version for move in moved], added, put)
