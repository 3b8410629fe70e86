"""Connecting to a live database, and what is said where that fails: never a password."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.postgres.binaries import find
from pgnorm.normalizer.postgres.private import PrivateHost, open_private
from pgnorm.normalizer.postgres.server import PORT
from pgnorm.normalizer.project.databases import Database, address, connected

PASSWORD = "open:sesame/100%@home"
QUOTED = "open%3Asesame%2F100%25%40home"


@pytest.fixture(scope="module")
def host() -> Iterator[PrivateHost]:
    """A server of its own in which the role `guest` needs a password."""
    with open_private(find(None), PLAIN, trust_files=True) as host:
        rules = host.server.data / "pg_hba.conf"
        before = rules.read_text()
        with host.connect("postgres") as connection:
            connection.execute(f"create role guest login password '{PASSWORD}'".encode())
            rules.write_text("local all guest scram-sha-256\n" + before)
            connection.execute("select pg_reload_conf()")
        try:
            yield host
        finally:
            rules.write_text(before)
            with host.connect("postgres") as connection:
                connection.execute("drop role guest")


def url(host: PrivateHost, password: str, parameters: str = "", *, name: str = "postgres") -> Database:
    secret = f":{password}" if password else ""
    folder = str(host.server.folder).replace("/", "%2F")
    return Database(conninfo=f"postgresql://guest{secret}@{folder}:{PORT}/{name}{parameters}")


def refusal(database: Database) -> PgnormError:
    with pytest.raises(PgnormError) as raised, connected(database):
        pass
    said = f"{raised.value} {raised.value.hint}"
    assert not any(word in said for word in ("sesame", "100%@", "home"))
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__ or raised.value.__context__ is None
    return raised.value


def test_a_connection_commits_by_itself_and_is_named_without_password(host: PrivateHost) -> None:
    with connected(url(host, QUOTED)) as connection:
        assert connection.autocommit
        assert connection.execute("show application_name").fetchone() == ("pgnorm",)
        assert address(connection) == f"database postgres on {host.server.folder} as guest"
    assert connection.closed


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select rolpassword from pg_authid", "permission denied for table pg_authid"),
        ("select pg_terminate_backend(pg_backend_pid())", "terminating connection due to administrator command"),
    ],
)
def test_what_the_server_refuses_later_is_told_too(host: PrivateHost, sql: str, said: str) -> None:
    with pytest.raises(PgnormError, match=f"to database postgres failed: {said}"), connected(url(host, QUOTED)) as one:
        one.execute(sql.encode())


def test_what_is_gone_since_its_row_was_read_is_worth_another_try(host: PrivateHost) -> None:
    refused = pytest.raises(PgnormError, match="could not open relation with OID")
    with refused as caught, connected(url(host, QUOTED)) as one:
        one.execute("select brin_summarize_new_values(4294967290)")
    assert caught.value.hint == "Something was dropped while it was read; run it again."


def test_settings_give_what_the_address_leaves_open(host: PrivateHost) -> None:
    with connected(Database(conninfo=url(host, "").conninfo, settings=(("password", PASSWORD),))) as connection:
        assert connection.info.user == "guest"


def test_a_wrong_password(host: PrivateHost) -> None:
    error = refusal(url(host, "sesame"))
    where = f"cannot connect to {host.server.folder}, port {PORT}, as guest to database postgres"
    assert error.message.startswith(where)
    assert 'password authentication failed for user "guest"' in error.message
    assert "Check the user and the password" in str(error.hint)


def test_a_password_that_is_the_user_s_name_is_no_secret(host: PrivateHost) -> None:
    folder = str(host.server.folder)
    error = refusal(Database(conninfo=f"host={folder} port={PORT} user=postgre password=postgre dbname=postgres"))
    assert 'user "postgre"' in error.message


def test_no_password(host: PrivateHost, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))
    assert "~/.pgpass" in str(refusal(url(host, "")).hint)


def test_a_database_that_is_not_there(host: PrivateHost) -> None:
    error = refusal(url(host, QUOTED, name="nowhere"))
    assert 'database "nowhere" does not exist' in error.message


def test_parameters_of_other_tools(host: PrivateHost) -> None:
    error = refusal(url(host, QUOTED, "?pgbouncer=true"))
    assert "`pgbouncer`, which libpq does not know" in error.message


@pytest.mark.parametrize(
    "conninfo",
    [
        "postgresql://guest:sesame/100%@home/postgres",
        "postgresql://guest:12/sesame@home/postgres",
        "postgresql://guest:sesame@100@home/postgres",
        "postgresql://guest:sesame%zz@home/postgres",
        "postgresql://guest:sesame/x@home:5432/postgres",
        "host=home password=sesame sesame",
        "user=guest password='sesame",
    ],
)
def test_an_address_that_can_not_be_read_is_not_repeated(conninfo: str) -> None:
    error = refusal(Database(conninfo=conninfo))
    assert "address" in error.message or "URL" in error.message


@pytest.mark.parametrize(
    ("conninfo", "said", "hint"),
    [
        ("postgresql://u:sesame@127.0.0.1:1/d", "127.0.0.1:1 as u to database d: Connection refused", "running"),
        ("postgresql://u:sesame@nosuchhost.invalid/d", "nosuchhost.invalid:5432 as u", "spelling of the host"),
        ("host=/nonexistent user=u port=5433", "/nonexistent, port 5433, as u", "Is the server running?"),
        ("service=nosuchservice", "service", ""),
    ],
)
def test_an_address_where_nothing_answers(conninfo: str, said: str, hint: str) -> None:
    error = refusal(Database(conninfo=conninfo))
    assert said in error.message
    assert hint in str(error.hint)
