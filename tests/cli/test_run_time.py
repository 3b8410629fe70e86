"""Objects that extensions make as they run: a plan never drops them, never makes them, and counts them."""

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from addresses import address

Run = Callable[[str], tuple[int, str, str]]

SETTINGS = """
create schema partman;
create table partman.part_config (
  parent_table text primary key, control text not null, partition_interval text not null, template_table text
);
"""
EVENTS = 'create table public."Events" (at date, x int) partition by range (at);\n'
PARTITIONED = f"""
{SETTINGS}
{EVENTS}
create table partman."template_public_Events" (at date, x int primary key);
insert into partman.part_config values ('public.Events', 'at', '1 day', 'partman.template_public_Events');
create table public."Events_p20200101" partition of public."Events" for values from ('2020-01-01') to ('2020-01-02');
create table public."Events_default" partition of public."Events" default;
create index by_x on public."Events_default" (x);
"""
# An extension that has a schema of its own, as a control file with its script would make it.
EXTENSION = """
create schema jobs;
create table jobs.settings (a int);
create function jobs.told() returns trigger language plpgsql as 'begin return new; end';
create table jobs.q_letters (a int primary key);
create index by_hand on jobs.q_letters (a);
create trigger telling after insert on jobs.q_letters for each row execute function jobs.told();
create policy mine on jobs.q_letters using (true);
create table public.metrics (at date);
create table jobs.chunk_1 (check (at > '2020-01-01')) inherits (public.metrics);
insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
  values (99999, 'pgnorm_jobs', 10, 'public'::regnamespace, false, '1');
insert into pg_depend select c, o, 0, 'pg_extension'::regclass, 99999, 0, 'e' from (values
  ('pg_namespace'::regclass, 'jobs'::regnamespace::oid), ('pg_class'::regclass, 'jobs.settings'::regclass::oid),
  ('pg_proc'::regclass, 'jobs.told'::regproc::oid)) m (c, o);
"""


@pytest.fixture
def files(plain: Path) -> Path:
    """The one file of a project."""
    return plain / "schemas" / "01_tables.sql"


def test_partitions_that_pg_partman_makes(run: Run, files: Path, database: psycopg.Connection) -> None:
    database.execute(PARTITIONED)
    files.write_text(f"{SETTINGS}{EVENTS}create table public.notes (a int);\n")
    code, out, err = run(f"diff --db-url '{address(database)}'")
    assert (code, out.count("DROP"), out.count("CREATE TABLE")) == (0, 0, 1), out
    assert "Left alone, since pg_partman makes them: 3 tables\n" in err
    code, out, _ = run(f"diff --from files --to '{address(database)}' --json")
    document = json.loads(out)
    assert [change["name"] for change in document["changes"]] == ["notes"]
    assert document["ignored_because"] == {"pg_partman": {"table": 3}}
    # A snapshot knows it too.
    assert run(f"dump --db-url '{address(database)}' --json -o state.json")[0] == 0
    _, out, err = run("diff --from state.json")
    assert "DROP" not in out
    assert "since pg_partman makes them: 3 tables" in err


def test_a_change_of_the_whole_reaches_the_partitions(run: Run, files: Path, database: psycopg.Connection) -> None:
    database.execute(PARTITIONED)
    files.write_text(SETTINGS + EVENTS.replace("x int", "x bigint, y int"))
    code, out, err = run(f"diff --db-url '{address(database)}'")
    assert code == 0, err
    assert 'ADD COLUMN "y" integer' in out
    assert "DROP" not in out


def test_settings_of_pg_partman_that_nobody_may_read(run: Run, files: Path, database: psycopg.Connection) -> None:
    database.execute(PARTITIONED)
    database.execute("create role pgnorm_reader login; grant usage on schema partman to pgnorm_reader")
    files.write_text(SETTINGS + EVENTS)
    try:
        words = address(database).replace(f"user={database.info.user}", "user=pgnorm_reader")
        code, _, err = run(f"diff --db-url '{words}'")
        assert code == 0, err
        assert "pgnorm_reader may not read partman.part_config, so nobody knows which partitions" in err
    finally:
        database.execute("drop owned by pgnorm_reader; drop role pgnorm_reader")


def test_settings_that_are_no_plain_table_are_not_read(run: Run, files: Path, database: psycopg.Connection) -> None:
    database.execute(EVENTS)
    database.execute("create schema partman; create view partman.part_config as select 1 / 0 || '' as parent_table")
    files.write_text(f"{EVENTS}create schema partman;")
    code, out, err = run(f"diff --db-url '{address(database)}'")
    assert (code, "division" in err) == (0, False), err
    assert "DROP VIEW" in out


def test_what_an_extension_made_in_its_schema(run: Run, files: Path, database: psycopg.Connection) -> None:
    database.execute(EXTENSION)
    files.write_text("create extension pgnorm_jobs; create table public.metrics (at date); create table public.a ();")
    code, out, err = run(f"diff --db-url '{address(database)}'")
    assert (code, out.count("DROP"), out.count("CREATE")) == (0, 0, 1), out
    assert "Left alone, since calls of extensions make them: 2 tables\n" in err
    code, out, _ = run(f"diff --from files --to '{address(database)}'")
    assert (code, "jobs" in out, out.count("DROP")) == (0, False, 1), out


def test_queues(run: Run, files: Path, database: psycopg.Connection) -> None:
    queue = "create extension pgmq; select pgmq.create('letters');\n"
    database.execute(f"{queue} select pgmq.create('other');".encode())
    files.write_text(f"{queue} create view waiting as select msg_id from pgmq.q_letters;")
    code, out, err = run(f"diff --db-url '{address(database)}'")
    assert (code, out.count("DROP"), out.count("CREATE")) == (0, 0, 1), err
    assert "Left alone, since calls of extensions make them: 4 tables\n" in err
    # What a statement of a file makes there is the project's.
    files.write_text(f"{queue} create table pgmq.extra (a int);")
    _, out, err = run(f"diff --db-url '{address(database)}'")
    assert 'CREATE TABLE "pgmq"."extra"' in out
    assert "make them: 4 tables\n" in err
    files.write_text(f"{queue} select pgmq.create('new'); create view fresh as select msg_id from pgmq.q_new;")
    code, _, err = run(f"diff --db-url '{address(database)}'")
    assert (code, "table pgmq.q_new is made by a call of pgmq.create" in err) == (2, True), err
