"""Keeps a statement that had to wait from overwriting what a later statement defines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from attrs import define, field

from ..files.reading import SourceFile
from ..sql.defined import Target, target
from ..sql.statements import Statement
from .pending import Item
from .runner import Execution

if TYPE_CHECKING:
    from psycopg import Error

Outcome = Literal["ran", "failed", "overwritten"]

_CANNOT_REPLACE = ("42P13", "42P16")  # invalid_function_definition, invalid_table_definition (a view's columns)


@define(eq=False)
class Overwriting:
    """The objects that the statements which ran so far define, looked at only when one had to wait."""

    _makers: dict[Target, list[Item]] = field(factory=dict)
    _seen: int = 0

    def run(
        self,
        execution: Execution,
        item: Item,
        done: Sequence[Item],
        on_statement: Callable[[SourceFile, Statement], None] | None,
    ) -> tuple[Outcome, Error | None]:
        """Runs a statement that waited, unless statements that follow it in the files define the same object."""
        later = self._later(item, done) if item.statement.begins("CREATE", "OR", "REPLACE") else []
        if not later:
            error = execution.run(item)
            return ("failed", error) if error else ("ran", None)
        made = target(item.statement)
        if made is None or not made.routine:
            return "overwritten", None
        execution.command("savepoint pgnorm_overwriting")
        outcome, error = _run_routine(execution, item, later, made.name)
        if outcome == "overwritten" and item.ran and on_statement:
            on_statement(item.source, item.statement)
        if outcome != "ran":
            execution.command("rollback to savepoint pgnorm_overwriting")
            execution.forget_settings()
        execution.command("release savepoint pgnorm_overwriting")
        return outcome, error

    def _later(self, item: Item, done: Sequence[Item]) -> list[Item]:
        for other in done[self._seen :]:
            if made := target(other.statement):
                self._makers.setdefault(made, []).append(other)
        self._seen = len(done)
        made = target(item.statement)
        return [other for other in self._makers.get(made, []) if other.order > item.order] if made else []


def _run_routine(execution: Execution, item: Item, later: Sequence[Item], name: str) -> tuple[Outcome, Error | None]:
    """Routines of one name may differ in their arguments: the server tells which of them a statement replaces."""
    before = _versions(execution, name)
    error = execution.run(item)
    if error:
        return ("overwritten", None) if error.sqlstate in _CANNOT_REPLACE else ("failed", error)
    after = _versions(execution, name)
    mine = {oid for oid, version in after if oid in dict(before) and (oid, version) not in before}
    for other in later if mine else ():
        execution.command("savepoint pgnorm_later")
        error = execution.run(other)
        theirs = {oid for oid, _ in _versions(execution, name) - after}
        execution.command("rollback to savepoint pgnorm_later; release savepoint pgnorm_later")
        execution.forget_settings()
        if mine & theirs or (error is not None and error.sqlstate in _CANNOT_REPLACE):
            return "overwritten", None
    return "ran", None


def _versions(execution: Execution, name: str) -> frozenset[tuple[int, str]]:
    """Each routine of the name, with the subtransaction that wrote its row."""
    found = execution.connection.execute(
        "select oid::bigint, xmin::text from pg_catalog.pg_proc where proname = %s", (name,)
    )
    return frozenset((int(oid), str(version)) for oid, version in found)
