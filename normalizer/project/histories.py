"""The table in which a database keeps the history of its migrations."""

import re
from typing import Final

from .config import Table

SUPABASE: Final = ("supabase_migrations", "schema_migrations")
_TABLE: Final = r"([a-z_][a-z0-9_]*)\.([a-z_][a-z0-9_]*)"
_TAKEN: Final = ("public", "pg_catalog", "information_schema")


def history_of(settings: Table) -> tuple[str, str] | None:
    """The schema and the name of the table that the settings name, None where they name none.

    Raises PgnormError where it does not lie in a schema of its own.
    """
    name = settings.string("history")
    if name is None:
        return None
    found = re.fullmatch(_TABLE, name)
    if found is None or found[1] in _TAKEN:
        raise settings.error(
            "history",
            f"is `{name}`; write a table in a schema of its own, which the project's schema then is without: "
            '"pgnorm.migrations"',
        )
    return found[1], found[2]
