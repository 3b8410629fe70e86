"""Migrations as files, and the history of those that are applied."""

from pathlib import Path
from typing import LiteralString, Protocol

import psycopg

HISTORY: LiteralString = "select version, name, statements from supabase_migrations.schema_migrations order by 1"


class Write(Protocol):
    """Writes a migration of this number."""

    def __call__(self, number: int, text: str, name: str = "m") -> Path: ...


def history(database: psycopg.Connection) -> list[tuple[object, ...]]:
    return database.execute(HISTORY).fetchall()
