"""Statements that name what of Postgres' own has namesakes: they say its schema.

Postgres prints `array_length(a, 1)` for its own function. In the usual search_path that may be one of the project's
that takes `integer[]`, in silence. What an expression only implies (`a IS DISTINCT FROM b`) has no place for a schema:
such a statement is read in an empty search_path, unless it may run functions of the project: these would not find there
what their bodies name without a schema.
"""

import re
from collections.abc import Collection, Iterator
from typing import Final

from pgnorm.catalog.model import Catalog, Statement
from pgnorm.catalog.model.facets import Routine

from ..dump.operator_path import sets_path
from ..dump.session_settings import USUAL_PATH
from ..sql.bare import IMPLIED, calls_with_schema, has_only_options, implies_operators, qualified
from .plan import Plan, Step

EMPTY_PATH: Final = "SET search_path = '';"
_PATHS: Final = (EMPTY_PATH, USUAL_PATH)
_STORING: Final = (
    r"CREATE (OR REPLACE )?(CONSTRAINT )?"
    r"(VIEW|MATERIALIZED VIEW|RULE|POLICY|TRIGGER|FUNCTION|PROCEDURE|TABLE|DOMAIN) |ALTER POLICY "
)
"""Statements that evaluate nothing of what they say."""
_ON_ROWS: Final = "(INSERT|UPDATE|DELETE|MERGE|SELECT|REFRESH|DO) "
"""Statements that set off triggers and call what they name."""
_REMARK: Final = "-- Operators that it only implies are Postgres' own here: no schema is searched for others like them."


def told_apart(plan: Plan, *catalogs: Catalog, watched: bool) -> Plan:
    """The plan with the schema of Postgres' own functions and operators where a catalog has namesakes of them;
    `watched` if event triggers of the project run beside it."""
    names = frozenset(name for each in catalogs for name in each.namesakes)
    # An aggregate's functions are found by the types that it declares, without the casts that other calls have.
    routines = {item.name for each in catalogs for item in each.objects.values() if isinstance(item, Routine)}
    implied = not watched and not names.isdisjoint(IMPLIED)
    steps = (_steps(steps, names, names | routines, implied=implied) for steps in plan.transactions)
    return plan.evolve(transactions=tuple(map(tuple, steps)))


def _steps(
    steps: Collection[Step], names: frozenset[str], routines: frozenset[str], *, implied: bool
) -> Iterator[Step]:
    own_path = False
    for step in steps:
        found: list[Statement] = []
        for each in step.statements:
            own_path = (own_path or sets_path(each)) and each.sql != USUAL_PATH
            asked = routines if has_only_options(each.sql) else names
            said = each.evolve(sql=qualified(each.sql, asked, rows=not own_path)) if asked else each
            if implied and not own_path and implies_operators(said.sql) and not _runs_code(said.sql):
                empty, usual = (Statement(sql=sql, apart=True, patient=True, about=step.id) for sql in _PATHS)
                found += (empty.evolve(remark=_REMARK), said.evolve(apart=True), usual)
            else:
                found.append(said)
        yield step.evolve(statements=tuple(found))


def _runs_code(sql: str) -> bool:
    """True if functions of the project may run where a statement is carried out."""
    return not re.match(_STORING, sql) and (re.match(_ON_ROWS, sql) is not None or calls_with_schema(sql))
