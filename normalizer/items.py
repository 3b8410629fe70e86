"""What a load is made of: statements on their way into the server, and notes about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define

from pgnorm.catalog.model import Value, declared

from .adaptation import Level
from .files import SourceFile
from .statements import Statement

if TYPE_CHECKING:
    from psycopg import Error


@declared
class Note(Value):
    """Something about a load that a person may want to know; `verbose` ones only when asked for."""

    level: Level
    place: str
    message: str


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
    """Where in the text the error is, counted from 0."""
    missing: frozenset[str] = frozenset()

    @property
    def place(self) -> str:
        return self.source.place(self.statement.start)
