"""`pgnorm check` asks squawk about the style of migrations."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from conftest import Run

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
