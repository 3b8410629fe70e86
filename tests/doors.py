"""Private servers that anybody may enter, to stand for somebody else's."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg import Connection
from waiting import until

from pgnorm.normalizer.postgres.power import Power


@contextmanager
def open_to_all(connection: Connection, power: Power) -> Iterator[None]:
    """A context in which the server of a connection asks nobody for a password."""
    with power.lent(connection):
        rules = Path(_one(connection, b"show data_directory"), "pg_hba.conf")
    before = rules.read_text()
    rules.write_text("local all all trust\n")
    _reload(connection, power)
    try:
        yield
    finally:
        rules.write_text(before)


def _reload(connection: Connection, power: Power) -> None:
    info, then = connection.info, _one(connection, b"select pg_conf_load_time()::text")
    with power.lent(connection):
        connection.execute("select pg_reload_conf()")

    def loaded() -> bool:
        with Connection.connect(info.dsn, password=info.password) as new:
            return _one(new, b"select pg_conf_load_time()::text") != then

    until(loaded)


def _one(connection: Connection, query: bytes) -> str:
    row = connection.execute(query).fetchone()
    assert row is not None
    return str(row[0])
