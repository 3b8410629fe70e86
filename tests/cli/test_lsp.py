"""`pgnorm lsp`, talked to as by an editor."""

import io
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from conftest import Refused, Run
from editing import Editor, Json, edited, editor, lines_of
from waiting import PATIENCE

from pgnorm.catalog.installing import installer
from pgnorm.cli.language.lane import Lane
from pgnorm.normalizer.servers import Servers

FUNCTIONS = """-- 😀 of notes 𝒳
create function "😀"() returns int language sql as $$select 1 -- 😀
$$; create function shout(what text default '😀') returns text
  language plpgsql as $$
begin
  return upper(what);
end
$$;
"""
_STYLE: dict[str, Json] = {"tabSize": 4, "insertSpaces": True}
MIGRATIONS = {
    "1_notes.sql": "create table notes (id int primary key);\n",
    "2_body.sql": "/* 😀 */ alter table notes add body text;\n",
}


@pytest.fixture
def project(plain: Path) -> Path:
    """A project whose files have functions that its migrations lack."""
    for name, text in MIGRATIONS.items():
        (plain / "migrations" / name).write_text(text)
    (plain / "schemas" / "02_functions.sql").write_text(FUNCTIONS)
    return plain


@pytest.fixture
def ed(project: Path) -> Iterator[Editor]:
    """An editor there, whose server ends well."""
    with editor(project) as found:
        yield found
        assert found.end() == 0
        assert found.shown == []


def _canonical(run: Run, monkeypatch: pytest.MonkeyPatch, text: str, name: str = "schemas/02_functions.sql") -> str:
    """A text as fix-functions has it."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    code, out, err = run(f"-q fix-functions - --stdin-filename {name}")
    assert code == 0, err
    return out


def test_functions_made_canonical(ed: Editor, project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = _canonical(run, monkeypatch, FUNCTIONS)
    assert wanted != FUNCTIONS
    can = ed.start(project)
    assert can["documentFormattingProvider"]
    functions = project / "schemas" / "02_functions.sql"
    uri = ed.open(functions)
    found = ed.about("formatting", uri, options=_STYLE)
    assert edited(FUNCTIONS, found) == wanted
    assert lines_of(found).isdisjoint({0, 4, 5, 6}), "comments and bodies are no part of an edit"
    assert ed.about("willSaveWaitUntil", uri, reason=1) == found
    assert functions.read_text() == FUNCTIONS

    # What is on the screen counts, in this file and in others, and line ends stay.
    tables = ed.open(project / "schemas" / "01_tables.sql")
    ed.type(tables, "create table notes (id int primary key);\ncreate table more (id int);\n")
    text = "\ufeffcreate function newest() returns setof more language sql\r\nas 'select * from more';\r\n"
    ed.type(uri, text)
    found = ed.about("formatting", uri, options=_STYLE)
    (project / "schemas" / "01_tables.sql").write_text("create table more (id int);\n")
    assert edited(text, found) == _canonical(run, monkeypatch, text)

    # What Postgres refuses is said beside the text; UTF-16 has two units for 😀.
    ed.type(uri, "/* 😀 */ create function f() returns nonsense language sql as 'select 1';")
    assert ed.about("formatting", uri, options=_STYLE) is None
    (refused,) = ed.found(uri, "loads", 'type "nonsense" does not exist')
    assert refused["range"] == {"start": {"line": 0, "character": 9}, "end": {"line": 0, "character": 15}}
    ed.type(uri, "create function f() returns int language sql as $$ select 1")
    assert ed.about("willSaveWaitUntil", uri, reason=1) is None
    ed.found(uri, "loads", "unterminated dollar-quoted string")

    # Migrations stay as they were proved and applied, and at a save so does what is no schema file.
    migration = ed.open(
        project / "migrations" / "3_f.sql", "create function f() returns int language sql as 'select 1';"
    )
    (project / "migrations" / "3_f.sql").touch()
    assert ed.about("formatting", migration, options=_STYLE) == []
    other = ed.open(project / "seed.sql", "create function g() returns int language sql as 'select 1';")
    assert ed.about("willSaveWaitUntil", other, reason=1) == []
    assert ed.about("formatting", other, options=_STYLE)


def test_findings_beside_the_text(ed: Editor, project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    second = tmp_path_factory.mktemp("second")
    (second / "pgnorm.toml").touch()
    (second / "schemas").mkdir()
    (second / "schemas" / "a.sql").write_text("create table t (id int);\ncreate view v as select nothing from t;\n")
    outside = tmp_path_factory.mktemp("outside") / "a.sql"
    outside.write_text("select broken from nowhere;\n")
    (outside.parent / ".git").mkdir()
    ed.start(project, second)
    uri, other = ed.open(project / "schemas" / "02_functions.sql"), ed.open(second / "schemas" / "a.sql")
    nowhere = ed.open(outside)
    assert [each["severity"] for each in ed.found(uri, "functions")] == [3, 3]
    (broken,) = ed.found(other, "loads")
    assert broken["range"] == {"start": {"line": 1, "character": 24}, "end": {"line": 1, "character": 31}}

    # A statement that never ends stops nothing once it is gone.
    (second / "schemas" / "a.sql").write_text("do $$ begin perform pg_sleep(100000); end $$;\n")
    ed.tell("textDocument/didSave", {"textDocument": {"uri": other}})
    (second / "schemas" / "a.sql").write_text("create table t (id int);\n")
    ed.tell("textDocument/didSave", {"textDocument": {"uri": other}})
    ed.found(other, "migrations-behind")

    (second / "pgnorm.toml").write_text("major_version = 3\n")
    ed.tell("workspace/didChangeWatchedFiles", {"changes": []})
    ed.found((second / "pgnorm.toml").as_uri(), "loads")
    (second / "pgnorm.toml").write_text("")
    ed.tell("workspace/didChangeWatchedFiles", {"changes": []})
    ed.nothing((second / "pgnorm.toml").as_uri())
    ed.tell("textDocument/didClose", {"textDocument": {"uri": uri}})
    ed.nothing(uri)
    assert ed.about("formatting", nowhere, options=_STYLE) == []
    assert ed.about("hover", nowhere, (0, 8)) is None


def test_two_projects_with_one_table_and_documents_closed(
    ed: Editor, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    second = tmp_path_factory.mktemp("second")
    for name, text in (
        ("pgnorm.toml", ""),
        ("schemas/01_tables.sql", "create table notes (id int, title text);\n"),
        ("schemas/02_views.sql", "create view v as select nothing from notes;\n"),
        ("migrations/1_titles.sql", "create table notes (id int, title text);\n"),
    ):
        (second / name).parent.mkdir(exist_ok=True)
        (second / name).write_text(text)
    ed.start(project, second)
    here, tables, views = (
        ed.open(path / "schemas" / name)
        for path, name in ((project, "01_tables.sql"), (second, "01_tables.sql"), (second, "02_views.sql"))
    )

    def close(uri: str) -> None:
        ed.tell("textDocument/didClose", {"textDocument": {"uri": uri}})
        ed.about("documentSymbol", here)  # whose answer comes behind all that closing has it say

    # What is found in a project stays while a document of it is open, in whichever file it is, and goes with the last.
    assert ed.found(views, "loads", 'column "nothing" does not exist')
    close(tables)
    assert ed.found(views, "loads")
    close(views)
    ed.nothing(views)

    # A check that comes to its end after that is told of nowhere: the lane takes one after the other.
    ed.open(second / "schemas" / "02_views.sql")
    close(views)
    broken = project / "schemas" / "03_broken.sql"
    broken.write_text("select broken from notes;\n")
    ed.tell("textDocument/didSave", {"textDocument": {"uri": here}})
    assert ed.found(broken.as_uri(), "loads")
    ed.nothing(views)

    # Each table is that of its own project.
    broken.unlink()
    (second / "schemas" / "02_views.sql").unlink()
    ed.open(second / "schemas" / "01_tables.sql")
    for uri, has, lacks, made in (
        (tables, '"title" "text"', '"body"', second / "migrations" / "1_titles.sql"),
        (here, '"notes_pkey"', '"title"', project / "migrations" / "1_notes.sql"),
    ):
        said = _hover(ed, uri, 0, 14)
        assert (has in said, lacks in said) == (True, False), said
        (found,) = _locations(ed.about("definition", uri, (0, 14)))
        assert found["uri"] == made.as_uri()


def test_what_names_mean(ed: Editor, project: Path) -> None:
    ed.start(project)
    uri = ed.open(project / "schemas" / "01_tables.sql")
    text = "create table notes (id int primary key, body text); -- 😀\n"
    text += "/* 😀😀 */ create view bodies as select body from notes;\n"
    ed.type(uri, text)
    line = text.splitlines()[1]
    ahead = line[: line.index("body from")].encode("utf-16-le")
    hover = ed.about("hover", uri, (1, len(ahead) // 2 + 1))
    assert isinstance(hover, dict)
    assert hover["range"] == {
        "start": {"line": 1, "character": len(ahead) // 2},
        "end": {"line": 1, "character": len(ahead) // 2 + 4},
    }
    said = str(hover["contents"])
    assert '"body" "text"' in said
    assert "2_body.sql" in str(ed.about("definition", uri, (1, len(ahead) // 2)))
    said = _hover(ed, uri, 1, len(ahead) // 2)
    assert "- made: [migrations/2_body.sql:1:9](" in said
    table = _hover(ed, uri, 0, 14)
    assert "CREATE TABLE" in table
    assert "notes_pkey" in table
    (made,) = _locations(ed.about("definition", uri, (0, 14)))
    assert made == {
        "uri": (project / "migrations" / "1_notes.sql").as_uri(),
        "range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 39}},
    }
    (declared,) = _locations(ed.about("declaration", uri, (0, 22)))
    assert declared == {
        "uri": uri,
        "range": {"start": {"line": 0, "character": 20}, "end": {"line": 0, "character": 38}},
    }
    assert "No migration makes it." in _hover(ed, uri, 1, 24)
    assert ed.about("hover", uri, (0, 2)) is None

    functions = ed.open(project / "schemas" / "02_functions.sql")
    assert "language" in _hover(ed, functions, 2, 20).lower()
    names = ed.about("documentSymbol", functions)
    assert isinstance(names, list)
    assert [each["name"] for each in names if isinstance(each, dict)] == ["public.😀", "public.shout"]
    names = ed.about("documentSymbol", uri)
    assert isinstance(names, list)
    first = names[0]
    assert isinstance(first, dict)
    assert [each["name"] for each in first["children"]] == ["id", "body"]
    ed.type(uri, "create table notes (id int")
    assert ed.about("hover", uri, (0, 14)) is not None
    ed.type(uri, "create 'table")
    assert ed.about("documentSymbol", uri) == []


def test_a_thread_beside_outlives_what_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Servers) -> None:
        raise OSError("no space left on the device")

    def broken(_: Servers) -> None:
        raise LookupError("a fault")

    lane = Lane(shadow_url=None, trust_files=False)
    monkeypatch.setattr(Servers, "remember", full)
    assert lane.submit(lambda _: 1, key=1).result(PATIENCE) == 1
    assert lane.submit(lambda _: 2, key=2).result(PATIENCE) == 2

    # One that has ended answers nobody, and lets nobody wait.
    monkeypatch.setattr(Servers, "remember", broken)
    ended = Event()
    monkeypatch.setattr(threading, "excepthook", lambda _: ended.set())
    assert lane.submit(lambda _: 3, key=3).result(PATIENCE) == 3
    assert ended.wait(PATIENCE)
    with pytest.raises(LookupError):
        lane.submit(lambda _: 4, key=4).result(PATIENCE)
    lane.close()


def _hover(ed: Editor, uri: str, line: int, character: int) -> str:
    """The text shown for a name once the migrations have been looked at."""
    while "are being looked at" in (said := str(ed.about("hover", uri, (line, character)))):
        pass
    return said


def _locations(found: object) -> list[dict[str, object]]:
    assert isinstance(found, list)
    return found


def test_what_it_needs(
    refused: Refused, run: Run, plain: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert plain
    with editor(plain) as found:
        found.start(plain, options={"canonicalOnSave": False})
        uri = found.open(plain / "schemas" / "f.sql", "create function f() returns int language sql as 'select 1';")
        assert found.about("willSaveWaitUntil", uri, reason=1) is None
        found.tell("exit", None)
        assert found.process.wait() == 1
    with editor(plain) as gone:  # an editor that dies leaves no server
        gone.start(plain)
        gone.open(plain / "schemas" / "01_tables.sql")
        assert gone.process.stdin is not None
        gone.process.stdin.close()
        assert gone.process.wait() == 0
    for name in [*sys.modules]:
        if name.startswith(("pgnorm.cli.language", "pygls", "lsprotocol")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pygls", None)
    refused("lsp", "the library that talks to editors is missing", f"hint: {installer()} 'pygls")
    assert run("lsp --help")[0] == 0
