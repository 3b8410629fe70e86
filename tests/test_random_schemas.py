"""Random schemas over all kinds and random changes of them, both ways, with rows: the plan applied must leave nothing
different, for us and for pg_dump, and the rows as they were.

A sample, unless FUZZ_TURNS says how many or FUZZ_SECONDS how long; FUZZ_SEED is the seed of all of them.
"""

import sys
import time
from collections.abc import Sequence

import psycopg
from fuzzing import SECONDS, SEED, TURNS
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st
from judge import carry_out
from random_schemas import Change, change

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.describing import describe
from pgnorm.normalizer.compare.difference import differences
from pgnorm.normalizer.plan.planner import diff
from pgnorm.normalizer.plan.unplanned import unplanned
from pgnorm.normalizer.postgres.shadow import Session, Shadow
from pgnorm.normalizer.proof.pg_dump import dumped, entries

SAMPLE = 8


@st.composite
def changes(draw: st.DrawFn, major: int) -> Change:
    """Random changes; hypothesis makes those that fail smaller."""
    return change(lambda below: draw(st.integers(0, below - 1)), major)


def test_plans_arrive_and_keep_the_rows(shadow: Shadow) -> None:
    turns = TURNS or (10**6 if SECONDS else SAMPLE)
    end = time.monotonic() + SECONDS if SECONDS else float("inf")
    tried = 0

    @seed(SEED)
    @settings(
        max_examples=turns,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink] if TURNS or SECONDS else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(changes(shadow.major))
    def arrive(made: Change) -> None:
        nonlocal tried
        if time.monotonic() > end:
            return
        tried += 1
        note(told(made))
        assert fault(shadow, made) == ""

    arrive()
    sys.stderr.write(f"random schemas: seed {SEED}, {tried} changes both ways\n")


def told(made: Change) -> str:
    """A change as two files."""
    return "\n".join(
        f"-- {name}.sql\n{text(state.statements)}" for name, state in (("old", made.old), ("new", made.new))
    )


def text(statements: Sequence[str]) -> str:
    return "".join(f"{each};\n" for each in statements)


def fault(shadow: Shadow, made: Change) -> str:
    """What is wrong with the plans of a change, empty for nothing."""
    assert shadow.binaries is not None
    program = shadow.binaries.bindir / "pg_dump"
    with shadow.session(scratch=True) as one, shadow.session(scratch=True) as other:
        for session, state, backwards in ((one, made.old, False), (other, made.new, True)):
            session.connection.execute(text(state.statements).encode())
            session.connection.execute(text(made.rows(backwards)).encode())
        catalogs = [read(session.connection) for session in (one, other)]
        dumps = [dumped(session.connection, program) for session in (one, other)]
        for session, start, goal in ((one, 0, 1), (other, 1, 0)):
            try:
                before = _rows(session, made)
                plan = diff(catalogs[start], catalogs[goal])
                carry_out(session.connection, plan)
            except (PgnormError, psycopg.Error) as error:
                return f"{'back' if start else 'forth'}: {type(error).__name__}: {error}"
            arrived = read(session.connection)
            if left := differences(arrived, catalogs[goal]):
                return f"{'back' if start else 'forth'}: left: " + "; ".join(map(describe, left))
            if lost := [query for query, rows in _rows(session, made).items() if rows != before[query]]:
                return f"{'back' if start else 'forth'}: rows: {lost}"
            hidden = unplanned(arrived, catalogs[goal]).tags
            there, meant = entries(dumped(session.connection, program)), entries(dumps[goal])
            if said := [each for each in (*(there - meant), *(meant - there)) if (each.tag, each.schema) not in hidden]:
                return f"{'back' if start else 'forth'}: pg_dump:\n" + "\n".join(map(str, said))
    return ""


def _rows(session: Session, made: Change) -> dict[str, list[tuple[object, ...]]]:
    """The rows that both states know."""
    return {query: sorted(session.connection.execute(query.encode()).fetchall(), key=repr) for query in made.kept}
