"""Transactions of loads: when they began, and whether all that they did is undone."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from psycopg import Connection, Cursor

_BEGAN: Final = "select extract(epoch from pg_catalog.transaction_timestamp())"
"""When a transaction began, which no setting prints otherwise: files that ended theirs are in another one."""
_DRAWN: Final = """
    select pg_catalog.string_agg(pg_catalog.concat_ws(' ', seqrelid, pg_catalog.pg_sequence_last_value(seqrelid)), ','
                                 order by seqrelid)
      from pg_catalog.pg_sequence
     where pg_catalog.has_sequence_privilege(seqrelid, 'SELECT, USAGE')"""
"""The numbers that sequences have drawn, which no rollback takes back."""

Began = tuple[object, object]
"""When a transaction began, and what had been drawn by then."""


def begin(connection: "Connection") -> Began:
    """Opens a transaction."""
    drawn, moment = _around(connection, _DRAWN, "begin", _BEGAN)
    return moment, drawn


def rolled_back(connection: "Connection") -> Began | None:
    """Rolls back what is open; when that began and what has been drawn since, None where it can't be told."""
    from psycopg import OperationalError
    from psycopg.pq import TransactionStatus

    if connection.closed:
        return None
    try:
        if connection.info.transaction_status != TransactionStatus.INTRANS:
            connection.execute("rollback")
            return None
        return _around(connection, _BEGAN, "rollback", _DRAWN)
    except OperationalError:
        connection.close()
        return None


def _around(connection: "Connection", before: str, command: str, after: str) -> tuple[object, object]:
    """Answers to two queries, one before a command and one after it."""
    cursor = connection.execute(f"{before}; {command}; {after}".encode())
    first = _value(cursor)
    cursor.nextset()
    cursor.nextset()
    return first, _value(cursor)


def _value(cursor: "Cursor") -> object:
    row = cursor.fetchone()
    assert row is not None
    value: object = row[0]
    return value
