"""What says that a database may have objects of a kind says so wherever it has any."""

import psycopg
import pytest

from pgnorm.catalog.kinds import KINDS
from pgnorm.catalog.pinning import PATH, PINNED
from pgnorm.catalog.reader import read

MOVED = [
    "alter schema information_schema rename to moved",
    *(
        f"alter text search {what} pg_catalog.{name} set schema public"
        for what, name in (
            ("configuration", "english"),
            ("dictionary", "simple"),
            ("parser", "default"),
            ("template", "simple"),
        )
    ),
]


@pytest.mark.parametrize("moved", MOVED)
def test_what_initdb_made_is_there_once_it_is_moved(database: psycopg.Connection, moved: str) -> None:
    database.execute("begin")
    database.execute(moved.encode())
    found = {name.kind for name in read(database).objects}
    database.execute(PATH)
    database.execute(PINNED)
    there = set()
    for kind in KINDS:
        if not kind.made_by_parent and database.execute(kind.query(database.info.server_version)).fetchone():
            there.add(kind.kind)
    database.execute("rollback")
    assert there <= found
