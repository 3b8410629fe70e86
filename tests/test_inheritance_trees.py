"""Plans between the states of tables that inherit, with rows in them: they arrive, for us and for pg_dump.

A sample of the cases; all of them with PGNORM_TEST_WHOLE=1."""

import os
import random
from collections import Counter
from collections.abc import Iterator, Sequence

import psycopg
import pytest
from inheritance_trees import SERVER, State, pairs
from judge import carry_out

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.describing import describe
from pgnorm.normalizer.compare.difference import differences
from pgnorm.normalizer.plan.planner import diff
from pgnorm.normalizer.plan.unplanned import unplanned
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.proof.pg_dump import dumped, entries

WHOLE = bool(os.environ.get("PGNORM_TEST_WHOLE"))
SAMPLE = 150
AT_ONCE = 50
"""The cases that one plan goes across, each in a schema of its own."""

Case = tuple[State, State]


def _cases(shadow: Shadow) -> list[Case]:
    found = pairs(shadow.major)
    return found if WHOLE else random.Random(shadow.major).sample(found, SAMPLE)


@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
def test_every_plan_arrives_and_keeps_the_rows(shadow: Shadow, backwards: bool) -> None:
    cases = [case[::-1] if backwards else case for case in _cases(shadow)]
    batches = [cases[start : start + AT_ONCE] for start in range(0, len(cases), AT_ONCE)]
    failed = [said for batch in batches if (found := _fault(shadow, batch)) for said in _culprits(shadow, batch, found)]
    assert not failed, f"{len(failed)} of {len(cases)} fail\n" + "\n".join(failed)


def _culprits(shadow: Shadow, batch: Sequence[Case], found: str) -> Iterator[str]:
    """What is wrong with each case of those that fail together."""
    faults = {case: _fault(shadow, [case]) for case in batch}
    if not any(faults.values()):
        yield f"only together: {found}"
    for (old, new), fault in faults.items():
        if fault:
            yield f"{old}\n{new}\n  {fault}"


def _fault(shadow: Shadow, cases: Sequence[Case]) -> str:
    """What is wrong with a plan across all of the cases, empty for nothing."""
    assert shadow.binaries is not None
    program = shadow.binaries.bindir / "pg_dump"
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        for session, side in ((start, 0), (goal, 1)):
            _load(session.connection, [case[side] for case in cases])
        for number, (old, _) in enumerate(cases):
            _run(start.connection, number, old.rows())
        rows = _rows(start.connection, len(cases))
        wanted = read(goal.connection)
        try:
            plan = diff(read(start.connection), wanted)
            carry_out(start.connection, plan)
        except (PgnormError, psycopg.Error) as error:
            return f"{type(error).__name__}: {error}"
        arrived = read(start.connection)
        if left := differences(arrived, wanted):
            return "; ".join(map(describe, left))
        # A parent that becomes partitioned passes its own rows on.
        if lost := rows - _rows(start.connection, len(cases)):
            return f"rows: {lost}"
        told = unplanned(arrived, wanted).tags
        made, meant = (entries(dumped(session.connection, program)) for session in (start, goal))
        other = [*(made - meant), *(meant - made)]
        return "\n".join(str(entry) for entry in other if (entry.tag, entry.schema) not in told)


def _load(connection: psycopg.Connection, states: Sequence[State]) -> None:
    connection.execute(f"set client_min_messages = warning; {SERVER}".encode())
    for number, state in enumerate(states):
        connection.execute(f"create schema s{number}".encode())
        _run(connection, number, [state.sql()])
    connection.execute("reset all")


def _run(connection: psycopg.Connection, number: int, statements: Iterator[str] | Sequence[str]) -> None:
    connection.execute(f"set search_path = s{number}".encode())
    for statement in statements:
        connection.execute(statement.encode())
    connection.execute("reset search_path")


def _rows(connection: psycopg.Connection, schemas: int) -> Counter[object]:
    """The rows of the tables that every state has."""
    found: Counter[object] = Counter()
    for number in range(schemas):
        found.update(connection.execute(f"select {number}, a, k from only s{number}.c".encode()).fetchall())
    return found
