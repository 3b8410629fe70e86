"""Rows of a database: all that its tables hold and where its sequences stand, read to be compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Self

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value, untold
from pgnorm.catalog.quoting import ident_list, qualified

if TYPE_CHECKING:
    from psycopg import Connection

    from ..postgres.shadow import Session

Name = tuple[str, str]
"""The schema and the name of a relation."""
Row = tuple[str | None, ...]
"""The values of a row as Postgres prints them."""

_SETTINGS: Final = (
    "set search_path = ''; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set timezone = 'UTC'; "
    "set extra_float_digits = 3; set bytea_output = 'hex'; set row_security = off"
)
_TABLES: Final = """
    select c.oid::int8, n.nspname::text, c.relname::text, c.relkind = 'm', pg_relation_size(c.oid) > 0,
           array(select a.attname::text from pg_attribute a
                  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
                  order by a.attname),
           exists (select from pg_attribute a where a.attrelid = c.oid and a.attidentity = 'a'),
           array(select distinct confrelid::int8 from pg_constraint where conrelid = c.oid and contype = 'f'),
           array(select array[tgname::text, tgenabled::text] from pg_trigger
                  where tgrelid = c.oid and not tgisinternal and tgenabled in ('O', 'A') order by tgname)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where (c.relkind = 'r' or c.relkind = 'm' and c.relispopulated) and c.relpersistence <> 't'
       and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_toast'
     order by c.oid
"""
_SEQUENCES: Final = """
    select n.nspname::text, c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'S' and c.relpersistence <> 't' order by 1, 2
"""
_AT_ONCE: Final = 200


class Table(Value):
    """A table or a materialized view with its rows."""

    oid: int
    derived: bool
    """True if a query fills it."""
    columns: tuple[str, ...]
    """Columns that hold values of their own, by name."""
    rows: tuple[Row, ...] = untold()
    """The rows, sorted."""
    refreshed: tuple[Row, ...] | None = untold(default=None)
    """The rows that a derived one has once its query is run again, None where that fails."""
    numbered: bool = False
    """True if it has a column GENERATED ALWAYS AS IDENTITY."""
    references: frozenset[int] = frozenset()
    """OIDs of the tables that its foreign keys name."""
    triggers: tuple[tuple[str, bool], ...] = ()
    """Its triggers that fire, and if they fire ALWAYS."""

    @property
    def as_refreshed(self) -> Self:
        """The same, where it is filled anew."""
        return self if self.refreshed is None else self.evolve(rows=self.refreshed)


class Rows(Value):
    """All rows of a database, and the states of its sequences: the last value, and if that was given away."""

    tables: Mapping[Name, Table]
    sequences: Mapping[Name, tuple[int, bool]]

    @property
    def names(self) -> Mapping[int, Name]:
        """Names of tables by their OIDs."""
        return {table.oid: name for name, table in self.tables.items()}


def read_rows(session: Session) -> Rows:
    """The rows of a session's database, which is for nothing else afterwards. Raises PgnormError."""
    from psycopg import Error

    connection = session.connection
    try:
        with session.power.lent(connection):
            connection.execute(_SETTINGS)
            found = dict(_tables(connection))
            sequences = dict(_sequences(connection))
        refreshed = [name for name, table in found.items() if table.derived and _refresh(connection, name)]
        with session.power.lent(connection):
            for name in refreshed:
                found[name] = found[name].evolve(refreshed=_rows(connection, name, found[name].columns))
    except Error as error:
        raise PgnormError(f"the rows can't be read: {error.diag.message_primary or error}") from error
    return Rows(tables=found, sequences=sequences)


def _tables(connection: Connection) -> Iterator[tuple[Name, Table]]:
    for oid, schema, name, derived, filled, columns, numbered, references, triggers in connection.execute(
        _TABLES
    ).fetchall():
        yield (
            (schema, name),
            Table(
                oid=oid,
                derived=derived,
                columns=tuple(columns),
                rows=_rows(connection, (schema, name), columns) if filled else (),
                numbered=numbered,
                references=frozenset(references),
                triggers=tuple((trigger, state == "A") for trigger, state in triggers),
            ),
        )


def _rows(connection: Connection, name: Name, columns: Iterable[str]) -> tuple[Row, ...]:
    query = f"copy (select {ident_list(columns)} from only {qualified(*name)}) to stdout"
    with connection.cursor() as cursor, cursor.copy(query.encode()) as copy:
        return tuple(sorted(copy.rows(), key=_key))


def _key(row: Row) -> tuple[tuple[bool, str], ...]:
    return tuple((value is not None, value or "") for value in row)


def _sequences(connection: Connection) -> Iterator[tuple[Name, tuple[int, bool]]]:
    names = connection.execute(_SEQUENCES).fetchall()
    for at in range(0, len(names), _AT_ONCE):
        some = names[at : at + _AT_ONCE]
        text = " union all ".join(
            f"select {number}, last_value, is_called from {qualified(*name)}" for number, name in enumerate(some)
        )
        for number, last, called in connection.execute(text.encode()).fetchall():
            yield some[number], (last, called)


def _refresh(connection: Connection, name: Name) -> bool:
    """Run the query of a materialized view again; False where that fails."""
    from psycopg import Error

    try:
        connection.execute(f"refresh materialized view {qualified(*name)}".encode())
    except Error:
        return False
    return True


class Volatile(Value):
    """Differences between loads of the same files: columns of tables, and tables whose rows do otherwise."""

    columns: Mapping[Name, frozenset[str]] = MappingProxyType({})
    tables: frozenset[Name] = frozenset()

    def same(self, one: Table, other: Table | None, name: Name) -> bool:
        """True if two tables of a name hold the same, as far as that is comparable."""
        if other is None or one.columns != other.columns:
            return False
        if name in self.tables:
            return len(one.rows) == len(other.rows)
        left_out = self.columns.get(name, frozenset())
        return _without(one, left_out) == _without(other, left_out)


def volatile(one: Rows, other: Rows) -> Volatile:
    """The differences between two loads of the same files."""
    columns: dict[Name, frozenset[str]] = {}
    tables: set[Name] = set()
    for name, table in one.tables.items():
        again = other.tables.get(name)
        if again is not None and table.rows != again.rows:
            left_out = frozenset(
                column for at, column in enumerate(table.columns) if _values(table.rows, at) != _values(again.rows, at)
            )
            columns[name] = left_out
            if _without(table, left_out) != _without(again, left_out):
                tables.add(name)
    return Volatile(columns=columns, tables=frozenset(tables))


def _values(rows: Iterable[Row], at: int) -> list[tuple[bool, str]]:
    return sorted(_key((row[at],))[0] for row in rows)


def _without(table: Table, columns: frozenset[str]) -> list[Row]:
    kept = [at for at, column in enumerate(table.columns) if column not in columns]
    return sorted((tuple(row[at] for at in kept) for row in table.rows), key=_key)
