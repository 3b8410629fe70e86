"""Databases copied from one that takes long to make."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import psycopg
from attrs import field, frozen
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier


@frozen
class Template:
    """A database that nobody is connected to."""

    _name: str
    _beside: psycopg.Connection
    _numbers: Iterator[int] = field(factory=lambda: count(1), init=False)

    @contextmanager
    def copied(self) -> Iterator[psycopg.Connection]:
        """An autocommitting connection to a copy, which goes with the context."""
        name = f"{self._name}_{next(self._numbers)}"
        strategy = " strategy file_copy" if self._beside.info.server_version >= 150000 else ""
        copy = SQL("create database {} template {}" + strategy).format(Identifier(name), Identifier(self._name))
        self._beside.execute(copy)
        try:
            with _connected(self._beside, name) as connection:
                yield connection
        finally:
            self._beside.execute(SQL("drop database {} with (force)").format(Identifier(name)))


@contextmanager
def template(connection: psycopg.Connection) -> Iterator[Template]:
    """The database of a connection, which is closed, as a template."""
    with _connected(connection, "postgres") as beside:
        name = connection.info.dbname
        connection.close()
        yield Template(name, beside)


def _connected(connection: psycopg.Connection, database: str) -> psycopg.Connection:
    info = connection.info
    conninfo = make_conninfo(info.dsn, password=info.password, dbname=database)
    return psycopg.connect(conninfo, autocommit=True)
