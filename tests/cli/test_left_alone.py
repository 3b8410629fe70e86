"""What `pgnorm diff` leaves alone: never dropped, never altered, counted."""

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from addresses import address

Run = Callable[[str], tuple[int, str, str]]

STATE = """
create table public.events (at date, x int) partition by range (at);
create table public.events_p2020 partition of public.events for values from ('2020-01-01') to ('2021-01-01');
create table public.by_hand (a int);
create table public.notes (a int);
insert into public.by_hand values (1);
"""
FILES = """
create table public.events (at date, x int) partition by range (at);
create table public.notes (a int, b int);
create view public.seen as select b from public.notes;
"""


@pytest.fixture
def project(plain: Path, database: psycopg.Connection) -> str:
    """A project with other files than its database, whose address it is."""
    (plain / "schemas" / "01_notes.sql").write_text(FILES)
    for path in (plain / "schemas").glob("*.sql"):
        if path.name != "01_notes.sql":
            path.unlink()
    database.execute(STATE)
    return address(database)


def test_partitions_and_tables_made_by_hand_are_not_dropped(run: Run, plain: Path, project: str) -> None:
    code, out, _ = run(f"diff --db-url '{project}'")
    assert code == 0
    assert 'DROP TABLE "public"."by_hand"' in out
    assert 'DROP TABLE "public"."events_p2020"' in out
    (plain / "pgnorm.toml").write_text('[ignore]\npartition-of = ["events"]\ntable = ["by_*"]\n')
    code, out, err = run(f"diff --db-url '{project}'")
    assert code == 0
    assert "DROP" not in out
    assert 'ADD COLUMN "b" integer' in out
    assert "Left alone, as --ignore, --only, --kind or the settings say: 2 tables\n" in err
    document = json.loads(run(f"diff --json --db-url '{project}'")[1])
    assert document["ignored"] == {"table": 2}


def test_options(run: Run, project: str) -> None:
    _, out, _ = run(f"diff --db-url '{project}' --ignore events_p* --ignore public.by_hand")
    assert "DROP" not in out
    _, out, err = run(f"diff --db-url '{project}' --only notes")
    assert 'ADD COLUMN "b" integer' in out
    assert "VIEW" not in out
    assert "DROP" not in out
    assert "3 tables, 1 view" in err
    assert run(f"diff --check --db-url '{project}' --only nothing*")[0] == 0


def test_a_plan_that_needs_what_is_left_alone_is_refused(run: Run, project: str, database: psycopg.Connection) -> None:
    database.execute("create view public.mine as select a from public.notes")
    code, out, err = run(f"diff --db-url '{project}' --only seen")
    assert (code, out) == (2, "")
    assert "left alone" in err
    database.execute("alter table public.notes rename a to z")
    code, out, err = run(f"diff --db-url '{project}' --only notes --ignore events*")
    assert (code, out) == (2, "")
    assert "view public.mine" in err


def test_what_a_hint_says(run: Run, plain: Path, project: str) -> None:
    file = plain / "schemas" / "01_notes.sql"
    declared = """
-- pgnorm: ignore
create table public.by_hand (id serial primary key, b int);
create index by_b on public.by_hand (b);
-- pgnorm: ignore
create function public.helper(int) returns int return $1;
create function public.helper(text) returns int return 1;
-- pgnorm: ignore
create extension hstore;
"""
    file.write_text(FILES + declared)
    code, out, err = run(f"diff --db-url '{project}' --ignore events_p*")
    assert (code, "by_" in out or "helper" in out or "hstore" in out) == (0, False), err
    assert 'ADD COLUMN "b" integer' in out
    assert "Left alone, as --ignore, --only, --kind or the settings say: 1 table\n" in err
    # Of a name that several routines have all are meant.
    assert "Left alone, as hints in the files say: 1 table, 1 extension, 2 functions\n" in err
    # What hints say holds in the other direction too.
    _, out, _ = run(f"diff --from files --to '{project}' --json --ignore events_p*")
    document = json.loads(out)
    assert document["ignored"] == {"table": 2, "extension": 1, "function": 2}
    assert document["ignored_because"]["asked"] == {"table": 1}
    assert not any("by_hand" in sql for change in document["changes"] for sql in change["sql"])


def test_a_hint_at_a_part(run: Run, plain: Path, project: str) -> None:
    file = plain / "schemas" / "01_notes.sql"
    file.write_text(FILES + "alter table public.notes add column c int; -- pgnorm: ignore\n")
    _, out, err = run(f"diff --db-url '{project}'")
    assert '"c"' not in out
    assert "as hints in the files say: 1 column\n" in err


def test_a_hint_that_is_about_nothing(run: Run, plain: Path, project: str) -> None:
    file = plain / "schemas" / "01_notes.sql"
    for text, said in (
        ("-- pgnorm: ignore\ncreate role pgnorm_nobody;", "role public.pgnorm_nobody, and no object"),
        ("-- pgnorm: ignore\ncreate table gone (a int); drop table gone;", "table public.gone, and no object"),
        ("create type mood as enum ('a' -- pgnorm: ignore\n);", "value public.mood.a, and no object"),
        ("-- pgnorm: ignore\ninsert into public.notes values (1);", "nothing that has a name"),
    ):
        file.write_text(f"{text}\n{FILES}")
        code, out, err = run(f"diff --db-url '{project}'")
        assert (code, out) == (2, "")
        assert said in err
        assert "schemas/01_notes.sql:1:" in err


def test_what_is_renamed_and_left_alone(run: Run, plain: Path, project: str) -> None:
    file = plain / "schemas" / "01_notes.sql"
    more = "-- pgnorm: ignore\ncreate table public.by_hand (b int);\n-- pgnorm: renamed from notes\n"
    file.write_text(
        FILES.replace("create table public.notes", more + "create table public.memos").replace(".notes", ".memos")
    )
    code, out, err = run(f"diff --db-url '{project}' --ignore events_p*")
    assert (code, "by_hand" in out) == (0, False), err
    assert 'ALTER TABLE "public"."notes" RENAME TO "memos"' in out


def test_what_files_say_where_the_platform_rules(run: Run, folder: Path, supabase_database: psycopg.Connection) -> None:
    supabase = folder / "supabase"
    (supabase / "migrations").mkdir(parents=True)
    major = supabase_database.info.server_version // 10000
    (supabase / "config.toml").write_text(
        f'[db]\nmajor_version = {major}\n[db.migrations]\nschema_paths = ["./*.sql"]\n'
    )
    own = "create policy mine on storage.objects using (true); create table public.notes (id int);\n"
    said = (
        "create table storage.extra (id int primary key, n int);\nalter table auth.users add column nick text;\n"
        "create index on auth.users (created_at);\n"
    )
    (supabase / "all.sql").write_text(said + own)
    told = "Left alone, since the platform manages their schemas, so write them into a migration by hand: "
    assert f"{told}1 table, 1 column, 1 index\n" in run("diff")[2]
    assert json.loads(run("diff --json")[1])["ignored_because"] == {"platform": {"table": 1, "column": 1, "index": 1}}
    at = f"--from '{address(supabase_database)}' --to files"
    assert told in run(f"diff {at}")[2]
    (supabase / "migrations" / "20240101000000_a.sql").write_text(said)
    assert told not in run("diff")[2]
    assert told not in run(f"diff {at.replace('files', 'migrations')}")[2]
    supabase_database.execute(said.encode())
    assert told not in run(f"diff {at}")[2]
