"""Statements that name what of Postgres' own has namesakes: they are read in an empty search_path.

Postgres prints `array_length(a, 1)` for its own function. In the usual search_path that may be one of the project's
that takes `integer[]`, in silence; in an empty one nothing else is found. Nor does a function of the project find there
what its body names without a schema, so what may run any keeps the usual path.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from pgnorm.catalog.model import Statement

from ..dump.operator_path import sets_path
from ..dump.session_settings import USUAL_PATH
from ..sql.bare import IMPLIED, bare_names, calls_with_schema
from .plan import Plan, Step

EMPTY_PATH: Final = "SET search_path = '';"
_STORING: Final = re.compile(
    r"CREATE (OR REPLACE )?(CONSTRAINT )?"
    r"(VIEW|MATERIALIZED VIEW|RULE|POLICY|TRIGGER|FUNCTION|PROCEDURE|AGGREGATE|TABLE|DOMAIN) |ALTER POLICY "
)
"""Statements that evaluate nothing of what they say."""
_ON_ROWS: Final = re.compile("(INSERT|UPDATE|DELETE|MERGE|SELECT|REFRESH|DO) ")
"""Statements that set off triggers and call what they name."""
_REMARK: Final = "-- Names without a schema are Postgres' own here, and no schema is searched for others like them."


def kept_apart(plan: Plan, names: Collection[str]) -> Plan:
    """The plan with an empty search_path where statements name functions or operators of Postgres' own that are among
    `names`."""
    if not names:
        return plan
    return plan.evolve(transactions=tuple(tuple(_steps(steps, frozenset(names))) for steps in plan.transactions))


def _steps(steps: Sequence[Step], names: frozenset[str]) -> Iterator[Step]:
    runs = _runs([each for step in steps for each in step.statements], names)
    begins, ends = {first for first, _ in runs}, {last for _, last in runs}
    place = 0
    for step in steps:
        found: list[Statement] = []
        for each in step.statements:
            if place in begins:
                found.append(_setting(EMPTY_PATH, step).evolve(remark=_REMARK))
            found.append(each.evolve(apart=True) if place in begins or place - 1 in ends else each)
            if place in ends:
                found.append(_setting(USUAL_PATH, step))
            place += 1
        yield step.evolve(statements=tuple(found)) if len(found) > len(step.statements) else step


def _setting(sql: str, step: Step) -> Statement:
    return Statement(sql=sql, apart=True, patient=True, about=step.id)


def _runs(found: Sequence[Statement], names: frozenset[str]) -> list[tuple[int, int]]:
    """The first and the last place of each row of statements that are to be read so. Comments and the like may be
    between them. What has a search_path of its own stays as it is."""
    runs: list[tuple[int, int]] = []
    going_on = own_path = False
    for place, each in enumerate(found):
        own_path = (own_path or sets_path(each)) and each.sql != USUAL_PATH
        named = not own_path and _has(each.sql, names) and not _runs_code(each.sql)
        if named:
            first = runs.pop()[0] if going_on else place
            runs.append((first, place))
        going_on = named or (going_on and each.satellite and not own_path)
    return runs


def _runs_code(sql: str) -> bool:
    """True if functions of the project may run where a statement is carried out."""
    return not _STORING.match(sql) and (_ON_ROWS.match(sql) is not None or calls_with_schema(sql))


def _has(sql: str, names: frozenset[str]) -> bool:
    """True if one of the names is in a text without a schema. Most texts are not looked at token by token."""
    possible = not names.isdisjoint(IMPLIED) or any(name in sql for name in names)
    return possible and not names.isdisjoint(bare_names(sql))
