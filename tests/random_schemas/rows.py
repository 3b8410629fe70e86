"""Rows that each state allows: a number is that of its row, nothing is alike where a key may be."""

from collections.abc import Iterator

from .state import Column, Relation, State

_ROWS = (1, 2, 3)


def inserted(start: State, goal: State) -> Iterator[str]:
    """Statements that give each table of `start` its rows."""
    yield "set session_replication_role = replica"
    meant = {table.name: table for table in goal.tables}
    for table in start.tables:
        columns = [each for each in table.columns.values() if each.written]
        wanted = meant.get(table.name)
        for row in _ROWS:
            values = ", ".join(_value(each, wanted, start, row) for each in columns)
            listed = ", ".join(each.name for each in columns)
            yield f"insert into {table.name} ({listed}) values ({values})"
    yield "reset session_replication_role"
    for view in start.statements:
        if view.startswith("create materialized view public.kept") and "no data" not in view:
            yield "refresh materialized view public.kept"


def kept(old: State, new: State) -> Iterator[str]:
    """Queries for the columns that both states have alike."""
    there = {table.name: table for table in new.tables}
    for table in old.tables:
        if other := there.get(table.name):
            alike = [
                each for name, each in table.columns.items() if each.written and _alike(each, other.columns.get(name))
            ]
            # An attribute of a composite type may come and go.
            listed = ", ".join(f"({each.name}).x::text" if each.type in old.literals else each.name for each in alike)
            yield f"select {listed or 'count(*)'} from only {table.name}"
            if table.kind == "partitioned":
                yield f"select {listed or 'count(*)'} from {table.name}"


def _alike(column: Column, other: Column | None) -> bool:
    return other is not None and column.type == other.type


def _value(column: Column, wanted: Relation | None, start: State, row: int) -> str:
    meant = wanted.columns.get(column.name) if wanted else None
    if row == _ROWS[-1] and _nullable(column) and (meant is None or _nullable(meant)):
        return "null"
    match column.family:
        case "time":
            return f"'2026-01-0{row}'"
        case "enum":
            return "'a'"
        case "json":
            return f"'{{\"n\": {row}}}'"
        case "array":
            return f"'{{{row}}}'"
        case "composite" if meant is not None and meant.type != column.type:
            return "null"
        case "composite":
            return f"'{start.literals.get(column.type, '(1)')}'"
        case "range":
            return f"'[{row}0,{row}5)'"
    return f"'{row}'"


def _nullable(column: Column) -> bool:
    """True if no state takes a null in it amiss: a key may be referred to."""
    return column.null and not column.unique
