"""`pgnorm check`: each rule broken and mended, and the forms of what it says."""

import json
import subprocess
from pathlib import Path
from typing import Protocol

import pytest
from conftest import Refused, Run

OLD = "create table public.notes (id int primary key, body text);\n"
MORE = OLD.replace("body text", "body text, title text")
MOST = OLD.replace("body text", "body text, title text, tag text")


class Git(Protocol):
    """Git as a command in the project's folder."""

    def __call__(self, *words: str) -> None: ...


@pytest.fixture
def git(plain: Path) -> Git:
    def git(*words: str) -> None:
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.example", *words], cwd=plain, check=True)

    git("init", "-q")
    return git


def _certified(run: Run, plain: Path, *schemas: str) -> list[Path]:
    """Migrations that lead from nothing to each of the schemas."""
    for number, schema in enumerate(schemas):
        (plain / "schemas" / "01_tables.sql").write_text(schema)
        code, _, err = run(f"diff -f step_{number}")
        assert code == 0, err
    return sorted((plain / "migrations").iterdir())


def _rules(run: Run, words: str = "") -> dict[str, list[str]]:
    """The places of the findings by their rules."""
    code, out, err = run(f"check --output-format json {words}")
    assert code == (1 if json.loads(out)["findings"] else 0), err
    found: dict[str, list[str]] = {}
    for each in json.loads(out)["findings"]:
        found.setdefault(each["rule"], []).append(f"{each['file']}:{each['line']}:{each['column']}")
    return found


def test_a_project_that_holds_to_everything(run: Run, plain: Path) -> None:
    _certified(run, plain, OLD, MORE, MOST)
    code, out, err = run("check")
    assert (code, out) == (0, ""), err
    assert err.endswith("No findings\n")


def test_the_crm(run: Run, crm: Path) -> None:
    code, out, err = run("check")
    assert code == 1
    assert err.endswith("15 findings\n")
    functions = "supabase/schemas/02_functions.sql"
    assert f"{functions}:11:1: public.is_admin is not as Postgres stores it [functions]\n" in out
    assert f"  to fix: pgnorm fix-functions {functions}\n" in out
    assert "~ function public.get_sale_id_by_email(character varying): privileges [migrations-behind]" in out
    assert run(f"fix-functions {functions}")[0] == 0
    assert [*_rules(run)] == ["migrations-behind", "auth_rls_initplan"]
    assert _rules(run, "--skip migrations-behind --level error") == {}
    assert run("diff -f open_lookup")[0] == 0
    assert _rules(run) == {"auth_rls_initplan": ["supabase/schemas/05_policies.sql:17:1"]}
    assert {*_rules(run, "--level info")} == {"auth_rls_initplan", "unindexed_foreign_keys"}


def test_what_lints_find_is_allowed_beside_it(run: Run, refused: Refused, same: Path) -> None:
    path = same / "schemas" / "01_tables.sql"
    made = "create function public.f() returns int language plpgsql security definer as 'begin return 1; end';\n"
    path.write_text(path.read_text() + made)
    (same / "migrations" / "20250101000000_f.sql").write_text(made)
    assert _rules(run, "--skip functions") == {"function_search_path_mutable": ["schemas/01_tables.sql:2:1"]}
    path.write_text(path.read_text().replace(made, f"-- pgnorm: allow function_search_path_mutable\n{made}"))
    assert _rules(run, "--skip functions") == {}
    path.write_text(path.read_text().replace("path_mutable", "path_mutabel"))
    refused("diff", "01_tables.sql:2:1", "no hazard or lint is called `function_search_path_mutabel`", "Did you mean")
    assert _rules(run, "--skip functions") == {"hint": ["schemas/01_tables.sql:2:1"]}


def test_each_difference_stands_at_the_object(run: Run, same: Path) -> None:
    path = same / "schemas" / "01_tables.sql"
    path.write_text("-- new\n" + path.read_text() + "  create table more (a int);\ncreate index i on notes (body);\n")
    assert _rules(run) == {"migrations-behind": ["schemas/01_tables.sql:3:3", "schemas/01_tables.sql:4:1"]}
    path.write_text("create table other ();\n")
    assert _rules(run) == {"migrations-behind": ["schemas/01_tables.sql:1:1", "migrations:1:1"]}


def test_files_that_do_not_load(run: Run, same: Path) -> None:
    (same / "migrations" / "20250101000000_bad.sql").write_text("select 1;\n  alter table nowhere add a int;\n")
    assert _rules(run) == {"loads": ["migrations/20250101000000_bad.sql:2:3"]}
    (same / "schemas" / "02.sql").write_text("create table t (a nothing);\n")
    assert _rules(run)["loads"][0] == "schemas/02.sql:1:19"


def test_an_edited_migration_is_named(run: Run, plain: Path) -> None:
    first, second = _certified(run, plain, OLD, MORE)
    text = second.read_text()
    second.write_text(text.replace("\n", "\r\n"))
    assert _rules(run) == {}
    second.write_text(text + "-- a comment more\n")
    assert _rules(run) == {}
    second.write_text(text.replace('"title" "text"', '"title" "text" DEFAULT 1'))
    found = _rules(run)
    assert found["migration-edited"] == [f"migrations/{second.name}:1:1"]
    assert found["certificates-chain"] == [f"migrations/{second.name}:1:1"]
    assert found["migrations-behind"] == ["schemas/01_tables.sql:1:1"]
    second.write_text(text.replace('-certificate: {"version":1', '-certificate: {"version":'))
    assert _rules(run)["migration-edited"] == [f"migrations/{second.name}:3:1"]
    assert first.exists()


def test_nobody_is_told_to_take_away_what_a_database_has_applied(run: Run, plain: Path) -> None:
    _, second = _certified(run, plain, OLD, MORE)
    second.write_text(second.read_text().replace('"title" "text"', '"title" "text" DEFAULT 1'))
    cures = [each["cure"] for each in json.loads(run("check --output-format json")[1])["findings"]]
    advice = [cure for cure in cures if "anew" in cure]
    assert len(advice) == 1
    assert "put it back as it was (git checkout)" in advice[0]
    assert "Only one that no database has applied can be taken away and written anew" in advice[0]


def test_what_was_edited_for_rows_that_refuse_it_may_stay(run: Run, plain: Path) -> None:
    _, second = _certified(run, plain, OLD, MORE)
    lines = second.read_text().splitlines(keepends=True)
    at = next(at for at, line in enumerate(lines) if line.startswith("ALTER"))
    second.write_text("".join([*lines[:at], "update public.notes set id = id;\n", *lines[at:]]))
    [found] = json.loads(run("check --output-format json")[1])["findings"]
    assert found["rule"] == "migration-edited"
    assert found["cure"].startswith("Where no database has applied it, what was edited may stay")
    second.write_text(
        "".join(line for line in second.read_text().splitlines(keepends=True) if "certificate" not in line)
    )
    assert run("check")[0] == 0


def test_two_branches_with_migrations_of_their_own(run: Run, plain: Path) -> None:
    first, mine = _certified(run, plain, OLD, MORE)
    aside = mine.rename(plain / mine.name)
    (plain / "schemas" / "01_tables.sql").write_text(OLD.replace("body text", "body text, tag text"))
    assert run("diff -f theirs")[0] == 0
    [theirs] = {*(plain / "migrations").iterdir()} - {first}
    last = theirs.with_name("29990101000000_mine.sql")
    aside.rename(last)
    (plain / "schemas" / "01_tables.sql").write_text(OLD.replace("body text", "body text, tag text, title text"))
    assert _rules(run) == {"certificates-chain": [f"migrations/{last.name}:1:1"]}


def test_what_the_platform_makes_by_itself_is_in_no_certificate(run: Run, crm: Path) -> None:
    (crm / "supabase" / "migrations" / "20251009000000_net.sql").write_text("create extension if not exists pg_net;\n")
    assert run("diff -f open_lookup")[0] == 0
    assert _rules(run, "--level error --skip functions") == {}
    assert run("migration squash --force")[0] == 0
    assert _rules(run, "--level error --skip functions") == {}


def test_versions(run: Run, plain: Path) -> None:
    (plain / "migrations" / "1_a.sql").write_text(OLD)
    (plain / "migrations" / "1_b.sql").write_text("alter table public.notes add title text;\n")
    (plain / "schemas" / "01_tables.sql").write_text(MORE)
    assert _rules(run) == {"migrations-order": ["migrations/1_b.sql:1:1"]}


def test_since_a_revision(run: Run, refused: Refused, plain: Path, git: Git) -> None:
    folder = plain / "migrations"
    (folder / "2_a.sql").write_text(OLD)
    (folder / "3_b.sql").write_text("alter table public.notes add title text;\n")
    (plain / "schemas" / "01_tables.sql").write_text(MORE)
    git("add", ".")
    git("commit", "-qm", "first")
    assert _rules(run, "--since HEAD") == {}
    (folder / "4_late.sql").write_text("select 1;\n")
    (folder / "2_a.sql").write_text(OLD.replace("\n", "\r\n"))
    assert _rules(run, "--since HEAD") == {}
    (folder / "2_a.sql").write_text(OLD + "-- edited\n")
    (folder / "1_early.sql").write_text("select 1;\n")
    (folder / "3_b.sql").rename(folder / "5_b.sql")
    places = [f"migrations/{name}:1:1" for name in ("3_b.sql", "2_a.sql", "1_early.sql")]
    assert _rules(run, "--since HEAD") == {"migrations-order": places}
    assert _rules(run) == {}
    refused("check --since nowhere", "git has no revision `nowhere`", "Name a branch")
    refused("check --since --output=x", "git has no revision `--output=x`")


def test_since_a_branch_that_has_gone_on(run: Run, plain: Path, git: Git) -> None:
    folder = plain / "migrations"
    (folder / "1_a.sql").write_text(OLD)
    (plain / "schemas" / "01_tables.sql").write_text(OLD)
    git("add", ".")
    git("commit", "-qm", "first")
    git("checkout", "-qb", "theirs")
    (folder / "1_a.sql").write_text(OLD + "-- theirs\n")
    (folder / "3_b.sql").write_text("select 1;\n")
    git("add", ".")
    git("commit", "-qm", "second")
    git("checkout", "-q", "-")
    assert _rules(run, "--since theirs") == {}
    (folder / "2_mine.sql").write_text("select 1;\n")
    assert _rules(run, "--since theirs") == {"migrations-order": ["migrations/3_b.sql:1:1"]}
    (folder / "1_a.sql").unlink()
    assert "migrations/1_a.sql:1:1" in _rules(run, "--since theirs")["migrations-order"]


def test_since_a_revision_in_a_hook(run: Run, plain: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    (plain / "migrations" / "1_a.sql").write_text(OLD)
    (plain / "schemas" / "01_tables.sql").write_text(OLD)
    git("add", ".")
    git("commit", "-qm", "first")
    monkeypatch.setenv("GIT_DIR", str(plain / ".git"))
    assert _rules(run, "--since HEAD") == {}
    (plain / "migrations" / "1_a.sql").write_text(OLD + "-- edited\n")
    assert _rules(run, "--since HEAD") == {"migrations-order": ["migrations/1_a.sql:1:1"]}


def test_since_a_revision_for_migrations_in_folders(run: Run, plain: Path, git: Git) -> None:
    for name in ("20250101000000_a", "20250102000000_b"):
        (plain / "migrations" / name).mkdir()
        (plain / "migrations" / name / "migration.sql").write_text("select 1;\n")
    git("add", ".")
    git("commit", "-qm", "first")
    (plain / "schemas" / "01_tables.sql").write_text("select 1;\n")
    assert _rules(run, "--since HEAD") == {}
    first = plain / "migrations" / "20250101000000_a" / "migration.sql"
    first.write_text("select 2;\n")
    first.parent.parent.joinpath("20250101120000_c").mkdir()
    first.parent.parent.joinpath("20250101120000_c", "migration.sql").write_text("select 1;\n")
    places = [f"migrations/{name}/migration.sql:1:1" for name in ("20250101000000_a", "20250101120000_c")]
    assert _rules(run, "--since HEAD") == {"migrations-order": places}


def test_since_a_revision_before_a_squash_and_a_new_name(run: Run, plain: Path, git: Git) -> None:
    _certified(run, plain, OLD, MORE, MOST)
    git("add", ".")
    git("commit", "-qm", "first")
    first, second, _ = sorted((plain / "migrations").iterdir())
    second.rename(second.with_name(second.name.replace("step_1", "title")))
    assert _rules(run, "--since HEAD") == {}
    assert run(f"migration squash --force --to {second.name[:14]}")[0] == 0
    assert not first.exists()
    assert _rules(run, "--since HEAD") == {}


def test_a_hint_that_has_done_its_work(run: Run, plain: Path) -> None:
    (plain / "migrations" / "1_a.sql").write_text(OLD)
    (plain / "schemas" / "01_tables.sql").write_text(
        OLD.replace("body text", "\n  body text -- pgnorm: renamed from content\n")
    )
    assert _rules(run) == {"hint-done": ["schemas/01_tables.sql:2:13"]}


def test_access_as_committed(run: Run, crm: Path) -> None:
    (crm / "pgnorm.toml").write_text('access = "access.md"\n')
    skipped = "--level error --skip functions --skip migrations-behind"
    assert run("access -o access.md")[0] == 0
    assert _rules(run, skipped) == {}
    (crm / "access.md").write_bytes((crm / "access.md").read_bytes().replace(b"\n", b"\r\n"))
    assert _rules(run, skipped) == {}
    assert run("access --check access.md")[0] == 0
    with (crm / "supabase" / "schemas" / "02_functions.sql").open("a") as file:
        file.write("revoke execute on function public.is_admin() from anon, public;\n")
    assert [*_rules(run, skipped)] == ["access"]
    assert _rules(run, f"{skipped},access") == {}


def test_forms(run: Run, plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (plain / "migrations" / "1_a.sql").write_text(OLD)
    (plain / "schemas" / "01_tables.sql").write_text(f'{OLD}create table "a,b%:" ();\n')
    code, out, _ = run("check --output-format gitlab")
    [report] = json.loads(out)
    assert code == 1
    assert report["location"] == {"path": "schemas/01_tables.sql", "lines": {"begin": 2}}
    assert len(report["fingerprint"]) == 64
    _, out, _ = run("check --output-format sarif -o found.sarif")
    assert out == ""
    [ran] = json.loads((plain / "found.sarif").read_text())["runs"]
    said = {"text": "The migrations lead to the schema files"}
    assert ran["tool"]["driver"]["rules"] == [{"id": "migrations-behind", "shortDescription": said}]
    [result] = ran["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 2, "startColumn": 1}
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    _, out, _ = run("check")
    assert out.startswith(
        "::error file=schemas/01_tables.sql,line=2,col=1,title=pgnorm migrations-behind::"
        "the migrations don't lead to the schema files: + table public.a,b%25:%0ATo fix: `pgnorm diff` shows all"
    )


def test_forms_name_files_as_the_service_does(run: Run, plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (plain / "migrations" / "1_a.sql").write_text(OLD)
    (plain / "schemas" / "01_tables.sql").unlink()
    (plain / "schemas" / "a b.sql").write_text(f"{OLD}create table more ();\n")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(plain.parent))
    label = f"{plain.name}/schemas/a b.sql"
    assert f"file={label}," in run("check --output-format github")[1]
    assert json.loads(run("check --output-format gitlab")[1])[0]["location"]["path"] == label
    [ran] = json.loads(run("check --output-format sarif")[1])["runs"]
    where = ran["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert where == {"uri": label.replace(" ", "%20")}


def test_roles_of_the_settings_count_at_once(run: Run, crm: Path) -> None:
    with (crm / "supabase" / "schemas" / "02_functions.sql").open("a") as file:
        file.write("create table public.shown (id int primary key);\n")
    words = "--level error --skip functions --skip migrations-behind"
    assert [*_rules(run, words)] == ["rls_disabled_in_public"]
    (crm / "pgnorm.toml").write_text('roles = ["service_role"]\n')
    assert _rules(run, words) == {}


def test_outside_of_a_project(refused: Refused, folder: Path) -> None:
    refused("check", "there is none from here upwards", "--project")
    refused("check --skip nothing", "there is no `nothing`")


def test_a_message_goes_on_below_its_first_line(run: Run, plain: Path) -> None:
    (plain / "schemas" / "02_view.sql").write_text("create view v as\n  select missing from notes;\n")
    code, out, _ = run("check")
    assert (code, out) == (
        1,
        """schemas/02_view.sql:2:10: column "missing" does not exist [loads]
     1 | create view v as
     2 |   select missing from notes;
       |          ^
""",
    )
