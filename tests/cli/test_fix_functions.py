"""`pgnorm fix-functions`, from the words to the files."""

import io
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[[str], tuple[int, str, str]]

ONE = "create function one() returns int language sql as 'select 1';\n"
CANONICAL = 'CREATE OR REPLACE FUNCTION "public"."one"() RETURNS integer\n    LANGUAGE "sql"\n    AS $$select 1$$;\n'
COUNT = "create function count_notes() returns bigint language sql as 'select count(*) from notes';\n"


def summary(err: str) -> list[str]:
    return [line for line in err.splitlines() if not line.startswith(("shadow: ", "source: ", "Postgres "))]


@pytest.fixture
def functions(plain: Path) -> Path:
    """The second schema file of a plain project, with a function in words of its own."""
    path = plain / "schemas" / "02_functions.sql"
    path.write_text(f"-- One.\n{ONE}")
    return path


def stdin(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_every_declared_file_is_rewritten_once(run: Run, functions: Path) -> None:
    code, out, err = run("fix-functions")
    assert (code, out) == (0, "")
    assert summary(err) == ["rewrote schemas/02_functions.sql", "1 function rewritten."]
    assert functions.read_text() == f"-- One.\n{CANONICAL}"
    code, out, err = run("fix-functions")
    assert (code, out, summary(err)) == (0, "", ["1 function unchanged."])


def test_check_writes_nothing_and_ends_with_one(run: Run, functions: Path) -> None:
    code, out, err = run("fix-functions --check")
    assert (code, out) == (1, "")
    assert summary(err) == ["would rewrite schemas/02_functions.sql", "1 function would be rewritten."]
    assert functions.read_text() == f"-- One.\n{ONE}"
    run("fix-functions")
    assert run("fix-functions --check")[0] == 0


def test_diff_is_a_patch_and_writes_nothing(run: Run, functions: Path) -> None:
    code, out, _ = run("fix-functions --diff")
    assert code == 0
    assert functions.read_text() == f"-- One.\n{ONE}"
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "apply", "-"], input=out.encode(), check=True)
    assert functions.read_text() == f"-- One.\n{CANONICAL}"
    assert run("fix-functions --diff")[:2] == (0, "")


@pytest.mark.usefixtures("functions")
def test_the_diff_is_coloured_when_asked_for(run: Run) -> None:
    _, out, _ = run("--color fix-functions --diff")
    assert "\x1b[32m+CREATE OR REPLACE" in out
    assert "\x1b[31m-create function" in out


@pytest.mark.usefixtures("folder")
def test_files_outside_of_a_project(run: Run) -> None:
    Path("a.sql").write_text(ONE)
    Path("b.sql").write_text("select 1;\n")
    code, _, err = run("fix-functions a.sql b.sql")
    assert (code, summary(err)) == (0, ["rewrote a.sql", "1 function rewritten."])
    assert Path("a.sql").read_text() == CANONICAL
    assert summary(run("fix-functions b.sql")[2]) == ["No function definitions found."]
    code, _, err = run("fix-functions")
    assert code == 2
    assert "no file was named" in err


def test_named_files_are_loaded_with_their_project(run: Run, functions: Path) -> None:
    other = functions.with_name("03_more.sql")
    other.write_text(COUNT)
    code, _, err = run("fix-functions schemas/03_more.sql")
    assert (code, summary(err)) == (0, ["rewrote schemas/03_more.sql", "1 function rewritten."])
    assert functions.read_text() == f"-- One.\n{ONE}"


def test_stdin_goes_to_stdout(run: Run, functions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"\xef\xbb\xbf" + ONE.replace("\n", "\r\n").encode()
    stdin(monkeypatch, content)
    code, out, err = run("fix-functions - --stdin-filename schemas/02_functions.sql")
    assert (code, out) == (0, "\ufeff" + CANONICAL.replace("\n", "\r\n"))
    assert summary(err)[0] == "rewrote stdin (for schemas/02_functions.sql)"
    stdin(monkeypatch, COUNT.encode())
    code, out, err = run("fix-functions -")
    assert (code, summary(err)[0]) == (0, "rewrote stdin")
    assert out.startswith('CREATE OR REPLACE FUNCTION "public"."count_notes"() RETURNS bigint\n')
    stdin(monkeypatch, content)
    code, out, err = run("fix-functions - --stdin-filename schemas/02_functions.sql --check")
    assert (code, out) == (1, "")
    assert summary(err)[0] == "would rewrite stdin (for schemas/02_functions.sql)"
    assert functions.read_text() == f"-- One.\n{ONE}"


def test_an_error_in_stdin_says_how_it_gets_a_name(run: Run, functions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin(monkeypatch, functions.read_bytes() + b"create table notes ();\n")
    code, out, err = run("fix-functions -")
    assert (code, out) == (2, "")
    assert err.endswith("hint: Name the file of the project that stdin stands for with --stdin-filename.\n")
    stdin(monkeypatch, b"create function f(nowhere) returns int language sql as 'select 1';\n")
    assert "--stdin-filename" in run("fix-functions -")[2]
    stdin(monkeypatch, b"create tabel t ();\n")
    assert "--stdin-filename" not in run("fix-functions -")[2]
    assert "--stdin-filename" not in run("fix-functions - --stdin-filename schemas/02_functions.sql")[2]


def test_one_bad_file_among_several_keeps_all(run: Run, functions: Path) -> None:
    bad = functions.with_name("03_bad.sql")
    bad.write_text("create functoin two() returns int language sql as 'select 2';\n")
    code, out, err = run("fix-functions")
    assert (code, out) == (2, "")
    assert "schemas/03_bad.sql:1:8: syntax error" in err
    bad.write_text(ONE.replace("one", "two"))
    bad.chmod(0o444)
    code, _, err = run("fix-functions")
    assert code == 2
    assert "schemas/03_bad.sql: the file is read-only\nhint: " in err
    assert functions.read_text() == f"-- One.\n{ONE}"
    assert sorted(path.name for path in functions.parent.iterdir()) == ["01_tables.sql", functions.name, "03_bad.sql"]


def test_a_file_is_loaded_with_its_own_project_wherever_it_is_named_from(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("shop", "web"):
        schemas = folder / "apps" / name / "schemas"
        schemas.mkdir(parents=True)
        (schemas.parent / "pgnorm.toml").write_text("")
        (schemas / "01_tables.sql").write_text("create table notes (id int);\n")
        (schemas / "02_functions.sql").write_text(COUNT)
    file = "apps/web/schemas/02_functions.sql"
    code, out, err = run(f"fix-functions --check {file}")
    assert (code, out) == (1, "")
    assert err.startswith("project: apps/web\n")
    stdin(monkeypatch, COUNT.encode())
    assert run(f"fix-functions - --stdin-filename {file}")[1].startswith("CREATE OR REPLACE FUNCTION")
    code, _, err = run(f"fix-functions {file} apps/shop/schemas/02_functions.sql")
    assert code == 2
    assert (
        f"02_functions.sql: the file belongs to the project in apps/shop, but {file} to the project in apps/web" in err
    )
    Path("draft.sql").write_text("create function all_notes() returns setof notes language sql as 'table notes';\n")
    assert run("fix-functions --check draft.sql")[0] == 2
    assert run("--project apps/web fix-functions --check draft.sql")[0] == 1


def test_mode_and_link_stay(run: Run, functions: Path) -> None:
    real = functions.parent.parent / "real.sql"
    functions.rename(real)
    real.chmod(0o640)
    functions.symlink_to("../real.sql")
    assert run("fix-functions")[0] == 0
    assert functions.is_symlink()
    assert real.read_text() == f"-- One.\n{CANONICAL}"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("fix-functions - a.sql", "can't be combined"),
        ("fix-functions --stdin-filename a.sql", "goes with -"),
        ("fix-functions --take comments", "goes with a source"),
        ("fix-functions --take all --from migrations", "is not 'comments'"),
    ],
)
@pytest.mark.usefixtures("plain")
def test_wrong_usage_is_told(run: Run, line: str, problem: str) -> None:
    code, out, err = run(line)
    assert (code, out) == (2, "")
    assert problem in err


def test_a_source_ends_phantoms(run: Run, plain: Path) -> None:
    body = "begin\n  -- one\n  return 1;\nend"
    template = "create or replace function {}() returns int language plpgsql as $${}$$;\n"
    files = "".join(template.format(name, body) for name in ("looks", "comments", "meaning"))
    (plain / "schemas" / "02_functions.sql").write_text(files)
    (plain / "migrations" / "20240101000000_all.sql").write_text(
        template.format("looks", body.replace("\n", "\r\n"))
        + template.format("comments", body.replace("  -- one\n", ""))
        + template.format("meaning", body.replace("1", "2"))
    )
    code, _, err = run("fix-functions --from migrations")
    text = (plain / "schemas" / "02_functions.sql").read_bytes().decode()
    assert code == 0
    assert text.count("\r\n") == 3
    assert text.count("-- one") == 3
    assert "return 2" not in text
    assert summary(err) == [
        "schemas/02_functions.sql:1:1: public.looks(): its body differed from the source's in layout: "
        "the source's bytes are taken",
        "schemas/02_functions.sql:5:1: public.comments(): its body differs from the source's in comments: "
        "the file's stays (--take comments takes the source's)",
        "schemas/02_functions.sql:9:1: public.meaning(): its body differs from the source's in meaning: "
        "the file's stays",
        "rewrote schemas/02_functions.sql",
        "3 functions rewritten.",
    ]
    run("fix-functions --from migrations --take comments")
    assert (plain / "schemas" / "02_functions.sql").read_text().count("-- one") == 2
    assert run("fix-functions --from migrations --take comments --check")[0] == 0


def test_the_planted_phantoms_of_the_fixture_end(run: Run, crm: Path) -> None:
    run("fix-functions")
    functions = crm / "supabase" / "schemas" / "02_functions.sql"
    assert b"\r\n" in functions.read_bytes()
    code, _, err = run("fix-functions --from migrations")
    assert code == 0
    assert err.count("in layout: the source's bytes are taken") == 3
    assert run("fix-functions --from migrations --check")[0] == 0
    assert b"\r\n" not in functions.read_bytes()


BROKEN = """create view lost as select * from nowhere;
create view found as select * from lost;
create function astray() returns setof lost language sql as 'select * from lost';
create function wrong() returns int language plpgsql as 'begin retrun 1; end';
"""


def test_a_named_file_is_rewritten_though_others_are_broken(run: Run, functions: Path) -> None:
    broken = functions.parent / "03.sql"
    broken.write_text(BROKEN)
    (functions.parent / "04.sql").write_bytes(b"\xff")
    assert run("fix-functions --check schemas/02_functions.sql")[0] == 1
    code, out, err = run("fix-functions schemas/02_functions.sql")
    assert (code, out) == (0, "")
    assert [line.split(": ")[0] for line in summary(err) if "|" not in line] == [
        "Other files do not load, and the named ones are not checked against them:",
        "schemas/04.sql:1:1",
        "hint",
        "schemas/03.sql:1:35",
        "schemas/03.sql:4:64",
        "rewrote schemas/02_functions.sql",
        "1 function rewritten.",
    ]
    assert functions.read_text() == f"-- One.\n{CANONICAL}"
    assert broken.read_text() == BROKEN
    code, _, err = run("fix-functions schemas/02_functions.sql")
    assert (code, summary(err)[-1]) == (0, "1 function unchanged.")


def test_nothing_is_written_where_what_was_asked_for_needs_what_is_broken(run: Run, functions: Path) -> None:
    (functions.parent / "03.sql").write_text(BROKEN)
    needs = "create function needs() returns setof lost language sql as 'select * from lost';\n"
    for text in (ONE + needs, ONE + "create view own as select * from nowhere;\n", ONE + "select 'no end"):
        functions.write_text(text)
        for line in ("fix-functions", "fix-functions schemas/02_functions.sql", "fix-functions schemas"):
            code, _, err = run(line)
            assert code == 2
            assert "schemas/03.sql:1:35" in err
            assert "schemas/03.sql:4:64: " in err
            assert "Not all of the project" not in err
            assert functions.read_text() == text


def test_what_only_follows_from_a_broken_file_is_no_matter(run: Run, functions: Path) -> None:
    (functions.parent / "03.sql").write_text(BROKEN)
    reads = "create function reads() returns int language sql as 'select count(*)::int from found';\n"
    functions.write_text(f"{ONE}comment on view found is 'x';\n{reads}")
    code, _, err = run("fix-functions schemas/02_functions.sql")
    assert (code, summary(err)[-1]) == (0, "2 functions rewritten.")
    assert "schemas/02_functions.sql:" not in err


def test_a_text_on_stdin_is_rewritten_though_others_are_broken(
    run: Run, functions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (functions.parent / "00.sql").write_bytes(b"\xff")
    (functions.parent / "03.sql").write_text(BROKEN)
    stdin(monkeypatch, ONE.encode())
    code, out, err = run("fix-functions - --stdin-filename schemas/02_functions.sql")
    assert (code, out) == (0, CANONICAL)
    assert "schemas/03.sql:1:35: " in err


def test_a_migration_is_rewritten_where_a_later_one_is_broken_and_not_after_it(run: Run, plain: Path) -> None:
    folder = plain / "migrations"
    folder.mkdir(exist_ok=True)
    files = [folder / f"2030010100000{number}_{number}.sql" for number in (1, 2, 3)]
    two = ONE.replace("one()", "two()")
    for path, text in zip(files, (ONE, "alter table nowhere add column a int;\n", two), strict=True):
        path.write_text(text)
    code, _, err = run(f"fix-functions {files[2]}")
    assert (code, files[2].read_text()) == (2, two)
    assert 'relation "nowhere" does not exist' in err
    code, _, err = run(f"fix-functions {files[0]}")
    assert (code, files[0].read_text()) == (0, CANONICAL)
    assert 'relation "nowhere" does not exist' in err


def test_a_migration_that_was_proved_stays_as_it_is(run: Run, plain: Path) -> None:
    (plain / "schemas" / "02_functions.sql").write_text(ONE)
    assert run("diff -f first")[0] == 0
    (path,) = (plain / "migrations").glob("*_first.sql")
    # Canonical as it is, but for what somebody wrote beside the proof.
    text = path.read_text().replace('CREATE OR REPLACE FUNCTION "public"."one"', "create or replace function one", 1)
    text = text.replace('CREATE FUNCTION "public"."one"', "create function one", 1)
    path.write_text(text)
    code, _, err = run(f"fix-functions {path}")
    assert (code, path.read_text() == text) == (0, True), err
    assert "public.one() is left as it is: the migration was proved as it is" in err
    assert run(f"fix-functions {path} --check")[0] == 0
    path.write_text("".join(line for line in text.splitlines(keepends=True) if "certificate" not in line))
    code, _, err = run(f"fix-functions {path}")
    assert (code, 'CREATE OR REPLACE FUNCTION "public"."one"' in path.read_text()) == (0, True), err


def test_a_warning_of_a_body_is_said_once_and_of_the_text_as_it_was(run: Run, functions: Path) -> None:
    functions.write_text(
        ONE + "create function fills() returns void language sql as 'insert into scratch values (1)';\n"
    )
    code, _, err = run("fix-functions")
    assert code == 0
    assert [line.split(": ")[0] for line in err.splitlines() if "scratch" in line] == ["schemas/02_functions.sql:2:67"]
