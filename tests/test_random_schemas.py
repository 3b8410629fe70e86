"""Random schemas over all kinds and random changes of them, both ways, with rows: the plan applied must leave nothing
different, for us and for pg_dump, and the rows as they were. It is the plan of what both have, without what is alike.

A sample, unless FUZZ_TURNS says how many or FUZZ_SECONDS how long; FUZZ_SEED is the seed of the first of them. What
fails is told as two files, with as few statements as it fails with.
"""

from collections.abc import Iterator

import psycopg
from fuzzing import Fuzz
from judge import carry_out
from random_schemas import Case, changed, reduced, text

from pgnorm.catalog.answers import Answers
from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.reader import read, reading
from pgnorm.normalizer.compare.describing import describe
from pgnorm.normalizer.compare.difference import differences
from pgnorm.normalizer.compare.paring import pared
from pgnorm.normalizer.plan.planner import diff
from pgnorm.normalizer.plan.unplanned import unplanned
from pgnorm.normalizer.postgres.shadow import Session, Shadow
from pgnorm.normalizer.proof.pg_dump import dumped, entries

SAMPLE = 8


def test_plans_arrive_and_keep_the_rows(shadow: Shadow) -> None:
    fuzz = Fuzz(f"schemas on {shadow.major}", SAMPLE)
    for seed, chance in fuzz.turns():
        old, new = changed(chance.randrange, shadow.major)
        forth, back = Case.between(old, new), Case.between(new, old)
        for case, said in zip((forth, back), list(faults(shadow, forth, back)), strict=False):
            with fuzz.told(seed, str(_smallest(shadow, case, said)) if said else ""):
                assert not said, said


def _smallest(shadow: Shadow, case: Case, said: str) -> Case:
    sort = said.partition(":")[0]
    return reduced(case, lambda less: next(faults(shadow, less)).startswith(f"{sort}:"))


def faults(shadow: Shadow, *cases: Case) -> Iterator[str]:
    """What is wrong with the plan of a case, empty for nothing, and with that of the case that leads back."""
    with shadow.session(scratch=True) as one, shadow.session(scratch=True) as other:
        try:
            for session, state in ((one, cases[0].old), (other, cases[0].new)):
                session.connection.execute(text(state).encode())
            for session, case in zip((one, other), cases, strict=False):
                session.connection.execute(text(case.rows).encode())
        except psycopg.Error as error:
            yield f"made what Postgres refuses ({type(error).__name__}): {error}"
            return
        goals = [(_answers(session), _dump(shadow, session)) for session in (one, other)]
        for session, case, (start, _), goal in zip((one, other), cases, goals, reversed(goals), strict=False):
            yield _fault(shadow, session, case, start, goal)


def _answers(session: Session) -> Answers:
    with reading(session.connection) as found:
        return found.answers()


def _fault(shadow: Shadow, session: Session, case: Case, start: Answers, goal: tuple[Answers, str]) -> str:
    answers, dump = goal
    catalog = answers.whole
    before = _rows(session, case)
    try:
        plan = diff(start.whole, catalog)
        parts = pared(start, answers)
        if parts is None or diff(*parts).scripts() != plan.scripts():
            return "pared: another plan"
        carry_out(session.connection, plan)
    except (PgnormError, psycopg.Error) as error:
        return f"{type(error).__name__}: {error}"
    arrived = read(session.connection)
    if left := differences(arrived, catalog):
        return "left: " + "; ".join(map(describe, left))
    if lost := [query for query, rows in _rows(session, case).items() if rows != before[query]]:
        return f"rows: {lost}"
    hidden = unplanned(arrived, catalog).tags
    there, meant = entries(_dump(shadow, session)), entries(dump)
    said = [each for each in (*(there - meant), *(meant - there)) if (each.tag, each.schema) not in hidden]
    return "pg_dump:\n" + "\n".join(map(str, said)) if said else ""


def _dump(shadow: Shadow, session: Session) -> str:
    assert shadow.binaries is not None
    return dumped(session.connection, shadow.binaries.bindir / "pg_dump")


def _rows(session: Session, case: Case) -> dict[str, list[tuple[object, ...]]]:
    """The rows that both states know."""
    return {query: sorted(session.connection.execute(query.encode()).fetchall(), key=repr) for query in case.kept}
