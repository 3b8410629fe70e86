"""The history of migrations in a table of the database, as the Supabase CLI makes and fills it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from attrs import frozen

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.quoting import ident, qualified

from ..project.lookout import holders_of
from .interfaces import Row, Unfinished

if TYPE_CHECKING:
    import psycopg

_UNFINISHED: Final = "pgnorm_unfinished"
# What the address or the role says of it goes before.
_LIMIT: Final = (
    "select pg_catalog.set_config('lock_timeout', '{}', true) "
    "where pg_catalog.current_setting('lock_timeout') operator(pg_catalog.=) '0'; "
)
_TEXT: Final = "pg_catalog.text"
PATIENCE: Final = 4000
"""Milliseconds that a reading waits for a lock where nothing else is said."""


@frozen(eq=False)
class TableHistory:
    """The table `name` of `schema`: version, statements, name; beside it one of ours, once a migration was carried out
    in part."""

    connection: psycopg.Connection
    schema: str
    name: str
    patience: int = PATIENCE
    """Milliseconds that a reading waits for a lock of others."""

    def rows(self, *, statements: bool = True) -> Mapping[str, Row]:
        """Migrations that were applied, by version, without statements if these are not asked for."""
        known = self._columns(self.name)
        if "version" not in known:
            return {}
        wanted = known if statements else known - {"statements"}
        name, texts = (column if column in wanted else "null" for column in ("name", "statements"))
        query = f"select version::{_TEXT}, {name}::{_TEXT}, {texts}::{_TEXT}[] from {self._table}"
        found = all_rows(self.connection, query, (self.schema, self.name), self.patience)
        return {
            str(version): Row(version=str(version), name=str(said or ""), statements=_texts(some))
            for version, said, some in found
        }

    def prepare(self) -> None:
        """Make the table where there is none, and columns that one of an older version lacks."""
        known = self._columns(self.name)
        if not known:
            self._run(f"create schema if not exists {ident(self.schema)}")
            self._run(f"create table if not exists {self._table} (version {_TEXT} not null primary key)")
        for column, type_ in (("statements", f"{_TEXT}[]"), ("name", _TEXT)):
            if column not in known:
                self._run(f"alter table {self._table} add column if not exists {column} {type_}")

    def add(self, version: str, name: str, statements: Sequence[str]) -> None:
        """Remember a migration, and that nothing of it is left to do."""
        written = self._ask(
            f"insert into {self._table} (version, name, statements) values (%s, %s, %s::{_TEXT}[]) "
            f"returning version::{_TEXT}",
            (version, name, list(statements)),
        )
        if written != [(version,)]:
            raise PgnormError(
                f"the history, {self.schema}.{self.name}, does not take the row of {version} as it is",
                hint="Look for a trigger of it, and for a version that is no text.",
            )
        self._forget(_UNFINISHED, version)

    def remove(self, version: str) -> None:
        """Forget a migration, and what was done of one that did not end."""
        self._forget(self.name, version)
        self._forget(_UNFINISHED, version)

    def unfinished(self) -> Mapping[str, Unfinished]:
        """The migrations that were begun and did not end, by version."""
        if not self._columns(_UNFINISHED):
            return {}
        query = f"select version, statements, underway from {self._beside}"
        found = all_rows(self.connection, query, (self.schema, _UNFINISHED), self.patience)
        return {
            str(version): Unfinished(statements=_texts(some) or (), underway=underway is True)
            for version, some, underway in found
        }

    def begin(self, version: str, statements: Sequence[str], *, underway: bool) -> None:
        """Remember how far a migration is."""
        if not self._columns(_UNFINISHED):
            self._run(
                f"create table if not exists {self._beside} (version {_TEXT} not null primary key, "
                f"statements {_TEXT}[] not null, underway pg_catalog.bool not null)"
            )
        self._run(
            f"insert into {self._beside} values (%s, %s::{_TEXT}[], %s) on conflict (version) do update "
            "set statements = excluded.statements, underway = excluded.underway",
            (version, list(statements), underway),
        )

    @property
    def _table(self) -> str:
        return qualified(self.schema, self.name)

    @property
    def _beside(self) -> str:
        return qualified(self.schema, _UNFINISHED)

    def _forget(self, table: str, version: str) -> None:
        if self._columns(table):
            name = qualified(self.schema, table)
            self._run(f"delete from {name} where version::{_TEXT} operator(pg_catalog.=) %s::{_TEXT}", (version,))

    def _columns(self, table: str) -> frozenset[str]:
        """The columns of a table of the schema, none where there is no such table."""
        found = self._ask(
            "select attname::pg_catalog.text from pg_catalog.pg_attribute "
            "where not attisdropped and attnum operator(pg_catalog.>) 0 "
            "and attrelid operator(pg_catalog.=) pg_catalog.to_regclass(%s)::pg_catalog.oid",
            (qualified(self.schema, table),),
        )
        return frozenset(str(name) for (name,) in found)

    def _run(self, text: str, parameters: Sequence[object] | None = None) -> None:
        self.connection.execute(text.encode(), parameters)

    def _ask(self, text: str, parameters: Sequence[object] | None = None) -> Sequence[tuple[object, ...]]:
        return self.connection.execute(text.encode(), parameters).fetchall()


def all_rows(
    connection: psycopg.Connection, query: str, table: tuple[str, str], patience: int = PATIENCE
) -> Sequence[tuple[object, ...]]:
    """The rows that a query finds in a table, its schema before its name.

    Raises psycopg.Error where row security would hide some, and PgnormError where others keep it locked.
    """
    from psycopg.errors import LockNotAvailable
    from psycopg.pq import TransactionStatus

    # A transaction has a patience of its own, and whatever else it does is as row security has it.
    alone = connection.info.transaction_status == TransactionStatus.IDLE
    limit = _LIMIT.format(patience) * alone
    text = f"{limit}set local row_security = off; {query}; set local row_security to default"
    try:
        cursor = connection.execute(text.encode())
    except LockNotAvailable as error:
        if not alone:
            raise
        holders = " and ".join(holders_of(connection, qualified(*table))) or "somebody"
        raise PgnormError(
            f"{'.'.join(table)} can't be read: {holders} keeps it locked",
            hint="Run it again when that has ended; `select pg_terminate_backend(…)` ends a process.",
        ) from error
    for _ in range(1 + alone):
        cursor.nextset()
    return cursor.fetchall()


def _texts(value: object) -> tuple[str, ...] | None:
    known = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return tuple(map(str, value)) if isinstance(value, list) and known else None
