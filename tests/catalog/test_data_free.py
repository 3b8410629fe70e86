"""No row of any table is read: a role without any privilege on a project's objects reads all that a superuser does."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import psycopg
import pytest
from attrs import evolve

from pgnorm.catalog.kinds import KINDS
from pgnorm.catalog.model import Catalog
from pgnorm.catalog.reader import queries, read
from pgnorm.normalizer.compare.selection import EVERYTHING
from pgnorm.normalizer.dump.writer import render

Run = Callable[[str], tuple[int, str, str]]
REMARKS: Final = Path(__file__).parents[2] / "fixtures" / "dumps" / "remarks.sql"
ROLES: Final = ("dump_reader", '"Dump ""other"""', "nobody")


@pytest.fixture
def secluded(database: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """A database with one of each kind, and a role `nobody` that has no privilege on any of it."""
    database.execute(REMARKS.read_bytes())
    # Its options are a secret of the server's owner.
    database.execute('drop user mapping for public server "s v"')
    database.execute(
        "insert into s.t (a, ch) values (7, 7); refresh materialized view s.mv; create role nobody login;"
        " revoke all on schema public from public;"
        " alter table s.t force row level security"
    )
    yield database
    for role in ROLES:
        database.execute(f"drop owned by {role} cascade; drop role {role}".encode())


def _as_nobody(connection: psycopg.Connection) -> Catalog:
    connection.execute("set session authorization nobody")
    try:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select from s.t")
        return read(connection)
    finally:
        connection.execute("reset session authorization")


def test_whoever_reads_the_catalog_is_the_same(secluded: psycopg.Connection) -> None:
    whole = read(secluded)
    assert len({item.kind for item in whole.objects.values()}) > 40
    found = _as_nobody(secluded)
    assert evolve(found, role=whole.role) == whole
    assert render(found, EVERYTHING) == render(whole, EVERYTHING)


def test_what_postgres_hides_is_named(secluded: psycopg.Connection) -> None:
    secluded.execute("""create user mapping for public server "s v" options (password 'secret')""")
    secluded.execute("create subscription sub connection '' publication p with (connect = false, slot_name = none)")
    assert read(secluded).unmodelled == ()
    assert _as_nobody(secluded).unmodelled == (
        ("options of user mapping", "public on server s v"),
        ("subscription", "sub"),
    )


@pytest.mark.usefixtures("folder")
def test_the_dump_of_a_role_without_privileges(run: Run, secluded: psycopg.Connection) -> None:
    info = secluded.info
    address = f"host={info.host} port={info.port} dbname={info.dbname}"
    whole = run(f"-q dump --restrict-key same --db-url '{address} user=postgres'")
    assert whole[0] == 0
    assert run(f"-q dump --restrict-key same --db-url '{address} user=nobody'") == whole


def test_tables_are_locked_as_by_a_select_at_most(secluded: psycopg.Connection) -> None:
    secluded.execute("begin")
    for query in queries(KINDS, secluded.info.server_version):
        secluded.execute(query)
    # Deparsing a view opens what it reads from.
    locked = secluded.execute(
        "select distinct mode from pg_locks where pid = pg_backend_pid() and relation is not null"
    )
    assert locked.fetchall() == [("AccessShareLock",)]
    secluded.execute("rollback")
