"""Snapshots where dependencies run in a loop; those of every fixture are in tests/test_kind_fixtures.py."""

from random import Random

import attrs
import psycopg
import pytest
from round_trip import rendered

from pgnorm.catalog.model import Edge
from pgnorm.catalog.reader import read
from pgnorm.catalog.snapshots.reading import loads
from pgnorm.catalog.snapshots.writing import dumps, reordered

LOOPS = (
    """
    create table r (a int); create function f() returns setof r language sql as 'select * from r';
    create function g() returns int language sql begin atomic select 1; end;
    create function h() returns int language sql begin atomic select g(); end;
    create function i() returns int language sql begin atomic select h(); end;
    create or replace function g() returns int language sql begin atomic select i(); end;
    """,
    """
    create view z as select 1 as a; create view y as select a from z; create or replace view z as select a from y;
    create table t (a int); create function f(t) returns boolean language sql as 'select true';
    alter table t add constraint c check (f(t)), add constraint b check (f(t));
    """,
)


@pytest.mark.parametrize("sql", LOOPS)
def test_loops_are_broken_where_they_were(database: psycopg.Connection, sql: str) -> None:
    database.execute(sql.encode())
    catalog = read(database)
    text = dumps(catalog)
    again = loads(text, "x.json").catalog
    assert rendered(again) == rendered(catalog)
    assert dumps(again) == text


def test_the_order_of_reading_is_kept_where_loops_depend_on_it(database: psycopg.Connection) -> None:
    database.execute("".join(f"create function f{n}() returns int return 1;" for n in range(6)).encode())
    catalog = read(database)
    routines = [name for name in catalog.objects if name.name.startswith("f")]
    chance = Random(7)
    kept = set()
    for _ in range(100):
        pairs = [chance.sample(routines, 2) for _ in range(12)]
        edges = [Edge(dependent, referenced) for dependent, referenced in pairs]
        shuffled = reordered(catalog, chance.sample(routines, len(routines)), ())
        tangled = attrs.evolve(shuffled, edges=tuple(dict.fromkeys((*catalog.edges, *edges))))
        text = dumps(tangled)
        again = loads(text, "x.json").catalog
        assert rendered(again) == rendered(tangled)
        assert dumps(again) == text
        kept.add("reading_order" in text)
    assert kept == {True, False}
