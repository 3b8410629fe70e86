"""Actions of ALTER TABLE that follow each other, in one statement: it locks a table once, and rewrites it once."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple, TypeAlias

from pgnorm.catalog.model import Catalog, Object, OnRows, Statement
from pgnorm.catalog.model.row_facets import HoldsRows
from pgnorm.catalog.quoting import qualified

from .alterations import on_rows
from .plan import Plan, Step, Verb

_NAME: Final = r'"(?:[^"]|"")+"'
_ALTER: Final = rf"(?s)(?P<start>ALTER TABLE (?:ONLY )?(?P<table>{_NAME}\.{_NAME}))\s+(?P<action>.*);"
_COLUMN: Final = rf"(?P<named>{_NAME})"
# The order in which one ALTER TABLE carries out its actions, however they are listed (tablecmds.c, AlterTablePass). To
# those in one line their order is all one.
_TURNS: Final = (
    rf"DROP CONSTRAINT |DROP COLUMN {_COLUMN}\Z",
    rf"ALTER COLUMN {_COLUMN} DROP (?:DEFAULT|EXPRESSION)\Z",
    rf"ALTER COLUMN {_COLUMN} (?:TYPE |DROP NOT NULL\Z)",
    rf"ADD COLUMN {_COLUMN} ",
    rf"ADD CONSTRAINT {_NAME} CHECK ",
    rf"ALTER COLUMN {_COLUMN} SET NOT NULL\Z",
    rf"ALTER COLUMN {_COLUMN} SET DEFAULT ",
)
Tables: TypeAlias = Mapping[str, tuple[Object, bool]]
"""Tables by their names in statements, each with whether it stands alone: without ties to others."""
Piece: TypeAlias = tuple[Step, Statement]
"""A statement, and the step that it is of."""


class _Action(NamedTuple):
    """An action that one ALTER TABLE can share with others."""

    step: Step
    statement: Statement
    table: Object
    alone: bool
    """True if no table inherits from it, nor it from one: ONLY says nothing then."""
    start: str
    """The words before it: `ALTER TABLE "public"."contacts"`."""
    text: str
    turn: int
    """Its turn among the actions of one statement."""
    column: str
    """The column that it is about, empty where it may be about any."""

    def follows(self, others: Iterable["_Action"]) -> bool:
        """True if it has the same effect in one statement with the others as behind them."""
        return all(
            self.table is other.table
            and (self.alone or self.start == other.start)
            and (other.turn <= self.turn or self._elsewhere(other))
            for other in others
        )

    def _elsewhere(self, other: "_Action") -> bool:
        return self.column != other.column and bool(self.column and other.column)


class _Run(NamedTuple):
    """Actions that can share a statement, and what is said beside them: comments, privileges."""

    actions: list[_Action]
    beside: list[Piece]

    @property
    def pieces(self) -> Iterator[Piece]:
        """The steps and statements of it."""
        steps = {id(each.step): each.step for each in self.actions}
        if len(self.actions) < 2:
            yield from ((each.step, each.statement) for each in self.actions)
            yield from self.beside
            return
        statement = _shared(self.actions)
        step = self.actions[0].step
        if len(steps) > 1:
            parts = tuple(self._part(each) for each in steps.values())
            table = self.actions[0].table
            step = Step(verb=Verb.ALTER, item=table, statements=(), parts=parts)
            statement = statement.evolve(about=table.id)
        yield step, statement
        yield from ((step, said) for _, said in self.beside)

    def _part(self, step: Step) -> Step:
        own = (each.statement for each in self.actions if each.step is step)
        return step.evolve(statements=(*own, *(said for other, said in self.beside if other is step)))


def combined(plan: Plan, catalogs: Sequence[Catalog]) -> Plan:
    """The plan with such actions put together; `catalogs` tell which tables there are, and which of them inherit."""
    objects = [item for catalog in catalogs for item in catalog.objects.values()]
    tied = {end for item in objects for end in item.ties or ()}
    tables = {
        qualified(item.schema, item.name): (item, item.id not in tied)
        for item in objects
        if isinstance(item, HoldsRows)
    }
    return plan.evolve(transactions=tuple(tuple(_combined(steps, tables)) for steps in plan.transactions))


def _combined(steps: Sequence[Step], tables: Tables) -> Iterator[Step]:
    pieces = (piece for run in _runs(steps, tables) for piece in run.pieces)
    for _, group in groupby(pieces, key=lambda piece: id(piece[0])):
        found = [*group]
        step, statements = found[0][0], tuple(statement for _, statement in found)
        yield step if statements == step.statements else step.evolve(statements=statements)


def _runs(steps: Sequence[Step], tables: Tables) -> Iterator[_Run]:
    run = _Run([], [])
    for step in steps:
        filled = False
        for statement in step.statements:
            # Behind the UPDATE that fills its column, SET NOT NULL stays there.
            action = None if filled else _action(step, statement, tables)
            filled = filled or OnRows.FILLS in statement.on_rows
            if action is not None and run.actions and action.follows(run.actions):
                run.actions.append(action)
            elif statement.satellite and any(step is each.step for each in run.actions):
                run.beside.append((step, statement))
            else:
                yield run
                run = _Run([], [(step, statement)]) if action is None else _Run([action], [])
    yield run


def _action(step: Step, statement: Statement, tables: Tables) -> _Action | None:
    found = re.fullmatch(_ALTER, statement.sql)
    known = tables.get(found["table"]) if found else None
    if found is None or known is None or step.evaluated_on or step.finishing:
        return None
    for turn, pattern in enumerate(_TURNS):
        if said := re.match(pattern, found["action"]):
            column = said.groupdict().get("named") or ""
            return _Action(step, statement, *known, found["start"], found["action"], turn, column)
    return None


def _shared(actions: Sequence[_Action]) -> Statement:
    """The one statement of them, which all begin alike but where ONLY says nothing."""
    start = min((each.start for each in actions), key=len)
    found = [each.statement for each in actions]
    return found[0].evolve(
        sql=f"{start}\n    " + ",\n    ".join(each.text for each in actions) + ";",
        remark="\n".join(dict.fromkeys(filter(None, (each.remark for each in found)))),
        on_rows=on_rows(found),
        rows_of=tuple(dict.fromkeys(name for each in found for name in each.rows_of)),
        combines=tuple(found),
    )
