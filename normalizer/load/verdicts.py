"""Verdicts of a language on a function's body, in the words of the newest Postgres."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.model import Value

if TYPE_CHECKING:
    from psycopg import Connection, Error

# Before Postgres 17 PL/pgSQL reads `name%type` as the name of a type where it finds nothing of the name.
_TYPE_OF: Final = re.compile(r'^invalid type name "(.+?)\s*%\s*type\b', re.IGNORECASE | re.DOTALL | re.MULTILINE)
_RELATION: Final = re.compile(r'^relation "([^"]+)" does not exist')
# What a body names and the server lacks: undefined table, function, object, column, schema.
_ABSENT: Final = ("42P01", "42883", "42704", "42703", "3F000")
# Where Postgres and its languages raise what is wrong in itself, whatever the catalogs hold: scanners and grammars.
_GRAMMAR: Final = re.compile(r"(?:^|/)(?:scan\.l|gram\.y|parser\.c|pl\w*\.\w+)$")


class Verdict(Value):
    """An error of a validator."""

    error: Error
    sqlstate: str | None
    message: str

    @property
    def absent(self) -> bool:
        """True if the body names what is not there."""
        return self.sqlstate in _ABSENT

    @property
    def maybe_temporary(self) -> bool:
        """True if the body names a table that may be a temporary one."""
        relation = _RELATION.match(self.message)
        return relation is not None and "." not in relation[1]

    @property
    def miswritten(self) -> bool:
        """True if the body is wrong whatever is, or is not, there."""
        return not self.absent and _GRAMMAR.search(self.error.diag.source_file or "") is not None


def verdict(connection: Connection, error: Error) -> Verdict:
    """The verdict of an error that has been rolled back; the connection is in the settings that it occurred in."""
    message = error.diag.message_primary or str(error)
    found = _TYPE_OF.search(error.diag.context or "") if error.sqlstate == "42601" else None
    absent = _absent(connection, found[1]) if found else None
    sqlstate, message = absent or (error.sqlstate, message)
    return Verdict(error=error, sqlstate=sqlstate, message=message)


def _absent(connection: Connection, name: str) -> tuple[str, str] | None:
    """SQLSTATE and message for what is missing of the column or variable that a name before %type stands for."""
    from psycopg import Error

    connection.execute("savepoint pgnorm_name")
    try:
        row = connection.execute("select pg_catalog.parse_ident(%s)", (name,)).fetchone()
        parts: list[str] = row[0] if row else []
        return _missing_part(connection, parts)
    except Error:
        return None
    finally:
        connection.execute("rollback to savepoint pgnorm_name")
        connection.execute("release savepoint pgnorm_name")


def _missing_part(connection: Connection, parts: list[str]) -> tuple[str, str] | None:
    if len(parts) == 1:
        return "42704", f'variable "{parts[0]}" does not exist'
    if len(parts) > 3:
        return None
    *schema, table, column = parts
    row = connection.execute(
        """
        select pg_catalog.to_regnamespace(pg_catalog.quote_ident(%(schema)s)) is not null,
               relation.oid is not null,
               exists (select from pg_catalog.pg_attribute a
                        where a.attrelid = relation.oid and a.attname = %(column)s and not a.attisdropped)
          from (select pg_catalog.to_regclass(pg_catalog.concat_ws('.', pg_catalog.quote_ident(%(schema)s),
                                                                   pg_catalog.quote_ident(%(table)s))) as oid) relation
        """,
        {"schema": schema[0] if schema else None, "table": table, "column": column},
    ).fetchone()
    assert row is not None
    has_schema, has_table, has_column = row
    if schema and not has_schema:
        return "3F000", f'schema "{schema[0]}" does not exist'
    if not has_table:
        return "42P01", f'relation "{".".join((*schema, table))}" does not exist'
    return None if has_column else ("42703", f'column "{column}" of relation "{table}" does not exist')
