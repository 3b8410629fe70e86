"""Where a sequence goes on from after a migration: what no comparison of catalogs sees."""

from pathlib import Path

import psycopg
import pytest

from pgnorm.catalog.reader import read
from pgnorm.normalizer.diff import diff
from pgnorm.normalizer.postgres.shadow import Shadow

ROWS = Path(__file__).parents[3] / "fixtures" / "kinds" / "sequences" / "rows"


def _migrate(shadow: Shadow, start: psycopg.Connection, old: bytes, new: bytes) -> None:
    start.execute(old)
    with shadow.session(scratch=True) as goal:
        goal.connection.execute(new)
        plan = diff(read(start), read(goal.connection))
    for script in plan.scripts():
        start.execute(script.encode())


def _one(connection: psycopg.Connection, query: bytes) -> object:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_new_numbers_follow_those_of_the_rows(shadow: Shadow, database: psycopg.Connection) -> None:
    _migrate(shadow, database, (ROWS / "old.sql").read_bytes(), (ROWS / "new.sql").read_bytes())
    assert database.execute("select a, id, i, j from s.t order by a").fetchall() == [(1, 1, 1, 5), (2, 2, 2, 5)]
    assert _one(database, b"insert into s.was_serial (a) values ('z') returning id") == 3
    assert _one(database, b"insert into s.was_identity (a) values ('z') returning id") == 3
    assert _one(database, b"insert into s.keep default values returning id") == 51


@pytest.mark.parametrize(("drawn", "following"), [(5000, 5001), (5, 1000)])
def test_bounds_move_only_a_value_outside(
    shadow: Shadow, database: psycopg.Connection, drawn: int, following: int
) -> None:
    old = f"create sequence public.q; select setval('public.q', {drawn})"
    _migrate(shadow, database, old.encode(), b"create sequence public.q minvalue 1000 start 1000")
    assert _one(database, b"select nextval('public.q')") == following


def test_a_sequence_turns_around(shadow: Shadow, database: psycopg.Connection) -> None:
    _migrate(shadow, database, b"create sequence public.q", b"create sequence public.q increment -1")
    assert _one(database, b"select nextval('public.q')") == -1
