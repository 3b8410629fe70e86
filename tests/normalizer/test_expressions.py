"""Expressions keep their meaning through a dump that is loaded again, and through a plan."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping

import psycopg
import pytest
from attrs import evolve
from expressions import QUERIES, SIMPLE, TABLES, TYPES, Expressions, meanings, own_names

from pgnorm.catalog.model import Catalog, Target
from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.selection import EVERYTHING
from pgnorm.normalizer.dump.operator_path import unnamed
from pgnorm.normalizer.dump.writer import render
from pgnorm.normalizer.plan.namesakes import told_apart
from pgnorm.normalizer.plan.planner import diff
from pgnorm.normalizer.postgres.shadow import Shadow

SEEDS = range(40 if os.environ.get("PGNORM_TEST_WHOLE") else 1)


def _statements(expressions: Expressions) -> Iterator[str]:
    for number, form in enumerate(SIMPLE):
        yield from expressions.schema(f"simple{number}", simple=form)
    for number, form in enumerate(QUERIES):
        yield from expressions.schema(f"query{number}", query=form)


def _loaded(connection: psycopg.Connection, text: str) -> Mapping[str, Counter[str]]:
    connection.execute(TYPES.encode())
    connection.execute(text.encode())
    return meanings(connection)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_form_keeps_its_operators(shadow: Shadow, seed: int) -> None:
    with shadow.session() as session:
        session.connection.execute(TYPES.encode())
        empty = read(session.connection)
    with shadow.session() as session:
        session.connection.execute(f"{TYPES}{TABLES}set search_path = public, ext".encode())
        refused = _run(session.connection, _statements(Expressions(seed)))
        catalog = read(session.connection)
        meant = meanings(session.connection)
    assert len(meant) > 500
    assert refused < 20  # what chance makes need not have a collation
    made = _without(catalog, empty)
    assert any(unnamed(made.objects.values()))
    target = Target(major=shadow.major, reloaded_by=shadow.major, only_read=True)
    with shadow.session() as session:
        assert _loaded(session.connection, render(made, EVERYTHING, target=target)) == meant
    with shadow.session() as session:
        assert _loaded(session.connection, "".join(diff(empty, catalog).scripts())) == meant
    with shadow.session() as session:
        named = evolve(catalog, namesakes=own_names(session.connection))
        plan = told_apart(diff(empty, catalog), named, watched=False)
        assert _loaded(session.connection, "".join(plan.scripts())) == meant


def _run(connection: psycopg.Connection, statements: Iterator[str]) -> int:
    """Run the statements; how many of them Postgres refuses."""
    refused = 0
    for statement in statements:
        connection.execute("savepoint one")
        try:
            connection.execute(statement.encode())
        except psycopg.Error:
            connection.execute("rollback to savepoint one")
            refused += 1
        connection.execute("release savepoint one")
    return refused


def _without(catalog: Catalog, given: Catalog) -> Catalog:
    """What a catalog has beside another: an extension's type comes as a whole, with its operators and their classes."""
    objects = {name: item for name, item in catalog.objects.items() if name not in given.objects}
    edges = tuple(edge for edge in catalog.edges if edge.dependent in objects and edge.referenced in objects)
    return evolve(catalog, objects=objects, edges=edges)
