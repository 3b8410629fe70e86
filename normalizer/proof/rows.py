"""Rows made up for the tables on whose rows a plan evaluates code, so that its proof evaluates it too."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, LiteralString

from pgnorm.catalog.model import ObjectId
from pgnorm.catalog.quoting import ident, literal, qualified

from ..postgres.power import UNCAGED, Power

if TYPE_CHECKING:
    from psycopg import Connection

_COLUMNS: Final = """
    select a.attname
         , format_type(a.atttypid, a.atttypmod)
         , a.attnotnull
         , a.atthasdef or a.attidentity <> '' or t.typdefault is not null
         , b.typcategory::text
         , b.typname
         , ( select enumlabel from pg_catalog.pg_enum where enumtypid = b.oid order by enumsortorder limit 1 )
      from pg_catalog.pg_attribute a
      join pg_catalog.pg_type t on t.oid = a.atttypid
      join pg_catalog.pg_type b on b.oid = coalesce(nullif(t.typbasetype, 0), t.oid)
     where a.attrelid = pg_catalog.to_regclass(%s) and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     order by a.attnum
"""
_OF_CATEGORY: Final = {
    "A": "{}",
    "B": "true",
    "D": "2000-01-01 00:00:00+00",
    "I": "127.0.0.1",
    "N": "1",
    "R": "empty",
    "S": "a",
    "T": "1 day",
}
_OF_TYPE: Final = {
    "bytea": "",
    "json": "{}",
    "jsonb": "{}",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "xml": "<a/>",
}


class Rows:
    """One row in each of some tables, as far as Postgres accepts one, made without triggers."""

    def __init__(self, connection: "Connection", tables: Iterable[ObjectId], power: Power = UNCAGED) -> None:
        self.connection = connection
        self.power = power
        self.there: set[ObjectId] = {table for table in sorted(tables) if self._make(table)}
        """The tables that have one."""

    def _make(self, table: ObjectId) -> bool:
        columns = self._columns(table)
        full = [(name, value) for name, value, _, _ in columns]
        least = [(name, value) for name, value, needed, _ in columns if needed]
        return any(self._insert(table, values) is None for values in (full, least))

    def again(self, table: ObjectId) -> str | None:
        """The SQLSTATE with which Postgres refuses one more row that gets its defaults, None where it takes that."""
        return self._insert(table, [(name, value) for name, value, _, filled in self._columns(table) if not filled])

    def remove(self) -> None:
        """Take all of them away. What publishes no rows to delete may be truncated."""
        for table in self.there:
            name = qualified(table.schema, table.name)
            if self._try(f"DELETE FROM {name}") is not None:
                self._try(f"TRUNCATE {name} CASCADE")
        self.there.clear()

    def _columns(self, table: ObjectId) -> list[tuple[str, str, bool, bool]]:
        """(name, value, whether it must have one, whether it gets one by itself) of each column."""
        found = self.connection.execute(_COLUMNS, (qualified(table.schema, table.name),))
        return [
            (str(name), _value(str(type_), _OF_TYPE.get(base, _OF_CATEGORY.get(category, label))), needed, filled)
            for name, type_, needed, filled, category, base, label in found
        ]

    def _insert(self, table: ObjectId, values: Sequence[tuple[str, str]]) -> str | None:
        into = f"INSERT INTO {qualified(table.schema, table.name)}"
        if not values:
            return self._try(f"{into} DEFAULT VALUES")
        names = ", ".join(ident(name) for name, _ in values)
        return self._try(f"{into} ({names}) OVERRIDING SYSTEM VALUE VALUES ({', '.join(text for _, text in values)})")

    def _try(self, sql: str) -> str | None:
        from psycopg import Error

        try:
            with self._without_triggers(), self.connection.transaction():
                self.connection.execute(sql.encode())
        except Error as error:
            return error.sqlstate or ""
        return None

    @contextmanager
    def _without_triggers(self) -> Iterator[None]:
        self._set_replication_role("replica")
        try:
            yield
        finally:
            self._set_replication_role("default")

    def _set_replication_role(self, value: LiteralString) -> None:
        with self.power.lent(self.connection):
            self.connection.execute(f"set session_replication_role = {value}")


def _value(type_: str, text: str | None) -> str:
    return "NULL" if text is None else f"{literal(text)}::{type_}"
