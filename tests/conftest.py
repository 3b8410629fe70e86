"""Real servers for the tests, one shadow for each kind that this machine can run; projects and the command line."""

import gc
import os
import re
import shlex
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import copy_context
from pathlib import Path
from typing import LiteralString, Protocol

import psycopg
import pytest
from addresses import address
from documents import check_document
from folders import reachable_folder
from lent import Lend, Lent
from migrating import Write
from templates import Template, template
from tested_servers import SERVERS, open_on, place_of, told

from pgnorm.catalog.errors import PgnormError
from pgnorm.cli.failures import wants_json
from pgnorm.cli.help import FAILED
from pgnorm.cli.main import main
from pgnorm.normalizer.files.reading import FileKind, SourceFile
from pgnorm.normalizer.load.loader import LoadReport, load
from pgnorm.normalizer.platforms import PLAIN, supabase
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.servers import Servers
from pgnorm.normalizer.workspace import Workspace

pytest.register_assert_rewrite("round_trip")  # what differs is told, as in test modules
FIXTURES = Path(__file__).parents[1] / "fixtures"
Run = Callable[[str], tuple[int, str, str]]
_ERROR = re.compile(r"^(\x1b\[\d+m)*(error|(?!error)\S.*:\d+:\d+):|^Usage: .*COMMAND", re.MULTILINE)
"""How an error begins; a group without a command says what it has."""


def pytest_configure() -> None:
    # What is compiled once serves each process that a test starts, whatever is usual on this machine.
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # A shell has what it starts in the background ignore Ctrl-C, which some tests send to themselves and others.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_auto_num_workers() -> int:
    # Tests wait too: for a lock, a connection, the end of a server. Where one does, another goes on.
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    # What modules and thousands of items hold stays till the end: no collection need go through it again. Nor does a
    # run leave much behind: commands look for no cycles at all.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # A server that is a session's starts once. pytest goes to and fro between them where a module's fixture has cases.
    items.sort(key=place_of)


def pytest_report_header() -> str:
    return told()


@pytest.fixture(scope="session", params=SERVERS)
def shadow(request: pytest.FixtureRequest) -> Iterator[Shadow]:
    """A shadow of plain Postgres whose role is a superuser, once on each server that is tested."""
    with open_on(request.param.name, PLAIN, trust_files=True) as opened:
        yield opened


@pytest.fixture(scope="session", params=SERVERS)
def caged(request: pytest.FixtureRequest) -> Iterator[Shadow]:
    """A shadow of plain Postgres as commands use it, in which files can do no harm."""
    with open_on(request.param.name, PLAIN) as opened:
        yield opened


@pytest.fixture(scope="session", params=SERVERS)
def supabase_shadow(request: pytest.FixtureRequest) -> Iterator[Shadow]:
    """A shadow with Supabase's baseline for a project of major 15, once on each server that is tested; its role is a
    superuser."""
    with open_on(request.param.name, supabase(auto_expose_new_tables=None, major=15), trust_files=True) as opened:
        yield opened


@pytest.fixture(scope="session", params=SERVERS)
def caged_on_supabase(request: pytest.FixtureRequest) -> Iterator[Shadow]:
    """The same as commands use it."""
    with open_on(request.param.name, supabase(auto_expose_new_tables=None, major=15)) as opened:
        yield opened


@pytest.fixture
def database(shadow: Shadow) -> Iterator[psycopg.Connection]:
    """An autocommitting connection to a scratch database of plain Postgres."""
    with shadow.session(scratch=True) as session:
        yield session.connection


@pytest.fixture
def supabase_database(supabase_shadow: Shadow) -> Iterator[psycopg.Connection]:
    """An autocommitting connection to a scratch database with Supabase's baseline."""
    with supabase_shadow.session(scratch=True) as session:
        yield session.connection


@pytest.fixture(scope="module")
def servers(shadow: Shadow) -> Iterator[Servers]:
    """Servers of the major version of `shadow`, for many runs."""
    assert shadow.binaries is not None
    with pytest.MonkeyPatch.context() as patch, Servers() as opened:
        patch.setenv("PGNORM_PG_BINDIR", str(shadow.binaries.bindir))
        yield opened


@pytest.fixture
def workspace(servers: Servers) -> Iterator[Workspace]:
    """The sources of one run on them."""
    with servers.turn(), Workspace(None, tell=lambda _level, _message: None, servers=servers) as opened:
        yield opened


class Loaded(Protocol):
    """Loads texts as the files 1.sql, 2.sql, …, in one transaction unless `scratch`; gives connection and report."""

    def __call__(
        self, *texts: str, kind: FileKind = "declared", scratch: bool = False, owner: str | None = None
    ) -> AbstractContextManager[tuple[psycopg.Connection, LoadReport]]: ...


class Failure(Protocol):
    """The error of a load that fails."""

    def __call__(self, *texts: str, kind: FileKind = "declared", scratch: bool = False) -> PgnormError: ...


Value = Callable[[psycopg.Connection, LiteralString], object]


def _loaded(shadow: Shadow) -> Loaded:
    @contextmanager
    def loaded(
        *texts: str, kind: FileKind = "declared", scratch: bool = False, owner: str | None = None
    ) -> Iterator[tuple[psycopg.Connection, LoadReport]]:
        files = [SourceFile(path=None, label=f"{number}.sql", text=text) for number, text in enumerate(texts, 1)]
        provide = shadow.provide_extension
        with shadow.session(scratch=scratch) as session:
            report = load(
                session.connection,
                files,
                kind=kind,
                transaction=not scratch,
                provide_extension=provide,
                owner=owner,
                power=session.power,
            )
            yield session.connection, report

    return loaded


@pytest.fixture
def loaded(caged: Shadow) -> Loaded:
    """Loads texts into the shadow of plain Postgres."""
    return _loaded(caged)


@pytest.fixture
def loaded_with_trust(shadow: Shadow) -> Loaded:
    """The same where they may do what a superuser may."""
    return _loaded(shadow)


@pytest.fixture
def loaded_on_supabase(caged_on_supabase: Shadow) -> Loaded:
    """Loads texts into the shadow with Supabase's baseline."""
    return _loaded(caged_on_supabase)


@pytest.fixture
def failure(loaded: Loaded) -> Failure:
    """Loads texts that don't load."""

    def failure(*texts: str, kind: FileKind = "declared", scratch: bool = False) -> PgnormError:
        with pytest.raises(PgnormError) as error, loaded(*texts, kind=kind, scratch=scratch):
            pass
        return error.value

    return failure


@pytest.fixture
def value() -> Value:
    """The one value that a query answers."""

    def value(connection: psycopg.Connection, query: LiteralString) -> object:
        row = connection.execute(query).fetchone()
        assert row is not None
        return row[0]

    return value


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache folder, named in PGNORM_CACHE_DIR."""
    with reachable_folder() as folder:
        monkeypatch.setenv("PGNORM_CACHE_DIR", str(folder))
        yield folder


@pytest.fixture
def mark() -> Iterator[Path]:
    """What a program that others have somewhere would leave: anybody may write there."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder, "mark")


@pytest.fixture(scope="session")
def _lent() -> Iterator[Lent]:
    with Servers() as servers:
        yield Lent(servers)


def _forget_surroundings(patch: pytest.MonkeyPatch) -> None:
    for name in ("PGNORM_DB_URL", "DATABASE_URL", "PGHOST", "PGSERVICE", "FORCE_COLOR", "NO_COLOR"):
        patch.delenv(name, raising=False)


@pytest.fixture
def servers_of_runs(_lent: Lent) -> Lend:
    """The servers that a run works with: those of earlier ones, unless a test is about what is left for others."""
    return _lent.lend


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, servers_of_runs: Lend) -> Run:
    """Runs pgnorm with the words of a line; gives its exit code, stdout and stderr."""
    _forget_surroundings(monkeypatch)
    monkeypatch.setattr("pgnorm.normalizer.workspace.Servers", servers_of_runs)

    def run(line: str) -> tuple[int, str, str]:
        words = shlex.split(line)
        capsysbinary.readouterr()
        with pytest.raises(SystemExit) as ended:
            copy_context().run(main, words)  # what a run sets for itself ends with it
        streams = capsysbinary.readouterr()
        assert isinstance(ended.value.code, int)
        said = streams.err.decode()
        assert ended.value.code != FAILED or _ERROR.search(said), said
        if streams.out and wants_json(words):
            check_document(words, streams.out)
        return ended.value.code, streams.out.decode(), said

    return run


class Refused(Protocol):
    """Runs a line that must fail with 2 and these words, as a person should see it; gives all that was said."""

    def __call__(self, line: str, *said: str) -> str: ...


@pytest.fixture
def refused(run: Run) -> Refused:
    """Runs lines that must fail."""

    def refused(line: str, *said: str) -> str:
        code, out, err = run(line)
        assert (code, bool(out)) == (2, wants_json(shlex.split(line)))
        assert "Traceback" not in err
        assert "a fault in pgnorm" not in err
        for words in said:
            assert words in err
        return err + out

    return refused


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, in no project."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def at(database: psycopg.Connection) -> str:
    """The option that names a database on plain Postgres."""
    return f"--db-url '{address(database)}'"


@pytest.fixture
def plain(folder: Path) -> Path:
    """The working directory as a small project on plain Postgres."""
    (folder / "pgnorm.toml").write_text("")
    (folder / "schemas").mkdir()
    (folder / "migrations").mkdir()
    (folder / "schemas" / "01_tables.sql").write_text("create table notes (id int primary key, body text);\n")
    return folder


@pytest.fixture
def same(plain: Path) -> Path:
    """That project with a migration that says what its files say."""
    text = (plain / "schemas" / "01_tables.sql").read_text()
    (plain / "migrations" / "20240101000000_notes.sql").write_text(text)
    return plain


@pytest.fixture
def crm(folder: Path) -> Path:
    """The working directory as a copy of the whole Supabase project in fixtures/crm."""
    shutil.copytree(FIXTURES / "crm", folder, dirs_exist_ok=True)
    return folder


def _run_in_crm(folder: Path, *words: str) -> None:
    """Run pgnorm in a folder with the project of fixtures/crm, for what is made of that once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        _forget_surroundings(patch)
        with pytest.raises(SystemExit) as ended:
            copy_context().run(main, words)
    assert ended.value.code == 0


@pytest.fixture(scope="session")
def last_migration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The migration from those of fixtures/crm to what its files say."""
    folder = tmp_path_factory.mktemp("crm")
    shutil.copytree(FIXTURES / "crm", folder, dirs_exist_ok=True)
    _run_in_crm(folder, "diff", "-f", "up_to_date")
    (made,) = (folder / "supabase" / "migrations").glob("*_up_to_date.sql")
    return made


@pytest.fixture
def crm_migrated(crm: Path, last_migration: Path) -> Path:
    """That project with migrations that say what its files say."""
    shutil.copy(last_migration, crm / "supabase" / "migrations")
    return crm


@pytest.fixture(scope="session")
def crm_database(
    supabase_shadow: Shadow, last_migration: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Template]:
    """A database to which all migrations of that project are applied."""
    folder = tmp_path_factory.mktemp("crm")
    shutil.copytree(FIXTURES / "crm", folder, dirs_exist_ok=True)
    shutil.copy(last_migration, folder / "supabase" / "migrations")
    with supabase_shadow.session(scratch=True) as session:
        _run_in_crm(folder, "migration", "up", "--db-url", address(session.connection))
        with template(session.connection) as made:
            yield made


@pytest.fixture
def studio(crm_migrated: Path, supabase_database: psycopg.Connection) -> psycopg.Connection:
    """A database with the project's migrations, which say what the files say."""
    for migration in sorted((crm_migrated / "supabase" / "migrations").glob("*.sql")):
        supabase_database.execute(migration.read_bytes())
    return supabase_database


@pytest.fixture
def write(folder: Path) -> Write:
    """A writer of migrations into a Supabase project, the working directory."""
    migrations = folder / "supabase" / "migrations"
    migrations.mkdir(parents=True)
    (folder / "supabase" / "config.toml").write_text('project_id = "x"\n')

    def write(number: int, text: str, name: str = "m") -> Path:
        path = migrations / f"{20240101000000 + number}_{name}.sql"
        path.write_bytes(text.encode())
        return path

    return write


@pytest.fixture
def other(database: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """Another session in the database."""
    with psycopg.connect(address(database)) as connection:
        yield connection
