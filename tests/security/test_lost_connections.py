"""Connections that are cut, ended or fall silent in the middle of a reading."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from doors import open_to_all
from proxy import Proxy, proxied
from waiting import PATIENCE

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.postgres.binaries import find
from pgnorm.normalizer.postgres.private import PrivateHost, open_private
from pgnorm.normalizer.postgres.server import PORT, Server

if TYPE_CHECKING:
    from conftest import Refused


@pytest.fixture(scope="module")
def host() -> Iterator[PrivateHost]:
    """A server."""
    with (
        open_private(find(None), PLAIN) as host,
        host.connect("postgres") as connection,
        open_to_all(connection, host.power),
    ):
        yield host


@pytest.fixture(scope="module")
def full(host: PrivateHost) -> Iterator[str]:
    """The name of a database that holds enough to be read for a while."""
    with host.scratch_database() as name:
        with host.connect(name) as connection:
            connection.execute(
                """
                do $$ begin for number in 1..500 loop
                  execute format('create function f%s() returns int language sql as ''select 1''', number);
                end loop; end $$
                """
            )
        yield name


def url(database: str, proxy: Proxy) -> str:
    return f"postgresql://postgres@127.0.0.1:{proxy.port}/{database}?sslmode=disable&gssencmode=disable"


def socket_path(host: PrivateHost) -> str:
    return str(host.server.folder / f".s.PGSQL.{PORT}")


@pytest.mark.parametrize("limit", [600, 5_000, 30_000, 100_000])
def test_a_cut_is_told_as_one(host: PrivateHost, full: str, refused: "Refused", folder: Path, limit: int) -> None:
    with proxied(socket_path(host), limit) as proxy:
        err = refused(f"dump --db-url '{url(full, proxy)}'", "server closed the connection unexpectedly")
        assert proxy.reached.is_set()
    assert "cancel" not in err
    assert len(err.splitlines()) <= 3


@pytest.mark.parametrize("limit", [5_000, 30_000])
@pytest.mark.parametrize("command", ["dump", "dump --roles"])
def test_an_interruption_ends_a_silent_connection(
    host: PrivateHost, full: str, folder: Path, limit: int, command: str
) -> None:
    with proxied(socket_path(host), limit if command == "dump" else 600, silent=True) as proxy:
        line = [sys.executable, "-m", "pgnorm.cli", *command.split(), "--db-url", url(full, proxy)]
        with subprocess.Popen(line, stderr=subprocess.PIPE, env=os.environ, text=True) as process:
            try:
                assert proxy.reached.wait(PATIENCE)
                process.send_signal(signal.SIGINT)
                _, err = process.communicate(timeout=PATIENCE)
            finally:
                process.kill()
        assert process.returncode == 130
        assert "Interrupted." in err
        assert "Traceback" not in err


def test_a_session_that_is_ended_says_why(host: PrivateHost) -> None:
    from pgnorm.catalog.pipeline import run

    with host.connect("postgres") as connection, pytest.raises(psycopg.OperationalError, match="administrator command"):
        list(run(connection, ["select pg_terminate_backend(pg_backend_pid())", "select 2"]))


def test_a_connection_to_another_server_is_no_loss_of_ours(host: PrivateHost, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_private(find(None), PLAIN) as own:
        own.connect("postgres").close()
        with host.connect("postgres") as connection, pytest.raises(psycopg.OperationalError) as lost:
            connection.execute("select pg_terminate_backend(pg_backend_pid())")
        with monkeypatch.context() as patch:
            patch.delattr(Server, "has_ended")  # nobody waits for the end of a server that goes on
            assert own.failure(lost.value) is None


def test_a_session_that_a_file_ends_is_no_loss_of_its_server(
    host: PrivateHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    with host.connect("postgres") as connection, pytest.raises(psycopg.OperationalError) as lost:
        connection.execute("select pg_terminate_backend(pg_backend_pid())")
    with monkeypatch.context() as patch:
        patch.delattr(Server, "has_ended")  # nobody waits for the end of a server that goes on
        assert host.failure(lost.value) is None


def test_a_server_that_is_told_to_end_is_a_loss() -> None:
    with (
        pytest.raises(PgnormError, match="ended unexpectedly"),
        open_private(find(None), PLAIN) as own,
        own.connect("postgres") as connection,
    ):
        os.kill(int((own.server.data / "postmaster.pid").read_text().split()[0]), signal.SIGINT)
        connection.execute("select pg_sleep(600)")


@pytest.mark.parametrize("command", ["dump --from x.sql", "fix-functions x.sql", "diff --from x.sql --to old.sql"])
def test_the_statement_that_ends_the_server_is_named(refused: "Refused", folder: Path, command: str) -> None:
    # Passed by reference, as its functions do not take it: printing the constant reads where there is nothing.
    (folder / "x.sql").write_text(
        """create table t (a int);
        create type n;
        create function n_in(cstring) returns n immutable strict language internal as 'int4in';
        create function n_out(n) returns cstring immutable strict language internal as 'int4out';
        create type n (input = n_in, output = n_out, internallength = 4, alignment = int4);
        create view v as select '1'::n as b;
        """
    )
    (folder / "old.sql").write_text("")
    err = refused(command, "x.sql:6:9: the private Postgres server crashed (signal 11: Segmentation fault)")
    assert "hint: The statement may be why: one that uses a type with functions of another type is." in err
    assert "memory" not in err
