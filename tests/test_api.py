"""pgnorm as a library: the examples of its page, and what a caller gets."""

import doctest
import re
from pathlib import Path

import psycopg
import pytest
from addresses import address

import pgnorm

PAGE = Path(__file__).parent.parent / "docs" / "python.md"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with the files that the page shows."""
    monkeypatch.chdir(tmp_path)
    for name, text in re.findall(r"`(\w+\.sql)`\n\n```sql\n(.*?)```", PAGE.read_text(), re.DOTALL):
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_the_page_says_what_happens() -> None:
    page = re.sub(r"^```\w*$", "", PAGE.read_text(), flags=re.MULTILINE)
    test = doctest.DocTestParser().get_doctest(page, {}, PAGE.name, str(PAGE), 0)
    said: list[str] = []
    result = doctest.DocTestRunner().run(test, out=said.append)
    assert result.attempted > 5
    assert not result.failed, "".join(said)


def test_a_plan_arrives_in_a_database(folder: Path, database: psycopg.Connection) -> None:
    database.execute((folder / "old.sql").read_bytes())
    database.execute("insert into contacts values (1, 'Ada', 'new')")
    plan = pgnorm.diff(address(database), folder / "new.sql", renames=["public.contacts.status=stage"])
    for script in plan.scripts:
        database.execute(script.encode())
    assert database.execute("select name, stage from contacts").fetchall() == [("Ada", "new")]
    assert not pgnorm.diff(address(database), folder / "new.sql")


def test_a_project_counts(tmp_path: Path) -> None:
    (tmp_path / "pgnorm.toml").write_text('schema_paths = ["schema.sql"]\n')
    (tmp_path / "schema.sql").write_text("create table notes ();\n")
    (tmp_path / "migrations").mkdir()
    said: list[str] = []
    plan = pgnorm.diff("migrations", "files", project=tmp_path, tell=lambda level, message: said.append(level))
    assert plan.differences == ("+ table public.notes",)
    assert "note" in said
    (tmp_path / "pgnorm.toml").write_text('schema_paths = ["schema.sql"]\n[ignore]\ntable = ["notes"]\n')
    assert not pgnorm.diff("migrations", "files", project=tmp_path)
    with pytest.raises(pgnorm.PgnormError, match="source of a project"):
        pgnorm.diff("migrations", "files")


@pytest.mark.usefixtures("folder")
def test_one_text_is_no_list_and_a_proof_has_a_name() -> None:
    with pytest.raises(pgnorm.PgnormError, match="only takes a list"):
        pgnorm.diff("old.sql", "new.sql", only="contacts")
    with pytest.raises(pgnorm.PgnormError, match="schemas takes a list"):
        pgnorm.dump("new.sql", schemas="public")
    with pytest.raises(pgnorm.PgnormError, match="there is no proof 'bogus'"):
        pgnorm.diff("old.sql", "new.sql", proof="bogus")  # type: ignore[arg-type]  # as an untyped caller might


def test_all_that_is_promised_is_there() -> None:
    assert all(hasattr(pgnorm, name) for name in pgnorm.__all__)
