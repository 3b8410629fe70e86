"""Every change of every tree of `partition_trees`, both ways, with rows in the leaves: the plan applied must leave
nothing different, and the rows as they were. A sample of them unless PGNORM_TEST_WHOLE=1."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final, NamedTuple

import psycopg
import pytest
from judge import carry_out
from partition_trees import Tree, changes, trees
from psycopg import sql

from pgnorm.catalog.model import Catalog
from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.describing import describe
from pgnorm.normalizer.compare.difference import differences
from pgnorm.normalizer.plan.planner import diff
from pgnorm.normalizer.postgres.shadow import Shadow

WHOLE: Final = bool(os.environ.get("PGNORM_TEST_WHOLE"))
EACH: Final = 1 if WHOLE else 101
CASES: Final = [(tree, name, text) for tree in trees() for name, text in changes(tree)][::EACH]
Rows = Mapping[str, list[tuple[object, ...]]]


class State(NamedTuple):
    """One end of a change, as it was read."""

    text: str
    catalog: Catalog


@contextmanager
def _loaded(connection: psycopg.Connection, text: str) -> Iterator[None]:
    """The text in the shadow, for as long as the context lasts."""
    connection.execute("savepoint start")
    try:
        connection.execute(text.encode())
        yield
    finally:
        connection.execute("rollback to savepoint start")


def _fill(connection: psycopg.Connection, tree: Tree) -> None:
    """A row in each leaf that is there, and rows that refer to what no change takes away."""
    there = _tables(connection)
    if "r" in there:
        connection.execute("insert into r values (5)")
    for value, leaf in enumerate(tree.leaves, 1):
        if leaf in there:
            statement = sql.SQL("insert into {} values ({}, 1, 1, {})")
            others = "5" if "r" in there else "null"
            connection.execute(statement.format(sql.Identifier(leaf), value, sql.SQL(others)))


def _tables(connection: psycopg.Connection) -> set[str]:
    found = connection.execute(
        "select relname::text from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
    )
    return {name for (name,) in found}


def _rows(connection: psycopg.Connection) -> Rows:
    query = sql.SQL("select * from {} order by 1")
    return {name: connection.execute(query.format(sql.Identifier(name))).fetchall() for name in _tables(connection)}


def _arrives(connection: psycopg.Connection, tree: Tree, start: State, goal: State) -> str:
    """Why the plan from one state to another is not right, empty where it is."""
    with _loaded(connection, start.text):
        _fill(connection, tree)
        before = _rows(connection)
        plan = diff(start.catalog, goal.catalog)
        carry_out(connection, plan)
        left = differences(read(connection), goal.catalog)
        after = _rows(connection)
        lost = [name for name in before.keys() & after.keys() if before[name] != after[name]]
        return "\n".join([*map(describe, left), *(f"rows of {name}" for name in lost)])


class States:
    """Texts as they are read in one session; a tree is that of many changes."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        self._known: dict[str, Catalog] = {}

    def of(self, text: str) -> State:
        if text not in self._known:
            with _loaded(self.connection, text):
                self._known[text] = read(self.connection)
        return State(text, self._known[text])


@pytest.fixture(scope="module")
def states(shadow: Shadow) -> Iterator[States]:
    with shadow.session() as session:
        yield States(session.connection)


@pytest.mark.parametrize(("tree", "change", "text"), CASES, ids=[f"{tree.name}: {name}" for tree, name, _ in CASES])
def test_plans_arrive_both_ways(states: States, tree: Tree, change: str, text: str) -> None:
    here, there = states.of(tree.sql()), states.of(text)
    assert _arrives(states.connection, tree, here, there) == ""
    assert _arrives(states.connection, tree, there, here) == ""


def test_the_trees_are_many() -> None:
    assert sum(1 for tree in trees() for _ in changes(tree)) == 2583
