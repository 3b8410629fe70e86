"""What counts of the names that Postgres 18 gives to NOT NULL constraints."""

import pytest

from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.difference import differences
from pgnorm.normalizer.postgres.shadow import Shadow

NAMED_SINCE = 18

MADE = "create schema s; create table s.now (a int not null, b int constraint b_is_there not null)"
RENAMED = """
create schema s;
create table s.before (x int not null, b int constraint b_is_there not null);
alter table s.before rename to now;
alter table s.now rename x to a
"""
NAMED = (
    "create schema s; create table s.now (a int constraint a_is_there not null, b int constraint b_is_there not null)"
)


def _changed(shadow: Shadow, old: str, new: str) -> list[frozenset[str]]:
    with shadow.session(scratch=True) as first, shadow.session(scratch=True) as second:
        first.connection.execute(old.encode())
        second.connection.execute(new.encode())
        return [found.changed for found in differences(read(first.connection), read(second.connection))]


def test_a_name_that_postgres_picked_is_no_difference(shadow: Shadow) -> None:
    assert _changed(shadow, RENAMED, MADE) == []


def test_a_name_that_somebody_gave_is_one(shadow: Shadow) -> None:
    if shadow.major < NAMED_SINCE:
        pytest.skip(f"Postgres {NAMED_SINCE} and later")
    assert _changed(shadow, MADE, NAMED) == [frozenset({"not_null_name"})]
