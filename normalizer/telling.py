"""Messages of a run about its sources: each line once, and of which side of a comparison."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pgnorm.catalog.errors import PgnormError

from .project.databases import Database, opener

if TYPE_CHECKING:
    from psycopg import Connection

    from .load.adaptation import Level
    from .load.context import Tell
    from .project.sources import Source


class Telling:
    """Passes messages on, each that is not among those `told` in this run."""

    def __init__(self, tell: Tell, told: set[str] | None = None) -> None:
        self.sides: dict[Source, str] = {}
        """Names in messages of the sources that are compared."""
        self._tell = tell
        self._told = told if told is not None else set[str]()

    def side(self, source: Source) -> str:
        """Name of a source in a message."""
        return self.sides.get(source, "source")

    def opener(self, database: Database, connect: Callable[[], Connection] | None) -> Callable[[], Connection]:
        """A function that connects to a source, by `connect` if that is given. Its error says which side it is of."""

        def opened() -> Connection:
            try:
                return (connect or opener(database))()
            except PgnormError as error:
                if database not in self.sides:
                    raise
                said = f"{self.sides[database]}: {error.message}"
                raise PgnormError(said, place=error.place, hint=error.hint) from error.__cause__

        return opened

    def __call__(self, level: Level, message: str, source: Source | None = None) -> None:
        """Pass on a message, of one side where it is about that source, the first time: one may be loaded again."""
        said = f"{self.sides[source]}: {message}" if source is not None and source in self.sides else message
        if said not in self._told:
            self._told.add(said)
            self._tell(level, said)


def version_words(number: int) -> str:
    """A server's version as a person says it: `16.4` for 160004."""
    return f"{number // 10000}.{number % 10000}"
