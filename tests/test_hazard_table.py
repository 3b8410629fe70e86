"""The table of docs/hazards.md: each change is planned and carried out, and what it does to tables is measured.

With PGNORM_UPDATE_DOCS=1 in the environment the table is written anew.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hazard_cases import CASES, ROWS, SCHEMA, Case

from pgnorm.catalog.model import Catalog
from pgnorm.catalog.reader import read
from pgnorm.normalizer.hazards.effects import Effect, Hazard, Lock
from pgnorm.normalizer.hazards.measuring import Meter
from pgnorm.normalizer.plan.assessing import Assessed, assessed
from pgnorm.normalizer.plan.planner import diff
from pgnorm.normalizer.postgres.shadow import Shadow

PAGE = Path(__file__).parents[1] / "docs" / "hazards.md"
HEAD = "| change | lock | rows | hazards | pg-schema-diff | pgschema |\n|---|---|---|---|---|---|\n"
UPDATE = bool(os.environ.get("PGNORM_UPDATE_DOCS"))


@pytest.fixture
def there(database: psycopg.Connection) -> psycopg.Connection:
    database.execute(SCHEMA.encode())
    database.execute(ROWS.encode())
    return database


def test_the_table_is_as_measured(shadow: Shadow, there: psycopg.Connection) -> None:
    old = read(there)
    rows = [_row(case, *_carried_out(there, old, case)) for case in CASES]
    if shadow.binaries is None or not shadow.binaries.bundled:
        return
    head, _, rest = PAGE.read_text().partition(HEAD)
    tail = rest[rest.index("\n\n") :]
    text = "".join((head, HEAD, "\n".join(rows), tail))
    if UPDATE:
        PAGE.write_text(text)
    assert PAGE.read_text() == text, "PGNORM_UPDATE_DOCS=1 writes it"


def _carried_out(
    connection: psycopg.Connection, old: Catalog, case: Case
) -> tuple[dict[str, Effect], frozenset[Hazard]]:
    """The strongest effect on each table that a plan for the change has, and its hazards by the rules."""
    with connection.transaction(force_rollback=True):
        connection.execute(case.change.encode())
        new = read(connection)
    plan = diff(old, new)
    with connection.transaction(force_rollback=True):
        meter = Meter(connection)
        found = dict[str, Effect]()
        for statement in (each for step in plan.steps for each in step.statements):
            connection.execute(statement.text.encode())
            done = meter.effects()
            if done:
                meter.found[statement.sql] = done
            for effect in done:
                found[effect.relation] = _both(found.get(effect.relation), effect)
    judged = tuple(assessed(plan, old, meter.found))
    assert _ruled(judged) == {name: each.lock for name, each in found.items() if _counts(each)}, case.name
    return found, frozenset(hazard for each in judged for hazard in each.hazards)


def _both(one: Effect | None, other: Effect) -> Effect:
    if one is None:
        return other
    return one.evolve(
        lock=max(filter(None, (one.lock, other.lock)), default=None),
        rewrites=one.rewrites or other.rewrites,
        scans=one.scans or other.scans,
    )


def _counts(effect: Effect) -> bool:
    """True for a lock that changes of the schema, or of rows, wait for."""
    return effect.lock is not None and effect.lock >= Lock.SHARE_UPDATE_EXCLUSIVE


def _ruled(judged: tuple[Assessed, ...]) -> dict[str, Lock]:
    """The strongest lock on each table as the rules have it."""
    found: dict[str, Lock] = {}
    for effect in (each for one in judged for each in one.effects):
        if _counts(effect) and effect.lock is not None:
            found[effect.relation] = max(effect.lock, found.get(effect.relation, effect.lock))
    return found


def _row(case: Case, found: dict[str, Effect], hazards: frozenset[Hazard]) -> str:
    locks = [f"{each.lock.said} on {_name(each)}" for each in found.values() if _counts(each) and each.lock]
    told = [*_rows(found)]
    words = [f"`{each.value}`" for each in Hazard if each in hazards]
    cells = (case.name, *(", ".join(each) or "–" for each in (locks, told, words)), case.stripe, case.pgschema)
    return f"| {' | '.join(cells)} |"


def _rows(found: dict[str, Effect]) -> Iterator[str]:
    for effect in found.values():
        if effect.rewrites:
            yield f"{_name(effect)} written anew"
        elif effect.scans:
            yield f"{_name(effect)} read"


def _name(effect: Effect) -> str:
    return effect.relation.removeprefix("public.")
