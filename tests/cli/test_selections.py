"""Selections of `pgnorm diff`: by kind, and without owners, privileges, comments and security labels."""

import json
from pathlib import Path

import psycopg
import pytest
from addresses import address
from conftest import Refused, Run, Value

STATE = """
create role keeper;
create table public.notes (a int);
insert into public.notes values (1);
comment on table public.notes is 'as it was';
grant select on public.notes to public;
alter table public.notes owner to keeper;
create view public.seen as select a from public.notes;
comment on view public.seen is 'a view';
grant select on public.seen to keeper;
"""
FILES = """
create table public.notes (a bigint, b int);
create view public.seen as select a from public.notes;
comment on view public.seen is 'another view';
create table public.tags (name text);
comment on table public.tags is 'new';
comment on column public.tags.name is 'new as well';
create function public.f() returns int language sql as 'select 1';
revoke execute on function public.f() from public;
create policy p on public.notes using (true);
alter default privileges in schema public grant select on tables to public;
"""


@pytest.fixture
def project(plain: Path, database: psycopg.Connection) -> str:
    """A project with other files than its database, whose address it is."""
    for path in (plain / "schemas").glob("*.sql"):
        path.unlink()
    (plain / "schemas" / "01_notes.sql").write_text(FILES)
    database.execute(STATE)
    return f"--db-url '{address(database)}'"


def test_satellites_stay_as_they_are(run: Run, project: str, database: psycopg.Connection, value: Value) -> None:
    without = f"{project} --no-owner --no-privileges --no-comments"
    code, out, err = run(f"diff {without}")
    assert code == 0
    assert "'another view'" not in out
    assert "OWNER" not in out
    assert "DEFAULT PRIVILEGES" not in out
    # The view is made anew, and has what it had before.
    assert "GRANT SELECT" in out
    assert "~ table" not in err
    database.execute(out.encode())
    assert value(database, "select relowner::regrole::text from pg_class where relname = 'notes'") == "keeper"
    assert value(database, "select obj_description('notes'::regclass)") == "as it was"
    assert value(database, "select obj_description('seen'::regclass)") == "a view"
    assert value(database, "select has_table_privilege('keeper', 'seen', 'select')") is True
    assert value(database, "select count(*) from notes") == 1
    assert value(database, "select has_function_privilege('keeper', 'f()', 'execute')") is True
    assert run(f"diff --check {without}")[0] == 0
    assert run(f"diff --check {project}")[0] == 1


@pytest.mark.parametrize(
    ("option", "missing", "there"),
    [
        ("--no-owner", "OWNER", "COMMENT"),
        ("--no-privileges", "REVOKE", "OWNER"),
        ("--no-comments", "another view", "REVOKE"),
    ],
)
def test_each_alone(run: Run, project: str, option: str, missing: str, there: str) -> None:
    code, out, _ = run(f"diff {project} {option}")
    assert code == 0
    assert missing not in out
    assert there in out
    document = json.loads(run(f"diff --json {project} {option}")[1])
    changed = {word for each in document["differences"] for place in each["differing"] for word in place["in"]}
    assert option.removeprefix("--no-").removesuffix("s") not in changed


def test_pg_dump_judges_by_the_same(run: Run, plain: Path) -> None:
    (plain / "old.sql").write_text(STATE)
    (plain / "new.sql").write_text(FILES)
    without = "--no-owner --no-privileges --no-comments --no-security-labels"
    code, out, err = run(f"diff --proof pg_dump --from old.sql --to new.sql {without}")
    assert code == 0, err
    assert 'CREATE TABLE "public"."tags"' in out


def test_kinds(run: Run, refused: Refused, project: str) -> None:
    code, out, err = run(f"diff {project} --kind policy --kind function")
    assert code == 0
    assert out.count("CREATE") == 2
    assert "REVOKE ALL ON FUNCTION" in out
    assert "TABLE" not in out.replace('ON "public"."notes"', "")
    assert "2 tables" in err
    assert "--kind" in err
    code, out, _ = run(f"diff {project} --kind table,view --no-owner")
    assert code == 0
    assert 'CREATE TABLE "public"."tags"' in out
    assert 'CREATE POLICY "p"' in out
    assert "FUNCTION" not in out
    refused(f"diff {project} --kind tabel", "Did you mean `table`?")
    refused(f"diff {project} --kind view,banana", "there is no `banana`")


def test_what_only_the_left_out_side_has_is_named(run: Run, plain: Path, project: str) -> None:
    with (plain / "schemas" / "01_notes.sql").open("a") as file:
        file.write("create view public.named as select name from public.tags;\n")
    code, out, err = run(f"diff {project} --kind view")
    assert (code, out) == (2, "")
    assert "view public.named needs" in err
    assert "public.tags" in err
    assert run(f"diff {project} --kind view --no-proof")[0] == 2


def test_patterns_that_name_nothing(run: Run, project: str) -> None:
    _, _, err = run(f"diff {project} --ignore nobody* --ignore notes --ignore seen --ignore '!tag*'")
    assert "no object matches the pattern nobody*\n" in err
    assert err.count("no object matches") == 1
    _, _, err = run(f"diff {project} --only tags --only taks")
    assert "no object matches the pattern taks\n" in err


def test_a_selection_is_partial(run: Run, plain: Path) -> None:
    (plain / "schemas" / "02_more.sql").write_text("create table public.more (a int);\ncomment on table more is 'x';\n")
    assert run("diff -f more --no-comments")[0] == 0
    [path] = (plain / "migrations").glob("*_more.sql")
    assert '"partial":true' in path.read_text()
    assert "COMMENT" not in path.read_text()
