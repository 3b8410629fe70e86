"""Indexes that a statement makes concurrently, and leaves half made where it does not end."""

from __future__ import annotations

from ..sql.defined import target
from ..sql.statements import Statement


def index_made(statement: Statement | None) -> str | None:
    """The name of the index that a statement makes concurrently, None for others and for one that it does not say."""
    if statement is None or "CONCURRENTLY" not in statement.words or not statement.begins("CREATE"):
        return None
    made = target(statement)
    return made.name if made is not None and made.kind == "INDEX" and made.name.upper() != "ON" else None
