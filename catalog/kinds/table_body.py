"""The body of CREATE TABLE and CREATE FOREIGN TABLE, and the statements on single columns behind it."""

from collections.abc import Iterator, Sequence

from ..model import Entry, Object, ObjectId, Target
from .columns import Column
from .inheritance import Inheritance
from .typings import Typing


def body(table: ObjectId, parts: Sequence[Object], target: Target) -> str:
    """The type that it is of, the columns and constraints in parentheses, and what is inherited from."""
    inside: dict[ObjectId | None, list[Object]] = {}
    for part in parts:
        if not part.placement.inside:
            inside.setdefault(part.parent, []).append(part)
    lines = [line for column in _columns(parts) if (line := column.line(inside.get(column.id, ()), target))]
    clauses = (part.clause(target) for part in inside.get(table, ()))
    lines += filter(None, clauses)
    parents = [part.clause(target) for part in parts if isinstance(part, Inheritance)]
    of = "".join(part.clause(target) for part in parts if isinstance(part, Typing))
    return of + _listed(lines, typed=bool(of)) + (f"\nINHERITS ({', '.join(parents)})" if parents else "")


def column_settings(parts: Sequence[Object], target: Target) -> Iterator[str]:
    """The statements on single columns behind the CREATE."""
    return (statement for column in _columns(parts) for statement in column.settings(target))


def column_remarks(parts: Sequence[Object]) -> Iterator[Entry]:
    """The entries that columns have beside those for their comments."""
    return (entry for column in _columns(parts) for entry in column.remarks())


def _columns(parts: Sequence[Object]) -> Iterator[Column]:
    return (part for part in parts if isinstance(part, Column))


def _listed(lines: Sequence[str], *, typed: bool) -> str:
    """A typed table that says nothing of its own has no list."""
    if typed and not lines:
        return ""
    return " (" + ",".join(f"\n    {line}" for line in lines) + "\n)"
