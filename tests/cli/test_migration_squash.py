"""`pgnorm migration squash`: one migration that makes the same catalog and the same rows as several."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from addresses import address
from conftest import Refused, Run

from pgnorm.normalizer.postgres.shadow import Shadow

Held = dict[str, list[str]]

TABLES = """
    select quote_ident(schemaname) || '.' || quote_ident(tablename) from pg_tables
     where schemaname !~ '^(pg_|information_schema|pgnorm)' union all
    select quote_ident(schemaname) || '.' || quote_ident(matviewname) from pg_matviews order by 1
"""
SEQUENCES = "select format('%I.%I', schemaname, sequencename) from pg_sequences order by 1"


def held(database: psycopg.Connection, but: str = "created_at,updated_at") -> Held:
    """All rows of a database as JSON, without some columns, and the states of its sequences."""
    query = "select (to_jsonb(x) - '{%s}'::text[])::text from only %s x order by 1"
    found = {
        name: [row for (row,) in database.execute((query % (but, name)).encode()).fetchall()]
        for (name,) in database.execute(TABLES).fetchall()
    }
    for (name,) in database.execute(SEQUENCES).fetchall():
        found[name] = [str(database.execute(f"select last_value, is_called from {name}".encode()).fetchone())]
    return {name: rows for name, rows in found.items() if rows}


def carry_out(database: psycopg.Connection, files: Iterator[Path] | list[Path]) -> None:
    for path in sorted(files):
        database.execute(path.read_bytes())


@pytest.fixture
def other(shadow: Shadow) -> Iterator[psycopg.Connection]:
    """A second scratch database."""
    with shadow.session(scratch=True) as session:
        yield session.connection


@pytest.fixture
def other_on_supabase(supabase_shadow: Shadow) -> Iterator[psycopg.Connection]:
    """A second scratch database with Supabase's baseline."""
    with supabase_shadow.session(scratch=True) as session:
        yield session.connection


@pytest.fixture
def folder_of(plain: Path) -> Callable[[dict[str, str]], Path]:
    """Writes the migrations of a plain project; gives their folder."""

    def write(texts: dict[str, str]) -> Path:
        for name, text in texts.items():
            (plain / "migrations" / f"{name}.sql").write_text(text)
        return plain / "migrations"

    return write


def squash(run: Run, old: psycopg.Connection, new: psycopg.Connection, folder: Path, *, judge: str) -> str:
    """Squash; the files of before and after, carried out by the test itself, must leave the same."""
    carry_out(old, folder.glob("*.sql"))
    code, _, said = run("migration squash")
    assert code == 0, said
    assert "; nothing is known of what they block" in run(f"migration up --db-url '{address(new)}' --dry-run")[2]
    code, _, err = run(f"migration up --db-url '{address(new)}'")
    assert code == 0, err
    new.execute("delete from supabase_migrations.schema_migrations")
    assert held(new) == held(old)
    code, plan, err = run(f"diff --from '{address(old)}' --to '{address(new)}' --check {judge}")
    assert (code, plan) == (0, ""), err
    return said


def test_the_whole_of_a_project(
    run: Run, crm: Path, supabase_database: psycopg.Connection, other_on_supabase: psycopg.Connection
) -> None:
    migrations = crm / "supabase" / "migrations"
    before = run("diff")[1]
    said = squash(run, supabase_database, other_on_supabase, migrations, judge="--proof pg_dump")
    assert "3 statements carried over as they stand there" in said
    assert [path.name for path in migrations.iterdir()] == ["20251008093315_squashed.sql"]
    assert "storage.buckets" in held(other_on_supabase)
    assert run("diff")[1] == before


BUCKETS = {
    "1_lookups": """
create table public.kinds (id bigint generated always as identity primary key, name text not null unique);
insert into public.kinds (name) values ('person'), ('company'), ('it''s');
create table public.stages (name text primary key, place int not null);
insert into stages values ('lead', 1), ('won', 2);
""",
    "2_platform": """
create extension pg_cron;
select cron.schedule('nightly', '0 3 * * *', 'select 1');
insert into storage.buckets (id, name, public) values ('logos', 'logos', true);
-- read by a function
select vault.create_secret('s3cret', 'key');
""",
    "3_renamed": """
alter table public.stages rename column name to label;
alter table public.stages rename to phases;
update phases set place = place * 10;
""",
    "4_more": """
update storage.buckets set file_size_limit = 1000 where id = 'logos';
delete from kinds where name = 'company';
select cron.unschedule('nightly');
select cron.schedule('weekly', '0 3 * * 0', $$select 'a;b'$$);
create table public.scratch (a int);
insert into scratch values (1);
""",
    "5_last": """
drop table public.scratch;
create view public.names as select label from phases;
""",
}


def test_buckets_jobs_secrets_and_lookup_tables(
    run: Run, folder: Path, supabase_database: psycopg.Connection, other_on_supabase: psycopg.Connection
) -> None:
    migrations = folder / "supabase" / "migrations"
    migrations.mkdir(parents=True)
    for name, text in BUCKETS.items():
        (migrations / f"{name}.sql").write_text(text)
    carry_out(supabase_database, migrations.glob("*.sql"))
    code, _, said = run("migration squash")
    assert code == 0, said
    (path,) = migrations.iterdir()
    assert path.name == "5_squashed.sql"
    text = path.read_text()
    for carried in (
        "-- 2_platform.sql:3:1\nselect cron.schedule('nightly', '0 3 * * *', 'select 1');\n",
        "-- 2_platform.sql:6:1\nselect vault.create_secret('s3cret', 'key');\n",
        "-- 4_more.sql:5:1\nselect cron.schedule('weekly', '0 3 * * 0', $$select 'a;b'$$);\n",
        "insert into public.kinds (name) values ('person'), ('company'), ('it''s');",
        """INSERT INTO "public"."phases" ("label", "place") VALUES\n    ('lead', '10'),\n    ('won', '20');""",
    ):
        assert carried in text
    assert "scratch" not in text
    assert "public.phases is written as its rows are at the end" in said
    assert (
        'vault.secrets was compared without its columns "created_at", "id" and "updated_at": they differ each time'
        in said
    )
    carry_out(other_on_supabase, [path])
    but = "created_at,updated_at,id,database"
    assert held(other_on_supabase, but) == held(supabase_database, but)
    code, plan, err = run(f"diff --from '{address(supabase_database)}' --to '{address(other_on_supabase)}' --check")
    assert (code, plan) == (0, ""), err


def test_what_the_platform_provides(
    run: Run, folder: Path, supabase_database: psycopg.Connection, other_on_supabase: psycopg.Connection
) -> None:
    migrations = folder / "supabase" / "migrations"
    migrations.mkdir(parents=True)
    (migrations / "1_a.sql").write_text(
        "drop extension pg_graphql; alter table storage.buckets add own int; create index i on auth.users (email);"
        "alter role authenticator set pgrst.db_schemas = 'public, app';"
    )
    (migrations / "2_b.sql").write_text(
        "create view public.v as select own from storage.buckets; create table public.t (a int primary key);"
        "grant select on auth.users to anon; comment on table storage.objects is 'mine';"
        "alter publication supabase_realtime add table public.t;"
    )
    squash(run, supabase_database, other_on_supabase, migrations, judge="")
    text = (migrations / "2_squashed.sql").read_text()
    ahead, _, behind = text.partition('CREATE VIEW "public"."v"')
    assert "-- 1_a.sql:1:28\nalter table storage.buckets add own int;\n" in ahead
    for carried in ("comment on table storage.objects", "grant select on auth.users", "alter role authenticator set"):
        assert carried in behind
    assert held(supabase_database) == held(other_on_supabase)
    auth = "select c.relname, c.relacl::text, (select count(*) from pg_index where indrelid = c.oid) from pg_class c "
    auth += "where c.oid in ('auth.users'::regclass, 'storage.buckets'::regclass) order by 1"
    assert supabase_database.execute(auth.encode()).fetchall() == other_on_supabase.execute(auth.encode()).fetchall()


ROWS = {
    "a column that is dropped later": (
        "create table t (a int, b text); insert into t values (1, 'x');",
        "alter table t drop column b;",
    ),
    "a type that is changed by an expression": (
        "create table t (a text); insert into t values ('abc');",
        "alter table t alter a type int using length(a);",
    ),
    "a column that was filled when it came": (
        "create table t (a int); insert into t values (1);",
        "alter table t add b int default 7; alter table t alter b drop default;",
    ),
    "sequences": (
        "create sequence s start 5; select nextval('s'), nextval('s'); create sequence r; select setval('r', 9);",
        "create sequence q; select setval('q', 3, false); "
        "create table t (a serial, b int generated always as identity);"
        "insert into t (a) values (default), (default); delete from t where a = 2;",
    ),
    "a query that makes a table": (
        "create table a (n int); insert into a values (1), (2); create table b as select n * 2 as n from a;",
        "alter table b add primary key (n);",
    ),
    "a trigger that came later": (
        "create table t (a int, b int); insert into t values (1, 1);",
        "create function f() returns trigger language plpgsql as $$ begin new.b := 5; return new; end $$;"
        "create trigger g before insert on t for each row execute function f(); insert into t values (2, 2);",
    ),
    "settings": (
        "create schema app; set search_path = app; create table t (a date); set datestyle = 'german';"
        "insert into t values ('01.02.2026');",
        "create table app.u (a int); insert into app.u values (1);",
    ),
    "a block that makes and fills": (
        "do $$ begin create table t (a int); insert into t values (1); end $$;",
        "do $$ begin insert into t select 2; end $$;",
    ),
    "a materialized view": (
        "create table t (a int); insert into t values (1); create materialized view m as select a from t;",
        "create index on m (a);",
    ),
    "references": (
        "create table a (id int primary key, up int references a, name text); insert into a values (1, null, 'x');"
        "create table b (id int primary key, a int references a); insert into b values (1, 1);"
        "insert into a values (2, 1, 'y');",
        "alter table a drop column name; create table c (b int references b); insert into c select id from b;",
    ),
    "a temporary table": (
        "create temp table x (n int) on commit drop; insert into x values (1), (2); create table t (n int);"
        "insert into t select n from x;",
        "insert into t values (3);",
    ),
    "rows emptied": (
        "create table t (a int); insert into t values (1);",
        "truncate t; insert into t values (2);",
    ),
    "partitions": (
        "create table t (a int) partition by range (a); create table t1 partition of t for values from (0) to (10);"
        "insert into t values (1);",
        "create table t2 partition of t for values from (10) to (20); insert into t values (11);",
    ),
    "odd values": (
        "create table t (a text, b text[], c bytea, d jsonb, x int); insert into t values "
        "('tab\tand\nline \\ ''', '{\"a,b\",null}', '\\x00ff', '{\"a\": \"\\\\\"}', 1), ('', null, null, null, 2),"
        "('\\N', null, null, null, 3);",
        "alter table t drop x;",
    ),
    "concurrently": (
        "create table t (a int); insert into t values (1);",
        "create index concurrently i on t (a);",
    ),
    "a type used at once": (
        "create type e as enum ('a'); create table t (a e); insert into t values ('a');",
        "alter type e add value 'b';\ninsert into t values ('b');",
    ),
    "nothing but a schema": ("create table t (a int);", "alter table t add b int;"),
}


ALONE = "settings", "a temporary table"


@pytest.mark.parametrize("cases", [*([case] for case in ALONE), [*ROWS]], ids=lambda cases: cases[0] + f" {len(cases)}")
def test_rows(
    run: Run,
    folder_of: Callable[[dict[str, str]], Path],
    database: psycopg.Connection,
    other: psycopg.Connection,
    cases: list[str],
) -> None:
    texts = dict[str, str]()
    for at, case in enumerate(cases):
        for number, text in enumerate(ROWS[case]):
            path = f"create schema if not exists c{at};\nset search_path = c{at};\n" if len(cases) > 1 else ""
            texts[f"{number + 1}{at:02}_a"] = path + text
    folder = folder_of(texts)
    for name in sorted(texts):
        for text in texts[name].split(";\n"):
            database.execute(text.encode())
        database.execute("reset all")
    code, _, said = run("migration squash")
    assert code == 0, said
    assert len([*folder.iterdir()]) == 1
    carry_out(other, folder.glob("*.sql"))
    assert held(other) == held(database)
    code, plan, err = run(f"diff --from '{address(database)}' --to '{address(other)}' --check")
    assert (code, plan) == (0, ""), err


def test_what_comes_after_stays(run: Run, folder_of: Callable[[dict[str, str]], Path], refused: Refused) -> None:
    later = "create table u (a int); -- later\n"
    folder = folder_of(
        {"1_a": "create table t (a int);", "2_b": "insert into t values (1);", "3_c": later, "4_d": "drop table u;"}
    )
    refused("migration squash --to 5", "no migration in the folder has the version 5")
    refused("migration squash --to 1", "there is one migration up to that version, and nothing to squash")
    code, text, said = run("migration squash --to 2 --dry-run")
    assert (code, "2_b.sql:1:1\ninsert into t values (1);\n" in text) == (0, True)
    assert "Would write migrations/2_squashed.sql in the place of 2 migrations" in said
    assert len([*folder.iterdir()]) == 4
    code, _, said = run("migration squash --to 2")
    assert code == 0
    assert "  pgnorm migration repair --status reverted 1\n  pgnorm migration repair --status applied 2\n" in said
    assert sorted(path.name for path in folder.iterdir()) == ["2_squashed.sql", "3_c.sql", "4_d.sql"]
    assert (folder / "2_squashed.sql").read_text() == text
    assert (folder / "3_c.sql").read_text() == later
    assert run("migration squash")[0] == 0
    assert [path.name for path in folder.iterdir()] == ["4_squashed.sql"]
    refused("migration squash", "there is one migration, and nothing to squash")


def test_other_databases_are_told_by_the_same_command(
    run: Run,
    refused: Refused,
    folder_of: Callable[[dict[str, str]], Path],
    plain: Path,
    database: psycopg.Connection,
    other: psycopg.Connection,
) -> None:
    (plain / "pgnorm.toml").write_text('history = "pgnorm.migrations"\n')
    folder_of({"1_a": "create table t (a int);", "2_b": "insert into t values (1);", "3_c": "create table u (a int);"})
    first, second = (f"--db-url '{address(each)}'" for each in (database, other))
    assert run(f"migration up {first}")[0] == 0
    assert run(f"migration up {second}")[0] == 0
    assert run(f"migration repair --status reverted 3 {second}")[0] == 0
    code, _, err = run(f"migration squash {first}")
    assert code == 0, err
    refused(f"migration squash {second}", "has not applied all of these migrations: it lacks 3")
    other.execute("insert into pgnorm.migrations values ('3')")
    code, _, err = run(f"migration squash {second}")
    assert (code, "The history has 3 instead of 3 migrations" in err) == (0, True), err
    rows = [
        each.execute("select version, name, statements from pgnorm.migrations").fetchall() for each in (database, other)
    ]
    assert rows[0] == rows[1]
    assert run(f"migration list {second}")[1].split() == ["3", "squashed", "applied"]
    refused(f"migration squash {second}", "nothing to squash")


REFUSED = {
    "rows of the platform that no longer can be written so": (
        "2_b.sql:1:57: on the schema as it is at the end of the migrations this statement does not do what it did "
        '(and only statements may write rows of storage.buckets): relation "app.things" does not exist\n'
        "     1 | insert into storage.buckets (id, name) select a, a from app.things;",
        "create schema app; create table app.things (a text); insert into app.things values ('x');",
        "insert into storage.buckets (id, name) select a, a from app.things;",
        "drop table app.things;",
    ),
    "what belongs to the platform": (
        "one migration would not make what these make: column storage.buckets.own",
        "do $$ begin alter table storage.buckets add own int; end $$;",
        "create table t (a int);",
    ),
    "rows for psql": (
        "1_a.sql:1:25: only psql runs COPY from stdin",
        "create table t (a int); copy t from stdin;\n1\n\\.\n",
        "create table u (a int);",
    ),
    "what does not load": ("2_a.sql:1:8: ", "create table t (a int);", "select nothing;"),
    "another tool's": ("marks of a migration tool", "-- +goose Up\nselect 1;\n-- +goose Down\nselect 2;", "select 1;"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_and_nothing_is_changed(refused: Refused, folder: Path, case: str) -> None:
    said, *texts = REFUSED[case]
    migrations = folder / "supabase" / "migrations"
    migrations.mkdir(parents=True)
    for number, text in enumerate(texts, start=1):
        (migrations / f"{number}_{'a' if number == len(texts) else 'b'}.sql").write_text(text)
    before = {path.name: path.read_bytes() for path in migrations.iterdir()}
    refused("migration squash", said.replace("1_a", "1_b"))
    assert {path.name: path.read_bytes() for path in migrations.iterdir()} == before


def test_a_folder_that_can_not_be_written(
    refused: Refused, folder_of: Callable[[dict[str, str]], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of({"1_a": "create table t (a int);", "2_b": "create table u (a int);", "3_c": "select 1;"})
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    unlink = Path.unlink

    def fails(path: Path, missing_ok: bool = False) -> None:
        if path.name == "2_b.sql":
            raise OSError(28, "No space left on device")
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", fails)
    refused("migration squash", "2_b.sql: cannot write the file: No space left on device")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_run_that_is_killed_in_the_middle_is_finished_by_the_next(
    run: Run, folder_of: Callable[[dict[str, str]], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of({"1_a": "create table t (a int);", "2_b": "create table u (a int);", "3_c": "select 1;"})
    unlink = Path.unlink

    def dies(path: Path, missing_ok: bool = False) -> None:
        unlink(path, missing_ok=missing_ok)
        if path.name == "1_a.sql":
            os._exit(9)

    child = os.fork()
    if child == 0:
        monkeypatch.setattr(Path, "unlink", dies)
        run("migration squash")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert {path.name for path in folder.iterdir()} >= {"2_b.sql", "3_c.sql", "3_squashed.sql"}
    said = run("diff --from migrations --to migrations")[2]
    assert "a run that was killed had begun to write" in said
    assert [path.name for path in folder.iterdir()] == ["3_squashed.sql"]


def test_changes_that_git_has_not(run: Run, refused: Refused, folder_of: Callable[[dict[str, str]], Path]) -> None:
    folder = folder_of({"1_a": "create table t (a int);", "2_b": "create table u (a int);"})
    (folder.parent / ".git").rmdir()
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    refused("migration squash", "1_a.sql: git does not have the file", "--force")
    assert run("migration squash --force")[0] == 0


def versions(database: psycopg.Connection) -> list[tuple[str, str]]:
    return database.execute("select version, name from pgnorm.migrations order by 1").fetchall()


@pytest.fixture
def applied(folder_of: Callable[[dict[str, str]], Path], plain: Path) -> Path:
    (plain / "pgnorm.toml").write_text('history = "pgnorm.migrations"\n')
    return folder_of({"1_a": "create table t (a int);", "2_b": "insert into t values (1);", "3_c": "select 1;"})


def test_the_history_says_the_same(run: Run, applied: Path, database: psycopg.Connection) -> None:
    at = f"--db-url '{address(database)}'"
    assert run(f"migration up {at}")[0] == 0
    code, _, said = run(f"migration squash --to 2 {at}")
    assert (code, "The history has 2 instead of 2 migrations" in said) == (0, True), said
    assert versions(database) == [("2", "squashed"), ("3", "c")]
    assert run(f"migration list {at}")[1] == "2  squashed  applied\n3  c         applied\n"
    assert database.execute("select a from t").fetchall() == [(1,)]
    assert "up to date" in run(f"migration up {at}")[2]


def test_a_database_that_has_not_all_of_it(
    run: Run, refused: Refused, applied: Path, database: psycopg.Connection
) -> None:
    at = f"--db-url '{address(database)}'"
    (applied / "3_c.sql").write_text("select 1/0;")
    assert run(f"migration up {at}")[0] == 2
    (applied / "3_c.sql").write_text("select 1;")
    refused(f"migration squash {at}", "has not applied all of these migrations: it lacks 3", "pgnorm migration up")
    assert len([*applied.iterdir()]) == 3
    assert run(f"migration squash --to 2 {at}")[0] == 0
    assert versions(database) == [("2", "squashed")]


def test_neither_where_the_history_can_not_be_written(
    run: Run, refused: Refused, applied: Path, database: psycopg.Connection
) -> None:
    at = f"--db-url '{address(database)}'"
    assert run(f"migration up {at}")[0] == 0
    database.execute(
        "create function no() returns trigger language plpgsql as $$ begin raise 'not today'; end $$;"
        "create trigger no before delete on pgnorm.migrations for each row execute function no()"
    )
    refused(f"migration squash {at}", "not today")
    assert len([*applied.iterdir()]) == len(versions(database)) == 3
    database.execute("drop trigger no on pgnorm.migrations")
    database.execute(
        "create constraint trigger no after insert on pgnorm.migrations deferrable initially deferred "
        "for each row execute function no()"
    )
    refused(f"migration squash {at}", "not today", "pgnorm migration repair --status reverted 1 2")
    assert len(versions(database)) == 3
    assert [path.name for path in applied.iterdir()] == ["3_squashed.sql"]


def test_nor_where_the_files_can_not(run: Run, refused: Refused, applied: Path, database: psycopg.Connection) -> None:
    at = f"--db-url '{address(database)}'"
    assert run(f"migration up {at}")[0] == 0
    (applied / "1_a.sql").chmod(0o444)
    refused(f"migration squash {at}", "1_a.sql: the file is read-only")
    assert len([*applied.iterdir()]) == len(versions(database)) == 3
