"""Databases of tests in the words of libpq."""

import psycopg


def address(connection: psycopg.Connection) -> str:
    """The database of a connection."""
    info = connection.info
    return f"host={info.host} port={info.port} dbname={info.dbname} user={info.user}"
