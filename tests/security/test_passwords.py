"""A private server lets in whoever may read the cache, by a password, and nobody else."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from conftest import Loaded

from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.postgres.binaries import find
from pgnorm.normalizer.postgres.connections import ADMINISTRATOR, OWNER
from pgnorm.normalizer.postgres.private import PrivateHost, open_private


@pytest.fixture(scope="module")
def host() -> Iterator[PrivateHost]:
    """A server as commands use it."""
    with open_private(find(None), PLAIN) as host:
        yield host


def entered(host: PrivateHost, user: str, password: str | None) -> str:
    """What whoever tries to enter is told; nothing where they may."""
    given = password or ""
    try:
        psycopg.connect(
            host=str(host.server.folder), port=host.server.port, dbname="postgres", user=user, password=given
        ).close()
    except psycopg.OperationalError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("user", [OWNER, ADMINISTRATOR])
def test_only_with_the_password(host: PrivateHost, user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSFILE", "/nonexistent/pgpass")
    monkeypatch.delenv("PGPASSWORD", raising=False)
    assert "no password supplied" in entered(host, user, None)
    assert "password authentication failed" in entered(host, user, "x")
    assert not entered(host, user, host.server.password)


def test_nobody_else_has_one(host: PrivateHost) -> None:
    with host.scratch_database() as name, host.connect(name) as connection:
        connection.execute("create role guest login password 'guest'")
        assert "no pg_hba.conf entry" in entered(host, "guest", "guest")


def test_files_can_not_read_it(host: PrivateHost) -> None:
    query = "select rolname::text, rolpassword from pg_authid where rolpassword is not null order by 1"
    with host.connect("postgres") as connection:
        kept = connection.execute(query).fetchall()
    assert [role for role, _ in kept] == [ADMINISTRATOR, OWNER]
    for role, text in kept:
        assert text.startswith("SCRAM-SHA-256$1:")
        assert "password authentication failed" in entered(host, role, text)
    assert len(host.server.password) == 32


def test_who_may_not_read_the_cache_lacks_it(cache: Path) -> None:
    with open_private(find(None), PLAIN) as host:
        (file,) = cache.glob("seed-*/password")
        assert file.read_text() == host.server.password
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.stat().st_uid == cache.stat().st_uid


@pytest.mark.parametrize(
    "change", ["password 'x'", "password null", "valid until '2000-01-01'", "nologin", "connection limit 0"]
)
def test_files_that_change_how_their_role_enters_lock_nobody_out(host: PrivateHost, change: str) -> None:
    with host.scratch_database() as name:
        with host.connect(name) as connection, host.power.lent(connection):
            connection.execute(f"alter role {OWNER} {change}".encode())
        with host.connect(name) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        with host.connect(name) as connection, host.power.lent(connection):
            connection.execute(f"alter role {OWNER} {change}".encode())
    with host.connect("postgres") as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert host.in_order


def test_files_that_do_so_in_one_transaction(loaded: Loaded) -> None:
    for _ in range(2):
        with loaded("alter role postgres password 'x' valid until '2000-01-01';") as (connection, _report):
            assert connection.execute("select 1").fetchone() == (1,)
