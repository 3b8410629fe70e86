"""Where changes of a database are written: in which file and line, and in what order."""

import subprocess
from pathlib import Path

import psycopg
import pytest
from addresses import address
from conftest import Run
from syncing import synced

from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.sql.statements import split


def test_files_that_git_could_not_give_back(run: Run, same: Path, database: psycopg.Connection) -> None:
    schemas = same / "schemas"

    def git(*words: str) -> None:
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", *words]
        subprocess.run(command, cwd=schemas, check=True)

    def refused(*said: str) -> None:
        before = texts()
        code, _, err = run(f"sync --db-url '{address(database)}'")
        assert (code, [words for words in said if words not in err]) == (2, []), err
        assert texts() == before

    def texts() -> dict[str, str]:
        return {path.name: path.read_text() for path in sorted(schemas.glob("*.sql"))}

    (schemas / "02_more.sql").write_text("create table public.others (id int);\n")
    (same / "migrations" / "20240101000001_others.sql").write_text((schemas / "02_more.sql").read_text())
    for migration in sorted((same / "migrations").iterdir()):
        database.execute(migration.read_bytes())
    database.execute("comment on table public.notes is 'Words'")
    file = schemas / "01_tables.sql"
    changed, unknown = "has changes that git has not committed", "git does not have the file"
    git("init", "-q")
    refused("01_tables.sql: ", unknown)
    git("add", ".")
    refused("01_tables.sql: ", unknown)
    git("rm", "-q", "--cached", file.name)
    git("commit", "-q", "-m", "all the others")
    git("config", "status.showUntrackedFiles", "no")
    refused("01_tables.sql: ", unknown, "hint: Commit it first, or write into it with --force.")
    (schemas / ".gitignore").write_text("01_tables.sql\n")
    refused("01_tables.sql: ", unknown)
    git("add", "-f", ".")
    git("commit", "-q", "-m", "this one too")
    git("update-index", "--assume-unchanged", file.name)
    file.write_text(file.read_text() + "-- more\n")
    refused("01_tables.sql: ", changed)
    git("update-index", "--no-assume-unchanged", file.name)
    git("mv", file.name, ":(top)tables.sql")
    refused(":(top)tables.sql: ", unknown)
    git("commit", "-q", "-m", "renamed")
    refused(":(top)tables.sql: ", changed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(same / "nowhere"))
        refused(":(top)tables.sql: ", "there is no git on the PATH")
    git("add", "-u")
    git("commit", "-q", "-m", "what was changed")
    code, _, said = run(f"sync --db-url '{address(database)}'")
    assert code == 0, said
    code, _, said = run(f"sync --db-url '{address(database)}' --check")
    assert code == 0, said
    database.execute("comment on column public.notes.body is 'More words'")
    refused(":(top)tables.sql: ", changed)
    code, _, said = run(f"sync --db-url '{address(database)}' --force")
    assert code == 0, said
    assert "is 'More words'" in file.with_name(":(top)tables.sql").read_text()


def test_new_files_by_the_kinds_of_objects(run: Run, same: Path, database: psycopg.Connection) -> None:
    database.execute((same / "migrations" / "20240101000000_notes.sql").read_bytes())
    database.execute(
        "create function public.f() returns int language sql as 'select 1';"
        "create view public.v as select id from public.notes; create view public.w as select body from public.notes;"
        "create table public.more (a int); grant select on public.notes to public"
    )
    code, out, said = run(f"sync --db-url '{address(database)}' --diff")
    assert (code, "+++ b/schemas/02_functions.sql\n@@ -0,0 +1," in out) == (0, True), said
    assert [path.name for path in (same / "schemas").iterdir()] == ["01_tables.sql"]
    code, _, said = run(f"sync --db-url '{address(database)}'")
    assert code == 0, said
    names = ["01_tables.sql", "02_functions.sql", "03_views.sql", "06_grants.sql"]
    assert sorted(path.name for path in (same / "schemas").iterdir()) == names
    views = (same / "schemas" / "03_views.sql").read_text()
    assert views.startswith("create view public.v as")
    assert views.count("\n\ncreate view") == 1
    assert views.endswith(";\n")
    assert run(f"diff --db-url '{address(database)}' --to files --check")[0] == 0
    assert "say all of it already" in run(f"sync --db-url '{address(database)}'")[2]


def test_line_ends_stay(run: Run, crm: Path, studio: psycopg.Connection) -> None:
    files = [*(crm / "supabase" / "schemas").glob("*.sql")]
    for file in files:
        file.write_bytes(file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    studio.execute(
        "alter table public.tags add column a int; create table public.t (a int, b text);"
        "alter type public.deal_stage add value 'paused' after 'on_hold'; create view public.v as select 1 as a;"
    )
    code, _, said = run(f"sync --db-url '{address(studio)}'")
    assert code == 0, said
    assert all(file.read_bytes().count(b"\n") == file.read_bytes().count(b"\r\n") for file in files)


@pytest.mark.parametrize(
    ("tail", "change", "count"),
    [
        ("", "create view public.v as select 1 as a; create table public.u (a int);", 3),
        (" -- the end", "alter table public.t add column c int; create table public.u (a int);", 2),
        ("\n/* ; */\n", "drop table public.t; create table public.u (a int);", 2),
    ],
)
def test_a_last_statement_without_its_semicolon(
    run: Run, plain: Path, database: psycopg.Connection, tail: str, change: str, count: int
) -> None:
    (plain / "schemas" / "01_tables.sql").write_text(f"create table public.t (a int, b int){tail}")
    (plain / "migrations" / "1_t.sql").write_text("create table public.t (a int, b int)")
    database.execute(f"create table public.t (a int, b int); {change}".encode())
    code, _, said = run(f"sync --base migrations --db-url '{address(database)}'")
    assert code == 0, said
    assert sum(file.read_text().count(";") for file in (plain / "schemas").iterdir()) == count
    assert run(f"diff --db-url '{address(database)}' --to files --check")[0] == 0


def test_what_tables_below_have_of_one_follows_it(run: Run, plain: Path, database: psycopg.Connection) -> None:
    text = (
        "create table public.t (\n    a int,\n    b int\n) partition by range (a);\n"
        "create table public.t1 partition of public.t for values from (0) to (9);\n"
        "create table public.t2 partition of public.t for values from (9) to (20) partition by range (a);\n"
        "create table public.t3 partition of public.t2 for values from (9) to (20);\n"
        "create table public.s (\n    c int\n);\ncreate table public.s1 (\n    d int\n) inherits (public.s);\n"
    )
    (plain / "schemas" / "01_tables.sql").write_text(text)
    (plain / "migrations" / "1_t.sql").write_text(text)
    database.execute(text.encode())
    database.execute(
        "alter table public.t drop column b, add column e text not null default 'x', add check (a > 1);"
        "alter table public.s add column f int, alter c type bigint, add check (f > 0)"
    )
    code, _, said = run(f"sync --db-url '{address(database)}'")
    assert code == 0, said
    after = (plain / "schemas" / "01_tables.sql").read_text()
    assert [line for line in text.splitlines() if line not in after.splitlines()] == ["    b int", "    c int"]
    assert run(f"diff --db-url '{address(database)}' --to files --check")[0] == 0


def test_commas_in_brackets_part_no_columns(run: Run, plain: Path, database: psycopg.Connection) -> None:
    text = "create table public.t (a int[] default array[1,2], b int[2], c text[] default array['x','y']);\n"
    (plain / "schemas" / "01_tables.sql").write_text(text)
    (plain / "migrations" / "1_t.sql").write_text(text)
    database.execute(text.encode())
    database.execute("alter table public.t drop column b, add column d int, alter a set default array[1,2,3]")
    code, _, said = run(f"sync --db-url '{address(database)}'")
    assert code == 0, said
    said = "a int[] default array[1, 2, 3], c text[] default array['x','y'], d integer"
    assert (plain / "schemas" / "01_tables.sql").read_text() == f"create table public.t ({said});\n"


def test_files_as_a_dump_writes_them(run: Run, crm: Path, studio: psycopg.Connection) -> None:
    schemas = crm / "supabase" / "schemas"
    for file in schemas.glob("*.sql"):
        file.unlink()
    assert run(f"dump --db-url '{address(studio)}' --split {schemas}")[0] == 0
    lines = synced(
        run,
        crm,
        studio,
        "alter table public.tasks add column p bigint references public.tasks; drop view public.deal_board;"
        "alter table public.tags drop constraint tags_name_key; alter table public.companies drop column phone;",
    )
    assert '01_tables.sql: +     "p" bigint' in lines
    assert '01_tables.sql: -     "phone" "text",' in lines
    assert '01_tables.sql: -     ADD CONSTRAINT "tags_name_key" UNIQUE ("name");' in lines
    assert [line for line in lines if line.endswith('"public"."deal_board" OWNER TO "postgres";')]


def test_files_load_in_their_order_as_before(
    run: Run, plain: Path, database: psycopg.Connection, shadow: Shadow
) -> None:
    schemas = plain / "schemas"
    (schemas / "01_tables.sql").write_text(
        "-- Kept above it\ncreate table a (id int primary key);\n\ncreate table b (id int primary key);\n\n"
        "comment on table b is 'b';\n\ncreate table c (id int);\n\n"
        "create table d (id int primary key);\n"
    )
    (plain / "migrations" / "1_all.sql").write_text((schemas / "01_tables.sql").read_text())
    database.execute((schemas / "01_tables.sql").read_bytes())
    database.execute("""
        create table w (id serial primary key, n text);
        create table v (id bigint generated by default as identity primary key, w_id int references w);
        alter table a add column k serial;
        create sequence counted increment 2;
        create type mood as enum ('glad');
        alter table a add number int default nextval('counted'), add mood mood, add v_id bigint references v;
        alter table b add foreign key (id) references d;
        create table apart (id bigint primary key);
        create sequence apart_seq owned by apart.id;
        alter table apart alter id set default nextval('apart_seq');
        comment on table w is 'w';
        create view seen as select * from v;
        create function rows_of_v() returns setof v language sql as 'select * from v';
    """)
    code, _, said = run(f"sync --force --db-url '{address(database)}'")
    assert code == 0, said
    text = (schemas / "01_tables.sql").read_text()
    assert "k serial" in text
    assert "-- Kept above it\ncreate table a (" in text
    assert "a_k_seq" not in text
    with shadow.session(scratch=True) as session:
        for file in sorted(schemas.glob("*.sql")):
            for statement in split(file.read_text()):
                session.connection.execute(statement.text.encode())
        at = f"'{address(session.connection)}'"
        code, plan, said = run(f"diff --from {at} --to '{address(database)}' --check")
        assert (code, plan) == (0, ""), said


def test_a_value_stands_in_the_list_as_the_others_do(run: Run, plain: Path, database: psycopg.Connection) -> None:
    file = plain / "schemas" / "01_types.sql"
    file.write_text(
        "create type one as enum ('a', 'c');\n\ncreate type none as enum ();\n\ncreate type many as enum (\n  'a'\n);\n"
    )
    (plain / "migrations" / "1_all.sql").write_text(file.read_text())
    database.execute(file.read_bytes())
    for name, value in (("one", "'b' after 'a'"), ("none", "'b'"), ("many", "'b'")):
        database.execute(f"alter type {name} add value {value}".encode())
    code, _, said = run(f"sync --force --db-url '{address(database)}'")
    assert code == 0, said
    assert file.read_text() == (
        "create type one as enum ('a', 'b', 'c');\n\ncreate type none as enum ('b');\n\n"
        "create type many as enum (\n  'a',\n  'b'\n);\n"
    )
