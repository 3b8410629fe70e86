"""`pgnorm check` asks squawk about the style of migrations."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from conftest import Run

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.checking.finding import Finding
from pgnorm.normalizer.checking.styled import styled
from pgnorm.normalizer.linting.lint import Level
from pgnorm.normalizer.project.finding import find

Found = dict[str, list[str]]
TABLE: Final = "select 'é€😀'; create table public.t (a int);\n"


@pytest.fixture
def project(plain: Path) -> Path:
    (plain / "pgnorm.toml").write_text("squawk = true\n")
    schema = "create table public.t (a int);\ncreate index i on public.t (a);\n"
    (plain / "schemas" / "01_tables.sql").write_text(schema)
    (plain / "migrations" / "1_t[1].sql").write_text(TABLE)
    (plain / "migrations" / "2_i.sql").write_text("create index concurrently i on public.t (a);\n")
    return plain


@pytest.fixture
def found(run: Run) -> Callable[[str], Found]:
    """Squawk's findings by file, each with its column and its rule."""

    def found(words: str = "") -> Found:
        _, out, err = run(f"check --output-format json {words}")
        by_file: Found = {}
        for each in json.loads(out)["findings"]:
            if each["rule"] == "squawk":
                said = f"{each['column']} {each['message'].partition(':')[0]}"
                by_file.setdefault(Path(each["file"]).name, []).append(said)
        assert "error" not in err
        return by_file

    return found


def test_what_it_has_against_migrations(project: Path, found: Callable[[str], Found], run: Run) -> None:
    told = found("")
    column = TABLE.index("int)") + 1  # squawk counts bytes
    assert f"{column} prefer-bigint-over-int" in told["1_t[1].sql"]
    # What runs concurrently is in no transaction.
    assert "1 ban-concurrent-index-creation-in-transaction" not in told["2_i.sql"]
    code, out, _ = run("check --skip squawk")
    assert (code, out) == (0, "")
    assert found("--level error") == {}
    (project / ".squawk.toml").write_text('excluded_rules = ["prefer-bigint-over-int"]\n')
    assert not any("prefer-bigint" in each for each in found("").get("1_t[1].sql", []))


def test_new_migrations_only(project: Path, found: Callable[[str], Found]) -> None:
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.example", *words], cwd=project, check=True)
    assert found("--since HEAD") == {}
    new = "create index concurrently j on public.t (a);\n-- squawk-ignore prefer-robust-stmts\ndrop index public.j;\n"
    (project / "migrations" / "3_j.sql").write_text(new)
    assert found("--since HEAD").keys() == {"3_j.sql"}


def test_it_is_not_there_or_fails(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "schemas" / "02_f.sql").write_text("create function f() returns int language sql as 'select 1';\n")
    (project / ".squawk.toml").write_text('excluded_rules = ["no-such-rule"]\n')
    code, out, _ = run("check")
    assert code == 1
    assert "squawk could not do its work" in out
    monkeypatch.setenv("PATH", str(project))
    monkeypatch.setattr("sys.executable", str(project / "python"))
    code, out, _ = run("check --output-format json")
    found = json.loads(out)["findings"]
    assert code == 1
    assert "functions" in {each["rule"] for each in found}, "what else there is to find is found"
    (missing,) = [each for each in found if each["rule"] == "squawk"]
    assert missing["message"] == "squawk is not installed"
    assert (Path(missing["file"]).name, missing["line"], missing["column"]) == ("pgnorm.toml", 1, 1)
    assert "--skip squawk" in missing["cure"]


def asked(folder: Path) -> list[Finding]:
    """Squawk's findings in a project, without a server."""
    project = find(folder)
    assert project is not None
    return [*styled(project, lambda: 15, since=None, level=Level.WARN)]


def test_its_settings_are_a_file_of_the_repository(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A stranger's file keeps nothing waiting, has nothing elsewhere read, and odd settings have a place."""
    settings, shared = project / ".squawk.toml", tmp_path_factory.mktemp("outside") / "shadow"
    shared.write_text("root:x:0\n")
    for make, said in (
        (os.mkfifo, "it is no file that can be read"),
        (os.mkdir, "it is no file that can be read"),
        (lambda path: os.symlink("/dev/zero", path), "lies outside of"),
        (lambda path: os.symlink(shared, path), "lies outside of"),
        (lambda path: path.write_bytes(b"#" * (1 << 20) + b"\n"), "it is larger than 1 MB"),
    ):
        make(settings)
        with pytest.raises(PgnormError, match=said) as error:
            asked(project)
        assert error.value.place == ".squawk.toml"
        assert "root:x" not in str(error.value)
        settings.rmdir() if settings.is_dir() else settings.unlink()
    for text, place, said in (
        ("assume_in_transaction = 3\n", ".squawk.toml:1:25", "expected a boolean"),
        ("\nexcluded_rules = = 3\n", ".squawk.toml:2:18", "found an equals"),
        ('excluded_paths = ["["]\n', ".squawk.toml", "invalid range pattern"),
    ):
        settings.write_text(text)
        with pytest.raises(PgnormError, match=said) as error:
            asked(project)
        assert error.value.place == place
    settings.write_text('excluded_paths = ["*"]\n')
    assert asked(project) == []
    settings.write_text('excluded_paths = ["migrations/1_*"]\n')
    assert {each.file for each in asked(project)} == {"migrations/2_i.sql"}


def test_settings_above_the_repository_are_not_its_own(project: Path) -> None:
    (project / ".squawk.toml").write_text('excluded_paths = ["*"]\n')
    inner = project / "inner"
    inner.mkdir()
    for each in ("pgnorm.toml", "schemas", "migrations"):
        (project / each).rename(inner / each)
    assert asked(inner) == [], "the repository's settings are found from below"
    (inner / ".git").mkdir()
    assert asked(inner)


def test_places_and_many_files(project: Path) -> None:
    """Lines end at a lone carriage return for squawk alone; more paths than a command line takes are no failure."""
    deep = project / "migrations"
    for each in deep.iterdir():
        each.unlink()
    while len(str(deep)) < 3500:
        deep /= "d" * 200
    deep.mkdir(parents=True)
    (project / "pgnorm.toml").write_text(f'squawk = true\nmigrations = "{deep.relative_to(project)}"\n')
    texts = {
        1: b"\xef\xbb\xbfcreate table a (a int);\n",
        2: "select 'é😀';\r create table b (a int);\r\ncreate table c (a int);\n".encode(),
        3: b"select 1;\n\rcreate table d (a int);\rcreate table e (a int);",
    }
    for number in range(1, 701):
        (deep / f"{number}_t.sql").write_bytes(texts.get(number, b"create table if not exists t ();\n"))
    found = [(each.file, each.line, each.column) for each in asked(project) if "bigint" in each.message]
    assert found == [
        (str(deep.relative_to(project) / f"{number}_t.sql"), text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
        for number, content in texts.items()
        for text in (content.decode("utf-8-sig"),)
        for at in range(len(text))
        if text.startswith("int)", at)
    ]
