"""Servers of --shadow-url that can't be used: refused before anything is sent or made."""

import socket
from collections.abc import Iterator
from contextlib import closing
from threading import Event, Thread

import psycopg
import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.postgres.binaries import find
from pgnorm.normalizer.postgres.private import PrivateHost, open_private
from pgnorm.normalizer.postgres.server import PORT
from pgnorm.normalizer.postgres.shadow import open_shadow


@pytest.fixture(scope="module")
def host() -> Iterator[PrivateHost]:
    with open_private(find(None), PLAIN) as host:
        yield host


def url(host: PrivateHost, database: str = "postgres") -> str:
    with host.connect("postgres") as connection:
        password = connection.info.password
    words = f"host='{host.server.folder}' port={PORT} user=postgres dbname={database}"
    return f"{words} password='{password}'" if password else words


def opened(url: str) -> None:
    with open_shadow(major=None, platform=PLAIN, shadow_url=url):
        pass


def databases(host: PrivateHost) -> int:
    with host.connect("postgres") as connection:
        return connection.execute(r"select from pg_database where datname ~ '^pgnorm_\d'").rowcount


def test_a_server_elsewhere_is_refused_before_it_is_called() -> None:
    # Of the addresses kept for examples none answers: a connection would run into its time limit instead.
    with pytest.raises(PgnormError, match=r"192\.0\.2\.7 is not on this machine") as caught:
        opened("postgresql://me:s3cret@192.0.2.7/x")
    assert "s3cret" not in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize("hosts", ["/tmp,192.0.2.7", "127.0.0.1,192.0.2.7", "::1,192.0.2.7"])
def test_so_is_one_of_several(hosts: str) -> None:
    with pytest.raises(PgnormError, match=r"192\.0\.2\.7 is not on this machine"):
        opened(f"host={hosts} port=1 user=me password=s3cret")


def test_the_environment_names_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "192.0.2.7")
    with pytest.raises(PgnormError, match=r"192\.0\.2\.7 is not on this machine"):
        opened("dbname=x password=s3cret")


def test_nothing_in_the_database_named_is_called(host: PrivateHost) -> None:
    with host.connect("postgres") as connection:
        connection.execute("create database named")
        try:
            with psycopg.connect(url(host, "named"), autocommit=True) as named:
                named.execute(
                    r"""
                    create schema evil;
                    create function evil.told(a oid, b text) returns boolean language plpgsql
                      as $$ begin raise exception 'planted code ran'; end $$;
                    create function evil.told(a name, b text) returns boolean language plpgsql
                      as $$ begin raise exception 'planted code ran'; end $$;
                    create operator evil.~~ (leftarg = name, rightarg = text, function = evil.told);
                    create operator evil.~ (leftarg = name, rightarg = text, function = evil.told);
                    create operator evil.= (leftarg = name, rightarg = text, function = evil.told);
                    create domain evil.regrole as pg_catalog.text check (value is null);
                    alter database named set search_path = evil, pg_catalog;
                    alter database named set default_transaction_read_only = on;
                    alter database named set standard_conforming_strings = off;
                    """
                )
            opened(url(host, "named"))
        finally:
            connection.execute("drop database named")
    assert databases(host) == 0


def test_a_pooler_is_refused(host: PrivateHost) -> None:
    target = f"{host.server.folder}/.s.PGSQL.{PORT}"
    with (
        closing(_Pooler(target)) as pooler,
        pytest.raises(PgnormError, match="a connection pooler before the shadow server") as caught,
    ):
        opened(url(host).replace(f"host='{host.server.folder}' port={PORT}", f"host=127.0.0.1 port={pooler.port}"))
    assert caught.value.hint is not None and "own address" in caught.value.hint
    assert databases(host) == 0


class _Pooler:
    """Passes on all but the number of the server's process, in whose place it tells another, as poolers do."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._ended = Event()
        Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        client, _ = self._listener.accept()
        server = socket.socket(socket.AF_UNIX)
        server.connect(self._target)
        with client, server:
            Thread(target=self._pass, args=(client, server), daemon=True).start()
            while data := server.recv(65536):
                # BackendKeyData: K, its length, the process, the key.
                at = data.find(b"K\x00\x00\x00\x0c")
                client.sendall(data[: at + 5] + b"\x00\x00\x00\x01" + data[at + 9 :] if at >= 0 else data)

    def _pass(self, client: socket.socket, server: socket.socket) -> None:
        try:
            while data := client.recv(65536):
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)
        except OSError:
            self._ended.set()
