"""Random edits of a database as people make them in a studio, drawn from what its catalog holds."""

from collections.abc import Callable
from typing import Final

import psycopg

from .access import ACCESS
from .code import CODE
from .edit import Edit, Nothing, Studio
from .tables import TABLES
from .types import TYPES
from .wholes import WHOLES

__all__ = ["Edit", "Studio", "edited"]

_SORTS: Final[tuple[Callable[[Studio], Edit], ...]] = (*TABLES, *WHOLES, *CODE, *ACCESS, *TYPES)


def edited(studio: Studio) -> Edit:
    """An edit that was carried out: of those that chance suggests the first that the server takes."""
    while True:
        make = studio.one(_SORTS)
        before = studio.everything()
        try:
            edit = make(studio).evolve(sort=make.__name__)
            with studio.connection.transaction():
                studio.connection.execute(edit.sql.encode())
        except (Nothing, psycopg.Error):
            continue
        gone = {name for _, _, name in before - studio.everything()}
        return edit.evolve(gone=frozenset(gone))
