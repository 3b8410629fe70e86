"""What code in a private server can't do, even as its superuser, on systems that have the means."""

import os
import pwd
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from accounts import ask_as
from psycopg import errors

from pgnorm.normalizer.platforms import PLAIN
from pgnorm.normalizer.postgres.account import server_account
from pgnorm.normalizer.postgres.binaries import find, local
from pgnorm.normalizer.postgres.confinement import measures, prepare
from pgnorm.normalizer.postgres.private import PrivateHost, open_private

MEASURES = measures()
needs_files = pytest.mark.skipif("files" not in MEASURES, reason="this system has no Landlock")
needs_calls = pytest.mark.skipif("system calls" not in MEASURES, reason="this system filters no system calls")
needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks at /proc")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes accounts")


BINDIRS = [*sorted({str(binaries.bindir) for binaries in local(None)}), "bundled"]


@pytest.fixture(params=BINDIRS)
def host(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrivateHost]:
    """A private server that was started with a secret around."""
    monkeypatch.setenv("PGNORM_PG_BINDIR", request.param)
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:hunter2@example.com/d")
    with open_private(find(None), PLAIN, trust_files=True) as host:
        yield host


@pytest.fixture
def superuser(host: PrivateHost) -> Iterator[psycopg.Connection]:
    """A connection to it whose changes are not kept."""
    with host.connect("postgres") as connection:
        connection.execute("begin")
        yield connection
        connection.execute("rollback")


def postmaster(host: PrivateHost) -> Path:
    return Path("/proc", (host.server.data / "postmaster.pid").read_text().split()[0])


def status(process: Path) -> dict[str, str]:
    pairs = (line.split(":", 1) for line in (process / "status").read_text().splitlines())
    return {name: value.strip() for name, value in pairs}


@needs_proc
def test_a_server_is_told_nothing_of_its_surroundings(host: PrivateHost) -> None:
    words = (postmaster(host) / "environ").read_text().rstrip("\0").split("\0")
    names = {word.partition("=")[0] for word in words}
    assert names <= {"PATH", "HOME", "LC_ALL", "TZ", "MALLOC_TOP_PAD_", "MALLOC_TRIM_THRESHOLD_", "LD_LIBRARY_PATH"}
    assert "hunter2" not in "".join(words)
    for stat in Path("/proc").glob("[0-9]*/stat"):  # its watchdog
        with suppress(FileNotFoundError, ProcessLookupError):  # another test's has ended
            fields = stat.read_text().rpartition(")")[2].split()
            if fields[3] == (postmaster(host) / "stat").read_text().rpartition(")")[2].split()[3]:
                assert "hunter2" not in (stat.parent / "environ").read_text()


@needs_proc
def test_a_server_gives_up_what_it_does_not_need(host: PrivateHost) -> None:
    of_server = status(postmaster(host))
    assert of_server.get("NoNewPrivs", "1") == "1"
    assert ("system calls" in MEASURES) == (of_server.get("Seccomp") == "2")
    limits = (postmaster(host) / "limits").read_text().splitlines()
    hard = {line[:26].strip(): line[26:].split()[1] for line in limits[1:]}
    assert hard["Max core file size"] == "0"
    assert "unlimited" not in {hard[f"Max {what}"] for what in ("cpu time", "file size", "address space")}


@as_root
@needs_proc
def test_root_s_server_runs_as_an_account_that_has_nothing_else(host: PrivateHost) -> None:
    (uid,) = set(status(postmaster(host))["Uid"].split())
    with pytest.raises(KeyError):
        pwd.getpwuid(int(uid))
    assert status(postmaster(host))["Groups"] == ""
    account = server_account(find(None).initdb)
    assert account is not None
    assert (account.uid, account.gid) == (int(uid), int(uid))


@pytest.mark.parametrize(
    "attempt",
    [
        "select pg_read_file('/etc/passwd')",
        "select pg_read_file('/proc/self/environ')",
        "select pg_read_file('/proc/1/cmdline')",
        "select pg_ls_dir('/')",
        "select pg_ls_dir('/tmp')",
        "select lo_import('/etc/hostname')",
        "copy (select 1) to '/tmp/pgnorm-planted'",
        "copy pg_type from '/etc/hostname'",
        "copy pg_type to '/var/tmp/pgnorm-planted'",
    ],
)
@needs_files
def test_no_file_but_its_own(superuser: psycopg.Connection, attempt: str) -> None:
    with pytest.raises((errors.InsufficientPrivilege, errors.UndefinedFile), match=r"could not|Permission denied"):
        superuser.execute(attempt.encode())
    assert not Path("/tmp/pgnorm-planted").exists()
    assert not Path("/var/tmp/pgnorm-planted").exists()


@needs_files
def test_no_other_program(superuser: psycopg.Connection, tmp_path: Path) -> None:
    with pytest.raises(psycopg.Error, match="could not execute command"):
        superuser.execute(f"copy (select 1) to program 'echo > {tmp_path / 'planted'}'".encode())
    assert not list(tmp_path.iterdir())


@needs_files
def test_no_file_of_another_run(host: PrivateHost, superuser: psycopg.Connection) -> None:
    own = host.server.data / "PG_VERSION"
    assert superuser.execute("select pg_read_file(%s)", (str(own),)).fetchone()
    with open_private(find(None), PLAIN, trust_files=True) as other:
        for path in (other.server.data / "PG_VERSION", host.server.data.with_name(f"{host.server.data.name}.log")):
            with pytest.raises(errors.InsufficientPrivilege):
                superuser.execute("select pg_read_file(%s)", (str(path),))
            superuser.execute("rollback")


@needs_calls
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_UNIX])
def test_no_connection(superuser: psycopg.Connection, family: socket.AddressFamily) -> None:
    _has_dblink(superuser)
    superuser.execute("create extension dblink")
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, socket.socket(family) as listener:
        Path(folder).chmod(0o755)
        listener.bind(("127.0.0.1", 0) if family == socket.AF_INET else f"{folder}/.s.PGSQL.5432")
        if family == socket.AF_UNIX:
            Path(folder, ".s.PGSQL.5432").chmod(0o777)
        listener.listen()
        listener.setblocking(False)
        where = f"127.0.0.1 port={listener.getsockname()[1]}" if family == socket.AF_INET else f"{folder} port=5432"
        with pytest.raises(errors.SqlclientUnableToEstablishSqlconnection):
            superuser.execute("select dblink_connect(%s)", (f"host={where} connect_timeout=2",))
        with pytest.raises(BlockingIOError):
            listener.accept()


@needs_calls
def test_no_connection_to_itself(superuser: psycopg.Connection) -> None:
    _has_dblink(superuser)
    superuser.execute("create extension dblink")
    with pytest.raises(errors.SqlclientUnableToEstablishSqlconnection):
        superuser.execute("select dblink_connect('host=' || current_setting('unix_socket_directories'))")


def _has_dblink(connection: psycopg.Connection) -> None:
    found = connection.execute("select from pg_available_extensions where name = 'dblink' and comment !~ 'stand-in'")
    if not found.rowcount:
        pytest.skip("this server has no dblink")


def test_what_a_server_needs_is_left_to_it(superuser: psycopg.Connection) -> None:
    for statement in (
        b"set work_mem = '64kB'",
        b"select count(*) from (select g from generate_series(1, 300000) g order by 1 desc) sorted",
        b"select now() at time zone 'Europe/Berlin', to_tsvector('english', 'running')",
        b"select pg_reload_conf()",
        b"rollback",
        b"create database pgnorm_one",
        b"drop database pgnorm_one",
        b"checkpoint",
    ):
        superuser.execute(statement)


@pytest.mark.skipif(not MEASURES, reason="this system has no means")
def test_a_confinement_does_not_hold_its_starter() -> None:
    prepare(program=Path(sys.executable), readable=(), writable=(), alone=False).close()
    assert Path("/etc/passwd").read_text()
    assert subprocess.run(["true"]).returncode == 0


@as_root
@pytest.mark.parametrize("server", BINDIRS)
def test_an_account_without_an_entry_in_passwd_and_without_a_home(cache: Path, server: str) -> None:
    os.chown(cache, 1234567890, 0)
    surroundings = {**os.environ, "PGNORM_PG_BINDIR": server}
    done = ask_as(1234567890, 0, cache, "HOME", environment=surroundings)
    assert (done.stdout, done.stderr) == ("42\n", "")
