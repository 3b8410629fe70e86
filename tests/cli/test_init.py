"""`pgnorm init`: what a project lacks is written, and nothing else is touched."""

import shutil
from pathlib import Path

import psycopg
from addresses import address
from conftest import Refused, Run

SCHEMA = """
create table public.notes (id int primary key, body text);
create function public.one() returns int language sql as 'select 1';
"""
RICH = f"""{SCHEMA}
create schema app;
comment on schema app is 'Ours';
create extension citext with schema app;
create type app.mood as enum ('fair', 'bad');
create table app.days (day date primary key, mood app.mood, mail app.citext, note int references public.notes);
create view app.later as select day from app.days;
create function app.count() returns bigint language sql as 'select count(*) from app.later';
create function app.old() returns bigint language plpgsql as
    $$begin declare beginning int; x app.later; begin return app.count(); end; end$$;
create function app.stop() returns trigger language plpgsql as 'begin return new; end';
set search_path = public, app;
create trigger mailed before update on app.days for each row when (old.mail is distinct from new.mail)
    execute function app.stop();
reset search_path;
create materialized view app.filled as select day from app.later;
create materialized view app.empty as select day from app.later with no data;
create function app.told() returns event_trigger language plpgsql as 'begin end';
create event trigger told on ddl_command_end execute function app.told();
"""


def _says_nothing(run: Run, sides: str) -> None:
    """The diff between these sides finds no change of the schema."""
    code, out, err = run(f"diff {sides}")
    assert (code, out, "No schema changes found" in err) == (0, "", True), err


def _bytes(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_database_becomes_a_project(run: Run, folder: Path, database: psycopg.Connection) -> None:
    database.execute(SCHEMA.encode())
    at = f"--db-url '{address(database)}'"
    code, out, err = run(f"init {at} --baseline")
    assert (code, out) == (0, ""), err
    major = database.info.server_version // 10000
    assert f"\nmajor_version = {major}\nhistory = " in (folder / "pgnorm.toml").read_text()
    assert sorted(path.name for path in (folder / "schemas").iterdir()) == ["01_tables.sql", "02_functions.sql"]
    assert len([*(folder / "migrations").glob("*_baseline.sql")]) == 1
    assert database.execute("select count(*) from pgnorm.migrations").fetchone() == (1,)
    code, out, err = run("check")
    assert (code, out) == (0, ""), err
    code, _, err = run(f"migration up {at}")
    assert (code, "The database is up to date" in err) == (0, True)
    before = _bytes(folder)
    code, _, err = run(f"init {at} --baseline")
    assert (code, "The project has all of it already" in err) == (0, True), err
    assert _bytes(folder) == before


def test_schema_files_are_as_a_person_has_them_and_make_what_the_database_has(
    run: Run, folder: Path, database: psycopg.Connection
) -> None:
    database.execute(RICH.encode())
    at = f"--db-url '{address(database)}'"
    code, _, err = run(f"init {at}")
    assert code == 0, err
    files = sorted((folder / "schemas").iterdir())
    texts = {path.name: path.read_text() for path in files}
    assert all(text == f"{text.strip()}\n" and "\n\n\n" not in text for text in texts.values())
    lines = [line for text in texts.values() for line in text.splitlines()]
    assert [line for line in lines if line.startswith(("SET", "SELECT", "--", "COMMENT ON SCHEMA"))] == [
        """COMMENT ON SCHEMA "app" IS 'Ours';""",
        "SET check_function_bodies = false;",
        'SET search_path = "app";',
    ]
    for way in (f"{at} --to files", f"--from files --to '{address(database)}'"):
        _says_nothing(run, f"{way} --trust-files")

    # Read by nobody but Postgres, in the order of their names, they make the same as well.
    with psycopg.connect(address(database), autocommit=True) as other:
        other.execute("drop event trigger told; drop schema app cascade; drop table public.notes")
        other.execute("drop function public.one()")
        for path in files:
            with psycopg.connect(address(database)) as session:
                session.execute(path.read_bytes())
    _says_nothing(run, f"{at} --to files --trust-files")


HIDDEN = """
create function public.array_length(int[], int) returns int language sql immutable as 'select 42';
create function public.never(int[], int[]) returns boolean language sql immutable as 'select false';
create operator public.= (leftarg = int[], rightarg = int[], function = public.never);
set search_path = '';
create table public.t (id int primary key, a int[], b int[]);
create view public.lengths as select array_length(a, 1) as length from public.t;
alter table public.t enable row level security;
create policy alike on public.t using (a operator(pg_catalog.=) b);
create function public.first(a int[]) returns int language sql begin atomic select array_length(a, 1); end;
"""


def test_what_postgres_own_names_mean_stays_where_the_project_has_the_like(
    run: Run, folder: Path, database: psycopg.Connection
) -> None:
    database.execute(HIDDEN.encode())
    at = f"--db-url '{address(database)}'"
    code, _, err = run(f"init {at}")
    assert code == 0, err
    for way in (f"{at} --to files", f"--from files --to '{address(database)}'"):
        _says_nothing(run, f"{way}")
    files = sorted((folder / "schemas").iterdir())
    with psycopg.connect(address(database), autocommit=True) as other:
        other.execute("drop view public.lengths; drop table public.t; drop function public.first(int[])")
        other.execute("drop operator public.= (int[], int[]); drop function public.never(int[], int[])")
        other.execute("drop function public.array_length(int[], int)")
        for path in files:
            other.execute(path.read_bytes())
    _says_nothing(run, f"{at} --to files")


def test_nobody_is_asked_without_a_terminal(run: Run, folder: Path, database: psycopg.Connection) -> None:
    database.execute(SCHEMA.encode())
    code, _, err = run(f"init --db-url '{address(database)}'")
    said = (
        "There is no migration yet: `pgnorm migration baseline --db-url URL` writes the first one, which this database"
    )
    assert (code, said in err.splitlines()[-1], err.count("baseline --")) == (0, True, 1)
    assert not (folder / "migrations").exists()
    assert database.execute("select to_regnamespace('pgnorm')").fetchone() == (None,)
    ways = (
        "`pgnorm migration baseline` writes the first one where a database has all of it, `pgnorm diff -f NAME` where"
    )
    for line in ("check", "doctor"):
        assert ways in "".join(run(line)[1:]), line


def test_an_empty_database_is_said_to_be_empty(run: Run, folder: Path, database: psycopg.Connection) -> None:
    code, out, err = run(f"init --db-url '{address(database)}' --baseline")
    assert (code, out, err.count("source: ")) == (0, "", 1)
    assert "No file is written: the source has nothing of its own\nWrite the first schema file into schemas: " in err
    assert {path.name for path in folder.rglob("*") if ".git" not in path.parts} == {"pgnorm.toml", "schemas"}
    assert database.execute("select to_regnamespace('pgnorm')").fetchone() == (None,)
    database.execute(SCHEMA.encode())
    code, _, err = run(f"init --db-url '{address(database)}' --baseline")
    assert (code, [err.count(word) for word in ("source: ", "shadow: ")]) == (0, [1, 1]), err


def test_a_supabase_project_gets_its_files_from_its_migrations(run: Run, crm: Path) -> None:
    shutil.rmtree(crm / "supabase" / "schemas")
    before = _bytes(crm)
    code, _, err = run("init")
    assert code == 0, err
    assert {name: content for name, content in _bytes(crm).items() if name in before} == before
    assert (crm / "supabase" / "schemas" / "05_policies.sql").exists()
    texts = [path.read_text() for path in (crm / "supabase" / "schemas").iterdir()]
    assert not [text for text in texts if "SET statement_timeout" in text or "standard public schema" in text]
    assert "No schema changes found" in run("diff")[2]
    code, out, err = run("check --level error")
    assert (code, out) == (0, ""), err


def test_files_that_the_settings_name_and_nobody_has_written_are_written(run: Run, refused: Refused, crm: Path) -> None:
    shutil.rmtree(crm / "supabase" / "schemas")
    settings = crm / "supabase" / "config.toml"
    text = settings.read_text()
    settings.write_text(f'{text}\n[db.migrations]\nschema_paths = ["./other/*.sql"]\n')
    refused("init", "no file matches schema_paths: `./other/*.sql`")
    settings.write_text(f'{text}\n[db.migrations]\nschema_paths = ["./schemas/*.sql"]\n')
    code, _, err = run("init")
    assert (code, "has all of it already" in err) == (0, False), err
    assert "No schema changes found" in run("diff")[2]


def test_what_is_there_stays(run: Run, crm: Path) -> None:
    before = _bytes(crm)
    code, _, err = run("init")
    assert (code, "The project has all of it already" in err) == (0, True)
    assert _bytes(crm) == before


def test_nothing_to_begin_with(refused: Refused, folder: Path, database: psycopg.Connection) -> None:
    refused("init", "no database was named to begin with", "--db-url")
    refused("init --db-url postgresql://127.0.0.1:1/none", "cannot connect")
    assert [*folder.iterdir()] == [folder / ".git"]
    (folder / "pgnorm.toml").write_text("")
    refused("init", "neither schema files nor migrations")
    refused(f"init --db-url '{address(database)}' --baseline", "error: the project names no table for the history")
    assert not (folder / "schemas").exists()


def test_a_folder_that_is_in_the_way_leaves_no_half_of_a_project(
    refused: Refused, folder: Path, database: psycopg.Connection
) -> None:
    database.execute(SCHEMA.encode())
    (folder / "schemas").write_text("a file\n")
    refused(f"init --db-url '{address(database)}'", "schemas")
    assert not (folder / "pgnorm.toml").exists()


ON_SUPABASE = """
set role postgres;
create table public.notes (id int primary key, owner uuid references auth.users);
create table public.hidden (id int primary key);
revoke all on public.hidden from anon;
alter table public.notes enable row level security;
alter table public.hidden enable row level security;
create policy scans on storage.objects for select to anon using (bucket_id = 'scans');
create function public.mine() returns setof public.notes language sql as
    'select * from public.notes where owner = auth.uid()';
reset role;
"""


def test_a_supabase_database_becomes_a_project_on_supabase(
    run: Run, folder: Path, supabase_database: psycopg.Connection
) -> None:
    supabase_database.execute(ON_SUPABASE.encode())
    at = f"--db-url '{address(supabase_database)}'"
    code, out, err = run(f"init {at} --baseline")
    assert (code, out) == (0, ""), err
    assert "The database is one of Supabase's, so the project is for that platform" in err
    assert 'platform = "supabase"\n' in (folder / "pgnorm.toml").read_text()
    assert not (folder / "schemas").exists()
    files = [*(folder / "supabase" / "schemas").iterdir()]
    assert not [path for path in files if 'SCHEMA "auth"' in path.read_text()]
    _says_nothing(run, f"{at} --to files")
    _says_nothing(run, f"--from files --to '{address(supabase_database)}'")
    assert len([*(folder / "supabase" / "migrations").glob("*_baseline.sql")]) == 1
    applied = supabase_database.execute("select count(*) from supabase_migrations.schema_migrations")
    assert applied.fetchone() == (1,)
    code, out, err = run("check --level error")
    assert (code, out) == (0, ""), out


def test_the_platform_is_what_the_settings_say(refused: Refused, run: Run, folder: Path) -> None:
    (folder / "schema.sql").write_text("create table public.jars (id integer);")
    settings, tree = folder / "pgnorm.toml", folder / "supabase"
    settings.write_text('platform = "supabase"')
    assert "baseline: supabase" in run("dump --from schema.sql")[2]
    (tree / "schemas").mkdir(parents=True)
    settings.write_text('platform = "plain"')
    assert "baseline: plain" in run("dump --from schema.sql")[2]
    settings.write_text('platform = "neon"')
    refused("dump --from schema.sql", 'pgnorm.toml:1:1: `platform` must be "supabase" or "plain"')


def test_schemas_named_auth_and_storage_make_no_supabase(run: Run, folder: Path, database: psycopg.Connection) -> None:
    database.execute("create schema auth; create schema storage; create table auth.keys (id integer)")
    code, _, err = run(f"init --db-url '{address(database)}'")
    assert (code, (folder / "schemas").is_dir()) == (0, True), err
    assert "platform" not in (folder / "pgnorm.toml").read_text()


def test_a_plain_project_is_told_of_a_database_of_supabase(
    run: Run, plain: Path, supabase_database: psycopg.Connection
) -> None:
    said = "it is a database of Supabase's, and the project is not for that"
    line = f"diff --from '{address(supabase_database)}' --to files"
    assert run(line)[2].count(said) == 1
    for settings in ('schemas = ["public"]', 'platform = "plain"'):
        (plain / "pgnorm.toml").write_text(settings)
        assert said not in run(line)[2], settings
