"""The migrations that one takes the place of."""

from collections.abc import Sequence
from typing import Final

from pgnorm.catalog.errors import PgnormError

from ..applying.pieces import Applicable, check
from ..applying.target import refuse_tools
from ..project.forms import Migration, Migrations

FEWEST: Final = 2
"""The smallest number of migrations that there is something to squash in."""


def choose(known: Migrations, to: str | None) -> tuple[Migration, ...]:
    """The migrations to squash. Raises PgnormError where there are fewer than two."""
    versions = [each.version for each in known.files]
    if to is not None and to not in versions:
        raise PgnormError(
            f"no migration in the folder has the version {to}", hint="`pgnorm migration list` shows those there are."
        )
    chosen = known.files if to is None else known.files[: versions.index(to) + 1]
    if len(chosen) < FEWEST:
        raise PgnormError(
            f"there {'is one migration' if chosen else 'are no migrations'}"
            f"{' up to that version' if to is not None else ''}, and nothing to squash",
            hint="Name a later one with --to." if to is not None else None,
        )
    return chosen


def refuse_unfit(known: Migrations, files: Sequence[Applicable]) -> None:
    """Raise PgnormError for migrations that are another tool's, and for files that can't be replaced."""
    if known.named is None or known.named.startswith("V") or known.back:
        raise PgnormError(
            "these migrations have the form of another tool"
            + (", with files that lead back" if known.back else ", which knows them by their names"),
            place=files[0].label,
            hint="Squash them with that tool.",
        )
    for each in files:
        refuse_tools(each)
        check(each)
        if each.source.path is not None and each.source.path.is_symlink():
            raise PgnormError("the file is a link to another one", place=each.label, hint="Put the file itself there.")
