"""Faults in the middle of each command that changes a database, its history or files: each is as before or as after,
they agree, and running the command again finishes. All commands at once, each in a database and project of its own."""

import resource
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Protocol

import psycopg
import pytest
from attrs import define, field, frozen
from conftest import Run
from servers import Mortal, mortal
from waiting import PATIENCE, until

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")

PLAIN: Final = {"pgnorm.toml": 'history = "supabase_migrations.schema_migrations"\n[ignore]\ntrigger = ["act"]\n'}
SUPABASE: Final = {"supabase/config.toml": '[db.seed]\nsql_paths = ["./seed.sql"]\n'}
# Whoever calls it waits for as long as a row of `pausing` says so.
PAUSE: Final = """create table public.pausing (a int);
create function public.pause() returns void language plpgsql as $$ begin
  while exists (select from public.pausing) loop perform pg_sleep(0.02); end loop;
end $$;
create function public.act() returns trigger language plpgsql as
  $$ begin perform public.pause(); return null; end $$;
create table public.t (a int primary key);
create index t_next on public.t ((a + 1));
"""
BEFORE: Final = """
create schema supabase_migrations;
create table supabase_migrations.schema_migrations (version text primary key, statements text[], name text);
insert into supabase_migrations.schema_migrations values ('1', null, 'first');
"""
SECOND: Final = "create table public.u (a int);\nselect public.pause();\ninsert into public.u values (1);\n"
AT_COMMIT: Final = """
create constraint trigger act after insert on supabase_migrations.schema_migrations initially deferred
  for each row execute function public.act();
"""
MIDDLE: Final = """select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
  and (wait_event = 'PgSleep' or wait_event_type = 'Lock' and wait_event = 'relation')"""
OTHERS: Final = "pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
HISTORY: Final = "select version, array_length(statements, 1) from supabase_migrations.schema_migrations order by 1"


@frozen
class Case:
    """A command, the files that it starts from, and what was done in the database before."""

    command: str
    files: dict[str, str]
    before: str = ""
    """SQL that somebody has run there by hand."""
    watched: str = "select to_regclass('public.u') is not null"
    """Question that tells before from after by the database."""
    reads: str = ""
    """The table that others lock, for a command that only reads the database."""


FIRST: Final = "20240101000001_first.sql"
CASES: Final = {
    "up": Case("migration up", {**SUPABASE, "supabase/migrations/2_u.sql": SECOND}),
    "up, each statement apart": Case(
        "migration up", {**SUPABASE, "supabase/migrations/2_u.sql": f"-- pgnorm: transaction=false\n{SECOND}"}
    ),
    "push": Case("push --yes", {**SUPABASE, "supabase/migrations/2_u.sql": SECOND}),
    "push, in the seed": Case(
        "push --yes --include-seed",
        {
            **SUPABASE,
            "supabase/seed.sql": "insert into t values (1);\nselect public.pause();\ninsert into t values (2);",
        },
        watched="select count(*) = 2 from public.t",
    ),
    "repair": Case(
        "migration repair --status applied 2",
        {**SUPABASE, "supabase/migrations/2_u.sql": SECOND},
        before=AT_COMMIT,
        watched="select count(*) = 2 from supabase_migrations.schema_migrations",
    ),
    "pull": Case(
        "pull --repair",
        {**PLAIN, "schemas/t.sql": PAUSE},
        before=f"{AT_COMMIT} create table public.u (a int);",
        watched="select count(*) = 2 from supabase_migrations.schema_migrations",
    ),
    "baseline": Case(
        "migration baseline",
        PLAIN,
        before=f"delete from supabase_migrations.schema_migrations; {AT_COMMIT}",
        watched="select count(*) = 1 from supabase_migrations.schema_migrations",
    ),
    "squash": Case(
        "migration squash --force",
        {**PLAIN, "migrations/2_u.sql": SECOND},
        before="create table public.u (a int); insert into public.u values (1);"
        f"insert into supabase_migrations.schema_migrations values ('2', '{{}}', 'u'); {AT_COMMIT}",
        watched="select count(*) = 1 from supabase_migrations.schema_migrations",
    ),
    "fetch": Case(
        "migration fetch",
        SUPABASE,
        before="insert into supabase_migrations.schema_migrations values ('2', '{select 2}', 'u')",
        watched="select false",
        reads="supabase_migrations.schema_migrations",
    ),
    "sync": Case(
        "sync",
        {**PLAIN, "schemas/t.sql": PAUSE},
        before="alter table public.t add column b int",
        watched="select false",
        reads="public.t",
    ),
}


@define(eq=False)
class Scene:
    """A case, played in a project and a database of its own."""

    name: str
    folder: Path
    server: Mortal
    old: object = None
    process: subprocess.Popen[str] | None = None
    """The run that began last."""
    said: str = ""
    _runs: ExitStack = field(factory=ExitStack, init=False)
    _holder: psycopg.Connection | None = field(default=None, init=False)

    @property
    def case(self) -> Case:
        return CASES[self.name]

    @property
    def address(self) -> str:
        # Who reads what others lock waits until these let it go.
        return f"{self.server.address(self.folder.name)} options=-clock_timeout={int(PATIENCE)}s"

    @property
    def line(self) -> str:
        return f"{self.case.command} --db-url '{self.address}' --project '{self.folder}'"

    def make(self) -> None:
        """Make the project and the database, to which the first migration is applied."""
        migrations = self.folder / (
            "supabase/migrations" if SUPABASE.keys() <= self.case.files.keys() else "migrations"
        )
        migrations.mkdir(parents=True)
        first = migrations / "1_first.sql"
        first.write_text(PAUSE)
        settings = PLAIN if migrations.parent == self.folder else SUPABASE
        for name, text in settings.items():
            (self.folder / name).write_text(text)
        self.execute(f"{PAUSE} {BEFORE}")
        if self.name == "baseline":
            first.unlink()
        for name, text in self.case.files.items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text(text)
        self.execute(self.case.before)
        self.execute("insert into public.pausing values (1)")
        self.old = self.state

    @property
    def state(self) -> object:
        """The files, and what the database says of itself."""
        files = {path: path.read_text() for path in sorted(self.folder.rglob("*")) if path.is_file()}
        return files, self.execute(self.case.watched), self.execute(HISTORY)

    def execute(self, query: str) -> Sequence[tuple[object, ...]]:
        with psycopg.connect(self.address, autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def begin(self) -> None:
        """Start the command."""
        if self.case.reads:
            self._holder = psycopg.connect(self.address)
            self._holder.execute(f"lock table {self.case.reads}".encode())
        self.process = self.started()

    def started(self, *more: str, limit: int = resource.RLIM_INFINITY) -> subprocess.Popen[str]:
        """A run of the command with more words, in which no file grows above a limit."""
        words = [sys.executable, "-m", "pgnorm.cli", *shlex.split(self.line), *more]

        def bounded() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

        process = subprocess.Popen(
            words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=bounded
        )
        self._runs.enter_context(process)
        self._runs.callback(process.kill)
        return process

    def close(self) -> None:
        """End what still runs."""
        self._runs.close()
        if self._holder is not None:
            self._holder.close()

    def arrive(self) -> None:
        """Wait until it is in the middle."""
        assert self.process is not None
        process = self.process
        assert until(lambda: bool(self._count(MIDDLE)) or process.poll() is not None)
        assert process.poll() is None, f"{self.name}: {process.communicate()[1]}"

    def ended_too(self, other: subprocess.Popen[str]) -> None:
        """Wait until another run of the command waits for this one, and have both go on to their ends."""
        waiting = f"select from {OTHERS} and wait_event = 'advisory'"
        assert until(lambda: bool(self._count(waiting)) or other.poll() is not None or bool(self.case.reads))
        self.free()
        assert self.end() == 0, self.said
        self.said = other.communicate(timeout=PATIENCE)[1]
        assert other.returncode in (0, 2), self.said

    def cut(self) -> None:
        """End the session that is in the middle."""
        assert until(lambda: bool(self._count(MIDDLE.replace("select", "select pg_terminate_backend(pid)"))))

    def free(self) -> None:
        """Have nothing wait any longer."""
        self.execute("delete from public.pausing")
        if self._holder is not None:
            self._holder.close()
            self._holder = None

    def end(self) -> int:
        """The exit code of the command."""
        assert self.process is not None
        self.said = self.process.communicate(timeout=PATIENCE)[1]
        return self.process.returncode

    def alone(self) -> bool:
        """True if nobody else is connected to the database."""
        return not self._count(f"select from {OTHERS}")

    def _count(self, query: str) -> int:
        with psycopg.connect(self.address, autocommit=True) as connection:
            return connection.execute(query.encode()).rowcount

    def nothing_done(self) -> None:
        """All is as before, but for what a migration of several transactions says to be done, and for files that stay
        where nobody knows if their row of the history was committed, which is told."""
        told = "1 of its 3 statements" in self.said or "history may" in self.said
        assert told or self.state == self.old, f"{self.name}: {self.said}"

    def finish(self, run: Run, *codes: int) -> None:
        """Files and history agree; run again, the command does all of it."""
        self.free()
        assert until(self.alone)
        code, _, err = run(self.line)
        assert code in (0, *codes), f"{self.name}: {self.said}\n{err}"
        assert self.state != self.old, self.name
        project = f"--db-url '{self.address}' --project '{self.folder}'"
        code, out, err = run(f"migration list {project}")
        assert code == 0, err
        assert {line.split()[-1] for line in out.splitlines()} == {"applied"}, f"{self.name}: {out}"
        assert not [path for path in self.folder.rglob(".*") if path.name.endswith((".pgnorm", ".journal"))]


@pytest.fixture(scope="module")
def server() -> Iterator[Mortal]:
    """A server that can be killed."""
    with mortal() as server:
        yield server


class Play(Protocol):
    """Makes scenes of the cases named."""

    def __call__(self, names: Iterable[str]) -> list[Scene]: ...


@pytest.fixture
def scenes(server: Mortal, tmp_path: Path) -> Iterator[Play]:
    """Scenes of the cases named, or all."""
    made: list[Scene] = []

    def make(names: Iterable[str]) -> list[Scene]:
        for number, name in enumerate(names):
            folder = tmp_path / f"case{number}"
            folder.mkdir()
            with psycopg.connect(server.address(), autocommit=True) as connection:
                connection.execute(f"drop database if exists {folder.name} (force)".encode())
                connection.execute(f"create database {folder.name}".encode())
            made.append(Scene(name, folder, server))
            made[-1].make()
        return made

    yield make
    for scene in made:
        scene.close()


def begun(scenes: Sequence[Scene]) -> None:
    """All scenes in the middle of their commands."""
    for scene in scenes:
        scene.begin()
    for scene in scenes:
        scene.arrive()


def told(scene: Scene) -> None:
    """What a command that failed says is for a person."""
    assert "Traceback" not in scene.said, scene.said
    assert "a fault in pgnorm" not in scene.said, scene.said


def test_the_server_is_killed(run: Run, server: Mortal, scenes: Play) -> None:
    played = scenes(CASES)
    begun(played)
    server.kill()
    for scene in played:
        assert scene.end() == 2, scene.name
        told(scene)
    server.start()
    for scene in played:
        scene.free()
        scene.nothing_done()
        scene.finish(run)


def test_the_connection_is_cut(run: Run, scenes: Play) -> None:
    played = scenes(name for name in CASES if name not in ("baseline", "squash"))
    begun(played)
    for scene in played:
        scene.cut()
        assert scene.end() == 2, scene.name
        told(scene)
        scene.free()
        scene.nothing_done()
        scene.finish(run)


def test_the_command_is_killed(run: Run, scenes: Play) -> None:
    played = scenes(CASES)
    begun(played)
    for scene in played:
        assert scene.process is not None
        scene.process.kill()
        assert scene.end() == -signal.SIGKILL
        scene.execute(f"select pg_terminate_backend(pid) from {OTHERS} and application_name = 'pgnorm'")
        scene.finish(run)


APPLYING: Final = ("up", "up, each statement apart", "push", "push, in the seed")


def test_the_connection_with_the_lock_is_cut(run: Run, scenes: Play) -> None:
    played = scenes(APPLYING)
    begun(played)
    for scene in played:
        scene.execute(
            "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and database ="
            " (select oid from pg_database where datname = current_database())"
        )
        scene.free()
        assert scene.end() == 2, scene.name
        assert "the connection that keeps other runs from applying migrations meanwhile was lost" in scene.said
        scene.finish(run)


def test_two_at_once(run: Run, scenes: Play) -> None:
    played = scenes(("up", "push", "repair", "pull", "baseline", "fetch"))
    begun(played)
    others = [scene.started() for scene in played]
    for scene, other in zip(played, others, strict=True):
        scene.ended_too(other)
        told(scene)
        # A baseline is the first migration, and that is there.
        scene.finish(run, *[2] * (scene.name == "baseline"))


def test_the_third_statement_fails(run: Run, scenes: Play) -> None:
    for scene in scenes(APPLYING):
        scene.free()
        (path,) = (path for path in scene.folder.rglob("*.sql") if "select public.pause();" in path.read_text())
        text = path.read_text()
        begin, _, end = text.partition("select public.pause();\n")
        path.write_text(f"{begin}select public.pause();\nselect 1 / 0;\n")
        code, _, scene.said = run(scene.line)
        assert (code, "division by zero" in scene.said) == (2, True), scene.said
        path.write_text(text)
        assert end
        scene.finish(run)


def test_a_lock_is_not_to_be_had(run: Run, scenes: Play) -> None:
    played = scenes(APPLYING)
    with ExitStack() as stack:
        for scene in played:
            holder = stack.enter_context(psycopg.connect(scene.address))
            holder.execute("lock table public.pausing")
            scene.process = scene.started("--lock-timeout", "20ms")
        for scene in played:
            assert (scene.end(), "canceling statement due to lock timeout" in scene.said) == (2, True), scene.said
    for scene in played:
        scene.finish(run)


LIMIT: Final = 4 << 20
"""Bytes: more than any file of a small server has."""
BIG: Final = f"-- {'x' * LIMIT}\n"


def test_the_disk_is_full(run: Run, scenes: Play) -> None:
    played = scenes(("sync", "pull", "fetch"))
    for scene in played:
        scene.free()
        for path in scene.folder.glob("schemas/*.sql"):
            path.write_text(path.read_text() + BIG)
        scene.execute(
            "update supabase_migrations.schema_migrations set statements = array[repeat('-- nothing', 1000000)]"
            " where version = '2'"
        )
        scene.old = scene.state
        scene.process = scene.started(limit=LIMIT)
    for scene in played:
        assert scene.end() == 2, f"{scene.name}: {scene.said}"
        assert "cannot write the file: File too large" in scene.said, scene.said
        assert scene.state == scene.old, scene.name
        scene.finish(run)
