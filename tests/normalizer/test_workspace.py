"""Sources opened in one shadow: loaded, read, changed, undone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from addresses import address

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog
from pgnorm.catalog.reader import read
from pgnorm.normalizer.files.reading import SourceFile
from pgnorm.normalizer.load.context import Texts
from pgnorm.normalizer.load.knowledge import contents
from pgnorm.normalizer.load.session import loaded
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.project.databases import Database
from pgnorm.normalizer.project.finding import find
from pgnorm.normalizer.project.sources import Files, parse
from pgnorm.normalizer.workspace import Workspace

Said = list[tuple[str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pgnorm.toml").write_text("")
    (tmp_path / "schemas").mkdir()
    (tmp_path / "migrations").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def said() -> Said:
    return []


@pytest.fixture
def workspace(folder: Path, said: Said) -> Iterator[Workspace]:
    with Workspace(find(folder), tell=lambda level, message: said.append((level, message))) as opened:
        yield opened


def files(workspace: Workspace, word: str) -> Files:
    source = parse(word, workspace.project)
    assert isinstance(source, Files)
    return source


def functions(catalog: Catalog) -> set[str]:
    return {f"{name.schema}.{name.name}" for name in catalog.objects if name.kind == "function"}


def dump(text: str) -> Texts:
    file = SourceFile(path=None, label="a dump", text=text)
    return Texts(files=(file,), kind="migrations", is_dump=True)


def function(name: str) -> str:
    return f"create function {name}() returns int language sql as 'select 1';\n"


def test_what_was_loaded_is_gone_afterwards(workspace: Workspace, folder: Path) -> None:
    (folder / "schemas/a.sql").write_text(function("f"))
    (folder / "migrations/1_a.sql").write_text(function("g"))
    assert functions(workspace.shadow().baseline) == set()
    with workspace.loaded(files(workspace, "files")) as opened:
        assert functions(opened.session.read()) == {"public.f"}
        opened.session.connection.execute(function("h").encode())
        assert functions(read(opened.session.connection)) == {"public.f", "public.h"}
    assert functions(workspace.contents(files(workspace, "migrations")).catalog) == {"public.g"}


def test_what_one_transaction_can_not_hold_gets_a_database(workspace: Workspace, folder: Path, said: Said) -> None:
    (folder / "migrations/1_a.sql").write_text("create type mood as enum ('a');\n")
    (folder / "migrations/2_b.sql").write_text("alter type mood add value 'b';\n")
    (folder / "migrations/3_c.sql").write_text(
        "create table t (m mood);\n"
        "create function f() returns int language sql begin atomic select 1 where 'b'::public.mood = 'b'; end;\n"
    )
    with workspace.loaded(files(workspace, "migrations")) as opened:
        assert functions(opened.session.read()) == {"public.f"}
    assert any("database of its own" in message for level, message in said if level == "verbose")


def test_a_dump_makes_the_round_trip(workspace: Workspace) -> None:
    context = workspace.settled()
    with loaded(context, dump(function("public.f"))) as found:
        assert functions(found.session.read()) == {"public.f"}
    with pytest.raises(PgnormError) as raised, loaded(context, dump("creat table x ();")):
        pass
    assert raised.value.place == "a dump:1:1"


def test_the_roles_file_comes_before_either_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (
        ("config.toml", ""),
        ("roles.sql", "create role pgnorm_reporting;\n"),
        ("schemas/a.sql", "create schema s authorization pgnorm_reporting;\n"),
        ("migrations/1_a.sql", "create schema s authorization pgnorm_reporting;\n"),
    ):
        path = tmp_path / "supabase" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    with Workspace(find(tmp_path), tell=lambda *_: None) as workspace:
        for word in ("files", "migrations"):
            catalog = workspace.contents(files(workspace, word)).catalog
            owners = {item.owner for name, item in catalog.objects.items() if (name.kind, name.name) == ("schema", "s")}
            assert owners == {"pgnorm_reporting"}


def test_a_live_database_is_read_as_it_is(workspace: Workspace, said: Said) -> None:
    with workspace.shadow().session(scratch=True) as session:
        session.connection.execute(function("f").encode())
        info = session.connection.info
        words = f"host={info.host} port={info.port} user=postgres password={info.password} dbname={info.dbname}"
        database = Database(conninfo=words)
        catalog = workspace.read(database)
        assert functions(catalog) == {"public.f"}
        assert workspace.settled(catalog).role == "postgres"
        assert workspace.settled().role is None
        named = f"source: database {info.dbname} on {info.host} as postgres, Postgres "
    assert any(message.startswith(named) for _, message in said)


def test_what_files_create_belongs_to_the_role_of_the_database(workspace: Workspace, folder: Path) -> None:
    (folder / "schemas/a.sql").write_text(function("f"))
    context = workspace.settled().evolve(role="pgnorm_owner")
    catalog = contents(context, workspace.texts(files(workspace, "files"))).catalog
    assert {item.owner for item in catalog.objects.values() if item.name == "f"} == {"pgnorm_owner"}


def test_each_message_is_told_once(workspace: Workspace, folder: Path, said: Said) -> None:
    (folder / "schemas/a.sql").write_text(function("f"))
    for _ in range(2):
        workspace.contents(files(workspace, "files"))
    assert len(said) == len(set(said))
    assert ("note", "source: 1 file of schemas") in said


def test_what_no_kind_reads_is_told_apart_from_the_platforms(folder: Path) -> None:
    (folder / "schemas/a.sql").write_text("""
        create table n (i int);
        create index p on n (i);
        update pg_index set indisvalid = false where indrelid = 'n'::regclass;
    """)
    with (
        Workspace(find(folder), tell=lambda _level, _message: None, trust_files=True) as workspace,
    ):
        assert workspace.contents(files(workspace, "files")).unmodelled == (("invalid index", "public.p"),)


def test_an_error_in_a_file_has_its_place(workspace: Workspace, folder: Path) -> None:
    (folder / "schemas/a.sql").write_text("select 1;\n  creat table x ();\n")
    with pytest.raises(PgnormError) as raised:
        workspace.contents(files(workspace, "files"))
    assert raised.value.place == "schemas/a.sql:2:3"


def test_databases_are_read_at_once_and_each_error_names_its_own(workspace: Workspace, shadow: Shadow) -> None:
    with shadow.session(scratch=True) as first, shadow.session(scratch=True) as second:
        sources = [Database(conninfo=address(session.connection)) for session in (first, second)]
        for session, name in ((first, "f"), (second, "g")):
            session.connection.execute(function(name).encode())
        with workspace.reading(sources[0]) as one, workspace.reading(sources[1]) as other:
            assert functions(other.read().catalog) == {"public.g"}
            assert functions(one.read().catalog) == {"public.f"}
        ours, ending = (session.connection.info.backend_pid for session in (first, second))
        said = ""
        while not said:  # all of the answer may have come before the end
            with workspace.reading(sources[0]) as one, workspace.reading(sources[1]):
                second.connection.execute(
                    "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                    " where pid not in (%s, %s) and datname = %s",
                    (ours, ending, first.connection.info.dbname),
                )
                try:
                    one.read()
                except PgnormError as error:
                    said = str(error)
        assert re.search(f"reading from .*{first.connection.info.dbname}", said)
