"""Statements that fill tables with the rows that they hold, and set sequences to where they stand."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pgnorm.catalog.quoting import ident, ident_list, literal, qualified

from .rows import Name, Rows, Table

_ALL: Final = "SET CONSTRAINTS ALL IMMEDIATE;"
"""Triggers can't be switched on again while checks of new rows wait for the commit."""


def filling(name: Name, table: Table) -> str:
    """The statements that fill an empty table, in which no trigger of its own has a say; none for no rows."""
    if not table.rows:
        return ""
    said = qualified(*name)
    off = [f"ALTER TABLE {said} DISABLE TRIGGER {ident(trigger)};" for trigger, _ in table.triggers]
    on = [
        f"ALTER TABLE {said} ENABLE {'ALWAYS ' * always}TRIGGER {ident(trigger)};" for trigger, always in table.triggers
    ]
    return "\n".join([*off, _insert(said, table), *([_ALL] if on else []), *on])


def _insert(said: str, table: Table) -> str:
    if not table.columns:
        return "\n".join([f"INSERT INTO {said} DEFAULT VALUES;"] * len(table.rows))
    override = " OVERRIDING SYSTEM VALUE" * table.numbered
    rows = ",\n".join(f"    ({', '.join(map(_value, row))})" for row in table.rows)
    return f"INSERT INTO {said} ({ident_list(table.columns)}){override} VALUES\n{rows};"


def _value(value: str | None) -> str:
    return "NULL" if value is None else literal(value)


def standing(sequences: Mapping[Name, tuple[int, bool]]) -> str:
    """The statements that set sequences."""
    return "\n".join(
        f"SELECT pg_catalog.setval({literal(qualified(*name))}, {last}, {'true' if called else 'false'});"
        for name, (last, called) in sequences.items()
    )


def refreshing(names: Iterable[Name]) -> str:
    """The statements that run the queries of materialized views again."""
    return "\n".join(f"REFRESH MATERIALIZED VIEW {qualified(*name)};" for name in names)


def by_references(oids: Iterable[int], rows: Rows) -> Iterator[Name]:
    """The names of tables, those that others refer to first."""
    left = dict.fromkeys(sorted(oids))
    names = rows.names
    while left:
        free = next((oid for oid in left if not (rows.tables[names[oid]].references - {oid}) & left.keys()), None)
        oid = next(iter(left)) if free is None else free
        del left[oid]
        yield names[oid]
