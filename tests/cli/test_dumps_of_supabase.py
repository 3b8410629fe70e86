"""Dumps of Supabase's databases as sources: they say what a database is, as it was."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

import psycopg
import pytest
from addresses import address

from pgnorm.normalizer.postgres.shadow import Shadow

Run = Callable[[str], tuple[int, str, str]]

DATABASE: Final = """
    create table public.notes (id int primary key, body text);
    create table public.secrets (id serial primary key, word text);
    revoke all on public.secrets from anon, authenticated;
    create table public.read_only (id int);
    revoke all on public.read_only from anon;
    grant select on public.read_only to anon;
    create function public.guarded() returns int language sql as 'select 1';
    revoke execute on function public.guarded() from public, anon;
    alter table public.secrets enable row level security;
    alter publication supabase_realtime add table public.notes;
"""
IS_A_DUMP: Final = "it is a dump: its objects have the privileges that it says, and no default ones"
_GONE: Final = re.compile(
    r'(--|\\(un)?restrict |CREATE PUBLICATION "supabase_realtime|CREATE EVENT TRIGGER |         WHEN TAG IN '
    r"|   EXECUTE FUNCTION |ALTER EVENT TRIGGER |ALTER DEFAULT PRIVILEGES FOR ROLE \"supabase_admin\""
    r"|COMMENT ON EXTENSION |SET transaction_timeout = 0;)"
)


@pytest.fixture
def at(folder: Path, supabase_shadow: Shadow, supabase_database: psycopg.Connection) -> str:
    """The address of a Supabase database, beside a project of its major version."""
    (folder / "supabase" / "migrations").mkdir(parents=True)
    major = supabase_shadow.major
    (folder / "supabase" / "config.toml").write_text(f'project_id = "x"\n[db]\nmajor_version = {major}\n')
    supabase_database.execute("set role postgres")
    supabase_database.execute(DATABASE.encode())
    supabase_database.execute("reset role")
    return f"'{address(supabase_database)}'"


def _dump(style: str, shadow: Shadow, database: psycopg.Connection, *options: str) -> str:
    """The database as pg_dump prints it without the platform's schemas or, of the `style` "cli", as the CLI edits that:
    CREATE may be run twice, and what the platform sees to is a comment, which goes."""
    assert shadow.binaries is not None
    info = database.info
    at = ("-h", info.host, "-p", str(info.port), "-U", info.user, "-d", info.dbname)
    outside = [f"--exclude-schema={name}" for name in shadow.platform.managed_schemas if name != "pg_*"]
    program = str(shadow.binaries.bindir / "pg_dump")
    command = [program, *at, "--schema-only", "--quote-all-identifiers", *outside, *options]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    if style == "pg_dump":
        return text
    text = re.sub(r'^(CREATE (?:SCHEMA|TABLE|SEQUENCE)) "', r'\1 IF NOT EXISTS "', text, flags=re.MULTILINE)
    text = re.sub(r'^CREATE (VIEW|FUNCTION|TRIGGER) "', r'CREATE OR REPLACE \1 "', text, flags=re.MULTILINE)
    return "".join(line for line in text.splitlines(keepends=True) if not _GONE.match(line)) + "RESET ALL;\n"


@pytest.mark.parametrize("style", ["cli", "pg_dump"])
@pytest.mark.parametrize("sides", ["--from {} --to dump.sql", "--from dump.sql --to {}"])
def test_a_dump_is_what_the_database_was(
    run: Run,
    at: str,
    folder: Path,
    supabase_shadow: Shadow,
    supabase_database: psycopg.Connection,
    sides: str,
    style: str,
) -> None:
    (folder / "dump.sql").write_text(_dump(style, supabase_shadow, supabase_database))
    code, out, err = run(f"diff {sides.format(at)} --check")
    assert (code, out) == (0, ""), out + err
    left_out = "; event triggers are left out of it, and are not compared\n"
    assert (IS_A_DUMP in err, left_out in err) == (True, style == "cli")
    supabase_database.execute("grant select on public.secrets to anon")
    code, out, err = run(f"diff {sides.format(at)}")
    word = "REVOKE SELECT" if sides.endswith("dump.sql") else "GRANT SELECT"
    assert (code, out.count("anon"), word in out) == (0, 1, True), out + err


@pytest.mark.parametrize("more", ["", " --proof pg_dump"])
@pytest.mark.parametrize("sides", ["--from {} --to dump.sql", "--from dump.sql --to {}"])
def test_what_a_dump_leaves_out_is_not_dropped(
    run: Run,
    at: str,
    folder: Path,
    supabase_shadow: Shadow,
    supabase_database: psycopg.Connection,
    sides: str,
    more: str,
) -> None:
    supabase_database.execute(
        "create function public.guard() returns event_trigger language plpgsql as 'begin end';"
        "create event trigger guarding on ddl_command_end execute function public.guard()"
    )
    (folder / "dump.sql").write_text(_dump("cli", supabase_shadow, supabase_database))
    supabase_database.execute("create table public.later (id int)")
    code, out, err = run(f"diff {sides.format(at)}{more}")
    assert (code, "guarding" in out, 'TABLE "public"."later"' in out) == (0, False, True), out + err
    run("dump --from dump.sql --json -o dump.json")
    code, out, err = run(f"diff {sides.format(at)}{more}".replace(".sql", ".json"))
    assert (code, "guarding" in out, 'TABLE "public"."later"' in out) == (0, False, True), out + err
    (folder / "dump.sql").write_text(_dump("pg_dump", supabase_shadow, supabase_database))
    supabase_database.execute("drop event trigger guarding")
    code, out, err = run(f"diff {sides.format(at)}{more}")
    assert (code, out.count("EVENT TRIGGER")) == (0, 1), out + err


def test_a_dump_without_privileges_is_read_as_it_would_load(
    run: Run, at: str, folder: Path, supabase_shadow: Shadow, supabase_database: psycopg.Connection
) -> None:
    (folder / "dump.sql").write_text(_dump("cli", supabase_shadow, supabase_database, "--no-privileges"))
    code, out, err = run(f"diff --from {at} --to dump.sql")
    assert (code, 'ON TABLE "public"."secrets" TO "anon"' in out) == (0, True), err
    said = "it is a dump without privileges: its objects get those that Supabase gives new ones; --no-privileges leaves"
    assert f"to: {said}" in err
    code, out, err = run(f"diff --from {at} --to dump.sql --no-privileges --check")
    assert (code, out) == (0, ""), err


def test_a_publication_of_the_platform_is_as_a_dump_makes_it(
    run: Run, at: str, folder: Path, supabase_shadow: Shadow, supabase_database: psycopg.Connection
) -> None:
    supabase_database.execute("alter publication supabase_realtime set (publish = 'insert')")
    (folder / "dump.sql").write_text(_dump("pg_dump", supabase_shadow, supabase_database))
    code, out, err = run(f"-v diff --from {at} --to dump.sql --check")
    assert (code, out) == (0, ""), out + err
    assert "takes the place of the platform's publication supabase_realtime" in err
    supabase_database.execute("alter publication supabase_realtime set (publish = 'insert, delete')")
    code, out, err = run(f"diff --from {at} --to dump.sql")
    assert (code, out) == (0, """ALTER PUBLICATION "supabase_realtime" SET (publish = 'insert');\n"""), err


def test_a_publication_of_the_platform_stays_where_its_owner_is_another(run: Run, at: str, folder: Path) -> None:
    (folder / "dump.sql").write_text(
        "create role keeper; grant keeper to postgres;\n"
        "do $$ begin execute format('grant create on database %I to keeper', current_database()); end $$;\n"
        "set role keeper;\n"
        "create publication supabase_realtime with (publish = 'insert');\n"
    )
    code, out, err = run(f"diff --from {at} --to dump.sql")
    assert (code, out) == (2, "")
    assert 'dump.sql:4:1: publication "supabase_realtime" already exists' in err


def test_files_of_a_project_are_no_dumps(
    run: Run, at: str, folder: Path, supabase_shadow: Shadow, supabase_database: psycopg.Connection
) -> None:
    """Supabase runs them, and its default privileges grant: a dump among them makes what a reset of the stack makes."""
    (folder / "supabase" / "schemas").mkdir()
    (folder / "supabase" / "schemas" / "all.sql").write_text(_dump("cli", supabase_shadow, supabase_database))
    code, out, err = run(f"diff --from {at} --to files")
    assert (code, 'ON TABLE "public"."secrets" TO "anon"' in out, IS_A_DUMP in err) == (0, True, False), err
