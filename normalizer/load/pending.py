"""Parts of a load: statements on their way into the server, and notes about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define

from pgnorm.catalog.model import Value

from ..files.reading import SourceFile
from ..sql.statements import Statement
from .adaptation import Level

if TYPE_CHECKING:
    from psycopg import Error


class Note(Value):
    """Something about a load that a person may want to know; `verbose` ones only when asked for."""

    level: Level
    place: str | None
    """None where it is no single statement's."""
    message: str

    @property
    def said(self) -> str:
        """The message behind its place."""
        return self.message if self.place is None else f"{self.place}: {self.message}"


class NeedsScratch(Exception):
    """The files hold what one transaction can't: load them in a database of their own, with transaction=False."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason


@define(kw_only=True, eq=False)
class Item:
    """A statement on its way into the server; `context` are the statements that set its session before it."""

    order: int
    source: SourceFile
    statement: Statement
    text: str
    context: tuple[str, ...]
    ran: bool = False
    error: Error | None = None
    position: int | None = None
    """Offset of the error in the text, counted from 0."""
    missing: frozenset[str] = frozenset()

    @property
    def place(self) -> str:
        return self.source.place(self.statement.start)

    def failed(self, error: Error) -> None:
        """Takes note of an error of the server, and of where in the text it is."""
        self.error, self.position = error, None
        if error.diag.statement_position:
            self.position = max(0, min(int(error.diag.statement_position) - 1, len(self.text)))
