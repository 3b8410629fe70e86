"""`pgnorm fleet`: a dozen databases on a real server, some of them not as the others, checked and migrated."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import psycopg
import pytest
from addresses import address
from attrs import frozen
from conftest import Refused, Run
from psycopg.conninfo import conninfo_to_dict
from servers import mortal
from waiting import PATIENCE, until

from pgnorm.normalizer.postgres.shadow import Shadow

FIRST: Final = (
    "create table t (a int primary key, b text);\nalter table t enable row level security;\n"
    "create materialized view m as select a from t;\n"
)
SECOND: Final = "alter table t add column c int;\ncreate view v as select a, c from t;\n"
THIRD: Final = "create index t_b on t (b);\n"
UNREACHABLE: Final = "postgresql://me:s3cr3t-w0rd@127.0.0.1:1/gone"


@frozen
class Fleet:
    """Databases by their names."""

    addresses: dict[str, str]

    def execute(self, name: str, query: str) -> list[tuple[object, ...]]:
        """Run a query in one of them, on a connection of its own: the server has few."""
        with psycopg.connect(self.addresses[name], autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []


@pytest.fixture
def project(folder: Path) -> Path:
    """A project of three migrations that keeps their history, whose schema files say the same."""
    (folder / "pgnorm.toml").write_text('history = "kept.migrations"\n')
    for name, texts in (("migrations", (FIRST, SECOND, THIRD)), ("schemas", (FIRST, SECOND, THIRD))):
        (folder / name).mkdir()
        for number, text in enumerate(texts, start=1):
            (folder / name / f"{number}_step.sql").write_text(text)
    return folder


def up_to(run: Run, project: Path, last: int, listed: str) -> None:
    """Apply the first migrations to databases."""
    away = [(path, path.read_text()) for path in (project / "migrations").iterdir() if int(path.name[0]) > last]
    for path, _ in away:
        path.unlink()
    code, _, err = run(f"fleet up {listed} --yes --canary 0")
    assert code == 0, err
    for path, text in away:
        path.write_text(text)


@contextmanager
def databases(shadow: Shadow, names: list[str]) -> Iterator[Fleet]:
    """New databases of these names."""
    with ExitStack() as stack:
        addresses: dict[str, str] = {}
        for name in names:
            connection = stack.enter_context(shadow.session(scratch=True)).connection
            addresses[name] = address(connection)
            connection.close()
        yield Fleet(addresses)


@pytest.fixture
def fleet(shadow: Shadow, project: Path, run: Run) -> Iterator[Fleet]:
    """Databases by their names: six as the files say, two that lack the last migration, two odd ones, one without a
    history and one with nothing in it."""
    names = [
        *(f"as_files_{number}" for number in range(6)),
        "late_1",
        "late_2",
        "odd",
        "odd_and_late",
        "stranger",
        "new",
    ]
    with databases(shadow, names) as found:
        lines = {name: f"{name} {address}\n" for name, address in found.addresses.items()}
        (project / "all.txt").write_text("# the fleet\n\n" + "".join(lines.values()) + f"  gone   {UNREACHABLE}\n")
        (project / "done.txt").write_text("".join(lines[name] for name in [*names[:6], "odd"]))
        (project / "late.txt").write_text("".join(lines[name] for name in ("late_1", "late_2", "odd_and_late")))
        up_to(run, project, 2, "late.txt")
        up_to(run, project, 3, "done.txt")
        for name in ("odd", "odd_and_late"):
            found.execute(name, "create policy p on t using (true)")
        found.execute("stranger", FIRST + SECOND + THIRD)
        yield found


def test_alike_databases_are_told_together_and_plans_lead_to_the_files(run: Run, project: Path, fleet: Fleet) -> None:
    code, out, err = run("fleet check all.txt --plans plans")
    assert code == 2
    assert out.splitlines() == [
        "6 equal to the files",
        "2 lack 3",
        "  late_1, late_2",
        "  plan: 1 statement, proved; hazards: blocks-writes, scans-table",
        "1 odd: + policy public.t.p",
        "  odd",
        "  plan: 1 statement, proved; hazards: changes-access",
        "1 lacks 3, odd: + policy public.t.p",
        "  odd_and_late",
        "  plan: 2 statements, proved; hazards: blocks-reads, blocks-writes, changes-access, scans-table",
        "1 equal to the files, its history lacks all 3 migrations",
        "  stranger",
        "1 lacks all 3 migrations",
        "  new",
        "  plan: 6 statements, proved; hazards: changes-access",
        "1 could not be read",
        "  gone",
    ]
    assert "\nerror: gone: cannot connect to 127.0.0.1:1" in err
    assert "s3cr3t" not in out + err
    plans = {path.name: path.read_text() for path in (project / "plans").iterdir()}
    of = {"001_late_1.sql": ("late_1", "late_2"), "002_odd.sql": ("odd",), "003_odd_and_late.sql": ("odd_and_late",)}
    assert plans.keys() == {*of, "004_new.sql"}
    assert plans["001_late_1.sql"].startswith("-- For late_1, late_2\n")
    for file, names in {**of, "004_new.sql": ("new",)}.items():
        for name in names:
            fleet.execute(name, plans[file])
    code, out, err = run("fleet check all.txt --json")
    said = json.loads(out)
    assert (code, said["databases"], [each["equal"] for each in said["groups"]]) == (2, 13, [True] * 3)
    assert [len(each["databases"]) for each in said["groups"]] == [7, 3, 2]
    assert [each["lacking"] for each in said["groups"]] == [[], ["3"], ["1", "2", "3"]]
    assert [each["name"] for each in said["unread"]] == ["gone"]
    assert "s3cr3t" not in out + err
    fleet.execute("as_files_3", "refresh materialized view m with no data")
    fleet.execute("as_files_4", "create function f() returns int language sql as 'select 1'; drop function f()")
    fleet.execute("as_files_5", "comment on column t.a is 'mine'")
    fleet.execute("odd", "create policy p on t using (true)")
    code, out, _ = run("fleet check done.txt")
    assert (code, out.splitlines()[0]) == (1, "4 equal to the files")
    assert "1 odd: ~ materialized view public.m: populated\n  as_files_3\n" in out
    assert "1 odd: ~ column public.t.a: comment\n  as_files_5\n" in out
    database = conninfo_to_dict(fleet.addresses["odd"])["dbname"]
    query = f"select datname from pg_database where datname = '{database}'"
    code, out, err = run(f"fleet check --query \"{query}\" --db-url '{fleet.addresses['new']}' --to migrations")
    assert (code, out.splitlines()[:2]) == (1, ["1 odd: + policy public.t.p", f"  {database}"]), err
    code, out, _ = run(f"fleet check done.txt --to '{fleet.addresses['odd']}' --json")
    assert (code, json.loads(out)["to"]) == (1, "database")


def test_a_failure_stops_the_waves_and_the_next_run_goes_on(
    run: Run, refused: Refused, fleet: Fleet, project: Path
) -> None:
    (project / "migrations" / "4_strict.sql").write_text("alter table t add constraint c_given check (c > 0);")
    for name in ("as_files_2", "late_2"):
        fleet.execute(name, "insert into t (a, c) values (1, 0)")
    refused("fleet up done.txt", "there is no terminal on which to ask", "--yes")
    code, _, err = run("fleet up done.txt --dry-run")
    assert (code, "7 lack 4: as_files_0" in err) == (0, True)
    assert "migrations/4_strict.sql\n  1 statement; nothing is known of what they block or lose\n" in err
    assert "\nWould apply migrations/4_strict.sql to 7 databases: as_files_0, as_files_1, as_files_2, " in err
    code, out, err = run("fleet up done.txt --yes --canary 1 --wave 3 --jobs 1 --json")
    said = json.loads(out)
    assert code == 2
    assert [each["name"] for each in said["applied"]] == ["as_files_0", "as_files_1"]
    assert [(each["name"], each["message"].partition("\n")[0]) for each in said["failed"]] == [
        ("as_files_2", 'check constraint "c_given" of relation "t" is violated by some row')
    ]
    assert [each["name"] for each in said["not_begun"]] == ["as_files_3", "as_files_4", "as_files_5", "odd"]
    assert "4 not begun: as_files_3, as_files_4, as_files_5, odd\n" in err
    assert "as_files_2: migrations/4_strict.sql:1:1" in err
    assert "The rows that are there don't allow it" in err
    fleet.execute("as_files_2", "update t set c = 1")
    code, _, err = run("fleet up done.txt --yes --wave 2")
    assert (code, "2 are up to date: as_files_0, as_files_1\n" in err, "5 of 5 databases done" in err) == (
        0,
        True,
        True,
    )
    code, _, err = run("fleet up all.txt --yes --canary 0 --jobs 1")
    assert (code, "1 left out: gone" in err, "late_2: migrations/4_strict.sql" in err) == (2, True, True)
    assert "s3cr3t" not in err
    counts = [fleet.execute(f"as_files_{number}", "select count(*) from kept.migrations") for number in range(6)]
    assert counts == [[(4,)]] * 6


def test_lists_that_can_not_be_read(refused: Refused, folder: Path) -> None:
    listed = folder / "list.txt"
    (folder / "to.sql").write_text("")
    for text, said in (
        ("# nothing\n", "no database is listed"),
        ("acme\n", "list.txt:1: it holds no address of a database"),
        ("\nacme postgresql://u:s3cr3t@h:x/d\n", "list.txt:2: the database URL can't be read"),
        ("dbname=a\ndbname=a\n", "list.txt:2: this database is listed before"),
        ("x dbname=a\n\nx dbname=b\n", "list.txt:3: the name x is taken before"),
        ("postgresql:u:s3cr3t@h postgresql://h/d\n", "list.txt:1: a name has none of `@`"),
        ("u:s3cr3t postgresql://h/d\n", "list.txt:1: a name has none of `@`"),
    ):
        listed.write_text(text)
        assert "s3cr3t" not in refused("fleet check list.txt --to to.sql", said)
    refused("fleet check /dev/zero --to to.sql", "/dev/zero: it is larger than 64 MB")
    refused("fleet check --to to.sql", "Name the databases")
    refused("fleet check list.txt --db --to to.sql", "go with --query")
    refused("fleet check --query 'select 1' --to to.sql", "name it with --db-url")
    refused("fleet up list.txt", "there is none from here upwards")


def test_a_query_only_reads_and_lists_names_in_one_line_each(run: Run, refused: Refused, folder: Path) -> None:
    (folder / "to.sql").write_text("")
    (folder / "pgnorm.toml").write_text('history = "kept.migrations"\n')
    (folder / "migrations").mkdir()
    with mortal() as server:
        asked = f"fleet check --to to.sql --db-url '{server.address()}' --query"
        for query, said in (
            ("select 'a'; commit; create table written (a int)", "--query holds 3 statements"),
            ("create table written (a int)", "syntax error"),
            ("copy (select 1) to program 'cat > written'", "SELECT, VALUES, TABLE or WITH"),
            ("with w as (create table written (a int)) select 1", "syntax error"),
            ("select lo_create(0)::text", "read-only transaction"),
            ("select 'a', 'u:s3cr3t@h', 'c'", "answers 3 columns"),
            ("select 'postgresql:u:s3cr3t@h', 'postgres'", "row 1 of the query: a name has none of"),
            ("select 'postgresql:u:s3cr3t@h'", "row 1 of the query: the database's address is no valid URL"),
            ("select 'a', 'template1' union all select 'a', 'postgres'", "the name a is taken before"),
        ):
            assert "s3cr3t" not in refused(f'{asked} "{query}"', said).replace(query, "")
        with psycopg.connect(server.address(), autocommit=True) as connection:
            connection.execute('create database "evil\nline2"')
            found = connection.execute("select to_regclass('written'), (select count(*) from pg_largeobject_metadata)")
            assert found.fetchall() == [(None, 0)]
        with psycopg.connect(server.address("'evil\nline2'"), autocommit=True) as connection:
            connection.execute(
                "create schema kept; create table kept.migrations (version text, statements text[], name text)"
            )
            connection.execute("insert into kept.migrations values (E'1\\n2')")
        query = "select datname from pg_database where datname like 'evil%' or datname = 'template0' -- all;"
        code, out, err = run(f'{asked} "{query};"')
        assert (code, "  evil\\nline2\n" in out, "1\\n2, which the folder lacks" in out) == (2, True, True), out + err
        assert "template0: cannot connect to" in err
        assert "pg_database.datallowconn" in err
        assert "DATABASE_URL" not in err


PAUSE: Final = """create table pausing (a int);
create function pause() returns void language plpgsql as $$ begin
  while exists (select from pausing) loop perform pg_sleep(0.02); end loop;
end $$;
"""


def _interrupt_twice(process: "subprocess.Popen[str]") -> None:
    """Ctrl-C, and once more when the first is answered; both are answered then."""
    assert process.stderr is not None
    for line in (
        "Interrupted: what is in hand is finished, nothing else is begun\n",
        "Interrupted again: what is in hand is cut short\n",
    ):
        process.send_signal(signal.SIGINT)
        assert line in iter(process.stderr.readline, "")


@contextmanager
def _begun(
    project: Path, server: str, names: list[str], *words: str, event: str = "PgSleep"
) -> Iterator[subprocess.Popen[str]]:
    """A run of `fleet up` that is in the middle of these databases, where the server at an address waits for an
    event."""
    command = [sys.executable, "-m", "pgnorm.cli", "fleet", "up", "all.txt", "--yes", "--jobs", "2", *words]
    pipe = subprocess.PIPE
    query = "select from pg_stat_activity where wait_event = %s and datname = any (%s)"
    with subprocess.Popen(command, cwd=project, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            with psycopg.connect(server, autocommit=True) as looking:
                assert until(
                    lambda: process.poll() is not None or looking.execute(query, [event, names]).rowcount == len(names)
                )
            assert process.poll() is None
            yield process
        finally:
            process.kill()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
def test_the_server_dies_and_ctrl_c_in_the_middle(run: Run, project: Path) -> None:
    (project / "migrations" / "2_step.sql").write_text("create table u (a int); select pause();")
    (project / "migrations" / "1_step.sql").write_text(PAUSE)
    (project / "migrations" / "3_step.sql").unlink()
    names = [f"tenant_{number}" for number in range(6)]
    with mortal() as server:

        def ask(name: str, query: str) -> list[tuple[object, ...]]:
            with psycopg.connect(server.address(name), autocommit=True) as connection:
                cursor = connection.execute(query.encode())
                return cursor.fetchall() if cursor.description else []

        for name in names:
            ask("postgres", f"create database {name}")
        ask("postgres", "create role own superuser login")
        users = ["postgres"] * 5 + ["own"]
        lines = (f"{server.address(name, user)}\n" for name, user in zip(names, users, strict=True))
        (project / "all.txt").write_text("".join(lines))
        up_to(run, project, 1, "all.txt")
        for name in (names[2], names[3]):
            ask(name, "insert into pausing values (1)")
        with _begun(project, server.address(), names[2:4]) as process:
            server.kill()
            said = process.communicate(timeout=PATIENCE)[1]
        assert process.returncode == 2, said
        assert "2 done: tenant_0, tenant_1\n" in said
        assert "2 failed: " in said
        assert "2 not begun: tenant_4, tenant_5\n" in said
        server.start()
        with _begun(project, server.address(), names[2:3]) as process:
            process.send_signal(signal.SIGINT)
            assert process.stderr is not None
            said = "".join(
                iter(process.stderr.readline, "Interrupted: what is in hand is finished, nothing else is begun\n")
            )
            for name in (names[2], names[3]):
                ask(name, "delete from pausing")
            said += process.communicate(timeout=PATIENCE)[1]
        assert process.returncode == 130, said
        assert "1 done: tenant_2\n3 not begun: tenant_3, tenant_4, tenant_5\n" in said
        ask(names[3], "insert into pausing values (1)")
        with _begun(project, server.address(), names[3:4], "--json") as process:
            _interrupt_twice(process)
            out, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 130, said
        outcome = json.loads(out)
        assert [(each["name"], each["message"].partition("\n")[0]) for each in outcome["failed"]] == [
            ("tenant_3", "canceling statement due to user request")
        ]
        assert [each["name"] for each in outcome["not_begun"]] == ["tenant_4", "tenant_5"]
        assert ask(names[3], "select to_regclass('u')") == [(None,)]
        with _begun(project, server.address(), names[3:4]) as process:
            text = (project / "migrations" / "2_step.sql").read_text()
            (project / "migrations" / "2_step.sql").write_text("create table other (a int);")
            ask(names[3], "delete from pausing")
            said = process.communicate(timeout=PATIENCE)[1]
        assert process.returncode == 2, said
        assert "1 done: tenant_3\n" in said
        assert "tenant_4: migrations/2_step.sql: the file has changed since it was shown" in said
        assert ask(names[4], "select to_regclass('other')") == [(None,)]
        (project / "migrations" / "2_step.sql").write_text(text)
        code, _, err = run("fleet up all.txt --yes")
        assert code == 0, err
        state = "select to_regclass('u') is not null, (select count(*) from kept.migrations)"
        assert [ask(name, state) for name in names] == [[(True, 2)]] * 6
        code, out, _ = run("fleet check all.txt --to migrations")
        assert (code, out) == (0, "6 equal to the migrations\n")
        (project / "migrations" / "3_step.sql").write_text("create table w (a int); select pause();")
        ask(names[0], "insert into pausing values (1)")
        with (
            _begun(project, server.address(), names[:1]) as first,
            _begun(project, server.address(), names[:1], event="advisory") as second,
        ):
            ask(names[0], "delete from pausing")
            ends = [process.communicate(timeout=PATIENCE)[1] for process in (first, second)]
        assert [first.returncode, second.returncode] == [0, 0], ends
        assert [ask(name, "select count(*) from kept.migrations") for name in names] == [[(3,)]] * 6


def test_locks_that_others_hold(run: Run, project: Path, shadow: Shadow) -> None:
    """A table that somebody keeps locked is that database's failure alone; a reading of the gate that waits ends with
    the second Ctrl-C."""
    with databases(shadow, ["one", "other", "busy"]) as fleet:
        (project / "all.txt").write_text("".join(f"{name} {address}\n" for name, address in fleet.addresses.items()))
        up_to(run, project, 2, "all.txt")
        with psycopg.connect(fleet.addresses["busy"]) as holding:
            holding.execute("lock table t in access exclusive mode")
            code, out, err = run("fleet up all.txt --yes --canary 0 --jobs 1 --lock-timeout 100 --json")
        said = json.loads(out)
        assert (code, [each["name"] for each in said["applied"]]) == (2, ["one", "other"]), err
        assert [(each["name"], each["message"].partition("\n")[0]) for each in said["failed"]] == [
            ("busy", "canceling statement due to lock timeout")
        ]
        code, _, err = run("fleet up all.txt --yes")
        assert (code, "2 are up to date: one, other\n" in err, "1 of 1 database done" in err) == (0, True, True), err
        (project / "schemas" / "4_step.sql").write_text("create table proved (a int);\n")
        code, _, err = run("diff -f proved")
        assert code == 0, err
        with psycopg.connect(fleet.addresses["busy"]) as holding:
            name = holding.info.dbname
            holding.execute("lock table pg_policy in access exclusive mode")
            with _begun(project, fleet.addresses["one"], [name], "--canary", "0", event="relation") as process:
                _interrupt_twice(process)
                said = process.communicate(timeout=PATIENCE)[1]
        assert (process.returncode, "2 done: " in said, "1 failed: busy\n" in said) == (130, True, True), said
        assert "failed: canceling statement due to user request" in said
        assert fleet.execute("busy", "select to_regclass('proved')") == [(None,)]


CLUSTER: Final = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster:
        print(cluster.scheduler_address.removeprefix("tcp://"), flush=True)
        sys.stdin.read()
"""


@contextmanager
def _cluster(folder: Path) -> Iterator[str]:
    """The address of a cluster of Dask on this machine."""
    script = folder / "cluster.py"
    script.write_text(CLUSTER)
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, script], stdin=pipe, stdout=pipe, text=True, cwd="/") as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
            process.communicate(timeout=PATIENCE)
        finally:
            process.kill()


def _pgnorm(line: str) -> tuple[int, str, str]:
    """A run in a process of its own: the client of a cluster leaves threads behind."""
    done = subprocess.run(
        [sys.executable, "-m", "pgnorm.cli", *line.split()], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.skipif(find_spec("distributed") is None, reason="the extra `dask` is not installed")
def test_workers_of_a_cluster_do_the_same(run: Run, project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    names = [f"tenant_{number}" for number in range(6)]
    with mortal() as server, _cluster(tmp_path_factory.mktemp("cluster")) as there:
        for name in names:
            with psycopg.connect(server.address(), autocommit=True) as connection:
                connection.execute(f"create database {name}".encode())
        gone = f"gone {UNREACHABLE}\n"
        (project / "all.txt").write_text("".join(f"{server.address(name)}\n" for name in names))
        (project / "more.txt").write_text((project / "all.txt").read_text() + gone)
        code, out, err = _pgnorm(f"fleet up all.txt --yes --executor dask://{there}")
        assert (code, out) == (0, ""), err
        with psycopg.connect(server.address(names[3]), autocommit=True) as connection:
            connection.execute("create policy p on t using (true)")
        here = run("fleet check more.txt")
        code, out, err = _pgnorm(f"fleet check more.txt --executor dask://{there}")
        assert (code, out) == (2, here[1]), err
        assert "gone: cannot connect to 127.0.0.1:1" in err
        assert "s3cr3t" not in err
        (project / "migrations" / "4_broken.sql").write_text("select broken;")
        code, _, err = _pgnorm(f"fleet up all.txt --yes --executor dask://{there}")
        assert (code, "5 not begun: " in err, "migrations/4_broken.sql:1:8" in err) == (2, True, True), err
    code, _, err = _pgnorm(f"fleet check all.txt --executor dask://{there}")
    assert (code, f"no scheduler of Dask answers at {there}" in err) == (2, True), err
