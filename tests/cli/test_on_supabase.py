"""Projects on Supabase: extensions that only its servers have, and what the platform makes by itself."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import psycopg
import pytest
from addresses import address
from conftest import Refused

Run = Callable[[str], tuple[int, str, str]]


class Project(Protocol):
    """Writes a project of major 15 into the working directory: its schema file, and its one migration."""

    def __call__(self, schema: str, migration: str | None = None) -> None: ...


@pytest.fixture
def project(folder: Path) -> Project:
    """A writer of Supabase projects."""

    def project(schema: str, migration: str | None = None) -> None:
        supabase = folder / "supabase"
        (supabase / "schemas").mkdir(parents=True)
        (supabase / "migrations").mkdir()
        (supabase / "config.toml").write_text('project_id = "x"\n[db]\nmajor_version = 15\n')
        (supabase / "schemas" / "all.sql").write_text(schema)
        if migration is not None:
            (supabase / "migrations" / "20240101000000_first.sql").write_text(migration)

    return project


QUEUES = """
create schema if not exists pgmq;
create extension if not exists pgmq with schema pgmq;
select pgmq.create('letters');
create view public.waiting as select msg_id from pgmq.q_letters;
create table public.{} (id integer);
"""


@pytest.mark.parametrize("sides", ["--from now.json --to files", "--from files --to now.json"])
def test_plans_from_a_database_with_queues_are_proved(run: Run, project: Project, sides: str) -> None:
    project(QUEUES.format("sent"), QUEUES.format("kept"))
    assert run("-q dump --from migrations --json -o now.json")[0] == 0
    code, out, err = run(f"diff {sides} --json")
    assert (code, '"unproved": null' in out, "unproved" in err) == (0, True, False)
    assert ('DROP TABLE \\"public\\".\\"kept\\"' in out) == (sides == "--from now.json --to files")


@pytest.mark.parametrize("extension", ["pg_tle", "pgmq"])
def test_an_extension_that_makes_its_schema_comes_from_a_snapshot(run: Run, project: Project, extension: str) -> None:
    project(
        f"create extension {extension}; create table public.kept (id integer);", "create table public.kept (id int);"
    )
    assert run("-q dump --json -o goal.json")[0] == 0
    code, out, err = run("diff --to goal.json")
    assert (code, out) == (0, f'CREATE EXTENSION IF NOT EXISTS "{extension}";\n'), err
    assert "unproved" not in err


def test_foreign_tables_of_wrappers_get_their_migration(run: Run, project: Project) -> None:
    project("""
        create extension wrappers with schema extensions;
        create foreign data wrapper shop handler stripe_fdw_handler validator stripe_fdw_validator;
        create server shop foreign data wrapper shop options (api_key_id 'k');
        create schema shop;
        create foreign table shop.buyers (id text, attrs jsonb) server shop options (object 'customers');
        create view public.buyers with (security_invoker) as select id from shop.buyers;
        create materialized view public.mails as select attrs ->> 'email' as mail from shop.buyers with no data;
    """)
    assert run("diff -f shop")[0] == 0
    code, out, err = run("diff --check")
    assert (code, out, "No schema changes found" in err) == (0, "", True)


LACKING = "it lacks schemas that Supabase provides (auth, storage): "


@pytest.mark.parametrize("side", ["from", "to"])
def test_a_database_without_the_platform_is_told_once(
    run: Run, project: Project, database: psycopg.Connection, side: str
) -> None:
    project("create table public.jars (id integer);")
    database.execute("create table public.jars (id integer)")
    info = database.info
    url = f"'host={info.host} port={info.port} user={info.user} dbname={info.dbname}'"
    other = "--to files" if side == "from" else "--from files"
    code, _, err = run(f"diff --{side} {url} {other}")
    assert (code, err.count(LACKING)) == (0, 1)
    assert f"\n{side}: {LACKING}" in err
    assert f"{side}: database {info.dbname} on " in err
    assert f"\n{'to' if side == 'from' else 'from'}: 1 file of supabase/schemas\n" in err
    assert run(f"-q dump --db-url {url} --json -o now.json")[0] == 0
    assert run(f"diff --{side} now.json {other}")[2].count(LACKING) == 1
    assert run(f"-q dump --db-url {url} -n public --json -o part.json")[0] == 0
    assert LACKING not in run(f"diff --{side} part.json {other}")[2]


def test_nothing_is_taken_from_a_database_without_the_platform(
    run: Run, refused: Refused, project: Project, database: psycopg.Connection, folder: Path
) -> None:
    project(
        "create table public.jars (id integer);\n",
        'create extension "uuid-ossp" with schema extensions;\ncreate table public.jars (id integer);\n',
    )
    way_out = "the local stack's port is in supabase/config.toml"
    at = f"--db-url '{address(database)}'"
    lacking = LACKING.removesuffix(": ")
    refused(f"migration up {at}", 'schema "extensions" does not exist', lacking, way_out)
    database.execute("create table public.jars (id integer, lid integer)")
    assert run(f"-q dump {at} --json -o now.json")[0] == 0
    refused(f"sync {at}", f"source: {lacking}\n", way_out)
    refused("sync --from now.json", f"source: {lacking}\n", way_out)
    refused(f"pull {at}", lacking, way_out)
    assert (folder / "supabase" / "schemas" / "all.sql").read_text() == "create table public.jars (id integer);\n"


def test_a_database_of_the_platform_lacks_nothing(
    run: Run, project: Project, supabase_database: psycopg.Connection
) -> None:
    project("create table public.jars (id integer);")
    info = supabase_database.info
    url = f"'host={info.host} port={info.port} user={info.user} dbname={info.dbname}'"
    code, _, err = run(f"diff --from {url} --to files")
    assert (code, LACKING in err) == (0, False)


def test_ways_back_are_told_of_their_side(run: Run, project: Project) -> None:
    project("create table public.jars (id integer);", "-- +goose Up\nselect 1;\n-- +goose Down\nselect 2;\n")
    assert "\nfrom: the way back in 1 file is not run\n" in run("diff")[2]


POSTING = """
    create function public.tell() returns trigger language plpgsql as $$
    begin
      perform net.http_post(url := 'https://example.test/' || new.id);
      return new;
    end $$;
    create table public.kept (id integer);
    create trigger tell after insert on public.kept for each row execute function public.tell();
"""
NET = "create extension pg_net with schema extensions;"


@pytest.mark.parametrize("proof", ["catalog", "pg_dump"])
def test_extensions_that_the_platform_makes_by_itself_are_not_dropped(run: Run, project: Project, proof: str) -> None:
    project(f"{POSTING} create table public.sent (id integer);", NET + POSTING)
    code, out, err = run(f"diff --proof {proof}")
    granted = (
        f'GRANT ALL ON TABLE "public"."sent" TO "{role}";\n' for role in ("anon", "authenticated", "service_role")
    )
    assert (code, out) == (0, 'CREATE TABLE "public"."sent" (\n    "id" integer\n);\n' + "".join(granted)), err
    said = "extension pg_net stays, though the new side lacks it: the platform makes it by itself\n"
    assert said not in err
    assert said in run(f"-v diff --proof {proof}")[2]


def test_those_that_files_declare_get_their_migration(run: Run, project: Project) -> None:
    project(NET + POSTING, POSTING)
    assert run("-q diff")[1] == 'CREATE EXTENSION IF NOT EXISTS "pg_net" WITH SCHEMA "extensions";\n'


def test_a_database_that_has_more_of_them_is_no_difference(run: Run, project: Project) -> None:
    project(f"{NET} create extension pgjwt with schema extensions; {POSTING}", POSTING)
    assert run("-q dump --json -o stack.json")[0] == 0
    assert run("-q diff --check --from migrations --to stack.json") == (0, "", "")
    assert run("-q diff --check --from stack.json --to migrations") == (0, "", "")


def test_what_a_database_uses_of_them_is_a_difference(run: Run, project: Project) -> None:
    project(f"{NET} create view public.answers as select id from net._http_response;", "select 1;")
    assert run("-q dump --json -o stack.json")[0] == 0
    planned = run("-q diff --from migrations --to stack.json")[1]
    assert planned.startswith('CREATE EXTENSION IF NOT EXISTS "pg_net" WITH SCHEMA "extensions";\n\nCREATE VIEW')


SQUASHED = """
    create table public.people (id uuid primary key references auth.users);
    create function public.joined() returns trigger language plpgsql as 'begin return new; end';
    create trigger joined after insert on auth.users for each row execute function public.joined();
    create policy scans on storage.objects for select using (bucket_id = 'scans');
    create extension pg_cron;
    create function public.fill() returns void language sql as 'insert into public.people select gen_random_uuid()';
    insert into storage.buckets (id, name) values ('scans', 'scans');
    INSERT INTO "storage"."buckets" (id, name) select 'maps', 'maps';
    delete from only public.people where id is null;
    select cron.schedule('nightly', '0 3 * * *', 'select 1');
    select * from vault.create_secret('s', 'name');
    select pg_catalog.set_config('a.b', 'c', false);
    select 1;
"""


def test_a_dump_names_what_it_lacks_of_the_migrations(run: Run, project: Project) -> None:
    project("select 1;", SQUASHED)
    code, out, err = run("dump --from migrations")
    assert (code, "joined AFTER" in out, "scans" in out) == (0, False, False)
    assert err.endswith(
        """
Not in this dump, since the platform manages their schemas (`pgnorm dump --split DIR` writes them too):
  trigger auth.users.joined
  policy storage.objects.scans
Not in a dump, what the migrations do to rows and call:
  2 statements on the rows of storage.buckets: 'scans', 'maps' ({0}:8:5, {0}:9:5)
  1 statement on the rows of public.people ({0}:10:5)
  1 call of cron.schedule: 'nightly' ({0}:11:5)
  1 call of vault.create_secret ({0}:12:5)
""".format("supabase/migrations/20240101000000_first.sql")
    )


def test_what_it_lacks_is_written_by_split(run: Run, project: Project, tmp_path: Path) -> None:
    project("select 1;", SQUASHED)
    code, _, err = run("dump --from migrations --split squashed")
    assert code == 0
    rows = "2 statements on the rows of storage.buckets: 'scans', 'maps' ("
    assert f"Not in these files, which hold definitions alone:\n  {rows}" in err
    assert run("-q diff --from migrations --to squashed --check") == (0, "", "")
    text = "".join(path.read_text() for path in (tmp_path / "squashed").glob("*.sql"))
    assert 'TRIGGER "joined"' in text and 'POLICY "scans"' in text


def test_a_dump_that_lacks_nothing_names_nothing(run: Run, project: Project) -> None:
    project("create table public.people (id integer);", "create table public.people (id integer);")
    for line in ("dump", "dump --from migrations", "dump --from migrations --schema public"):
        assert "Not in" not in run(line)[2]


HIDDEN = """
    set role postgres;
    create table public.shown (id integer);
    create table public.hidden (id integer);
    create sequence public.counted;
    create function public.answer() returns integer language sql return 42;
    {}
    reset role;
"""
REVOKED = {
    "table": "revoke all on public.hidden from anon;",
    "sequence": "revoke all on public.counted from anon, authenticated;",
    "function": "revoke all on function public.answer() from anon, public;",
    "new ones": "alter default privileges in schema public revoke all on sequences from anon;",
}


@pytest.mark.parametrize("closed", [pytest.param(sql, id=what) for what, sql in REVOKED.items()])
def test_a_dump_that_is_loaded_opens_nothing(
    run: Run, project: Project, folder: Path, supabase_database: psycopg.Connection, closed: str
) -> None:
    project("")
    supabase_database.execute(HIDDEN.format(closed).encode())
    database = f"'{address(supabase_database)}'"
    assert run(f"dump --db-url {database} -o now.sql")[0] == 0
    for sides in (f"--from now.sql --to {database}", f"--from {database} --to now.sql"):
        code, out, err = run(f"diff {sides}")
        assert (code, out, "No schema changes found" in err) == (0, "", True), err
    said = "these have more of them than in the source"
    for form, told in (("supabase", False), ("pg_dump", "default" not in closed)):
        assert (said in run(f"-q dump --db-url {database} --format {form}")[2]) is told
    # A database of the platform, which reads it as psql does.
    rights = (
        "select defaclacl::text from pg_default_acl union all select relacl::text from pg_class"
        " where relnamespace = 'public'::regnamespace union all select proacl::text from pg_proc"
        " where pronamespace = 'public'::regnamespace order by 1"
    )
    before = supabase_database.execute(rights).fetchall()
    supabase_database.execute("drop table public.shown, public.hidden; drop sequence public.counted")
    supabase_database.execute(
        "drop function public.answer(); alter default privileges for role postgres in schema"
        " public grant all on sequences to anon; set role postgres"
    )
    supabase_database.execute((folder / "now.sql").read_bytes())
    supabase_database.execute("reset role")
    assert supabase_database.execute(rights).fetchall() == before


def test_a_dump_takes_away_no_more_than_is_needed(
    run: Run, project: Project, supabase_database: psycopg.Connection
) -> None:
    project("")
    supabase_database.execute(HIDDEN.format("").encode())
    database = f"'{address(supabase_database)}'"
    assert "REVOKE" not in run(f"dump --db-url {database}")[1]
    supabase_database.execute("revoke all on public.hidden from anon")
    text = run(f"dump --db-url {database}")[1]
    assert "REVOKE ALL ON TABLES" in text
    assert "REVOKE ALL ON SEQUENCES" not in text


def test_a_dump_takes_nothing_away_in_a_schema_that_it_leaves_out(
    run: Run, project: Project, supabase_database: psycopg.Connection
) -> None:
    project("")
    supabase_database.execute(
        "alter default privileges for role postgres in schema storage revoke all on tables from anon;"
        "alter default privileges for role postgres in schema public revoke all on tables from anon"
    )
    database = f"'{address(supabase_database)}'"
    text = run(f"dump --db-url {database}")[1]
    assert ('IN SCHEMA "public" REVOKE' in text, "storage" in text) == (True, False)
    assert 'IN SCHEMA "storage" REVOKE' in run(f"dump --db-url {database} --schema storage")[1]
