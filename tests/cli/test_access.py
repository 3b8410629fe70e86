"""`pgnorm access`, from the words to the streams."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from addresses import address

Run = Callable[[str], tuple[int, str, str]]

HOLE = "  function public.get_sale_id_by_email(character varying): EXECUTE (runs as postgres, SECURITY DEFINER)\n"


COMES = "  new functions of postgres in schema s: EXECUTE\n"


@pytest.mark.usefixtures("crm")
def test_the_roles_of_the_api_in_a_project(run: Run) -> None:
    code, out, err = run("access")
    assert code == 0
    anon, authenticated, service_role = out.split("\n\n")
    assert anon.startswith("anon\n  schema public: USAGE\n")
    assert HOLE in anon
    assert "table public.contacts: SELECT (all rows, policy Team reads contacts is true for them); " in authenticated
    assert "table public.contacts: SELECT, INSERT, UPDATE, DELETE (all rows, exempt" in service_role
    assert "anon, authenticated: may execute function public.get_sale_id_by_email(character varying), " in err
    assert "auth.users" not in out
    assert run("access --role anon")[1] == anon + "\n"


@pytest.mark.usefixtures("crm")
def test_a_view_without_security_invoker(run: Run, crm: Path) -> None:
    views = crm / "supabase" / "schemas" / "03_views.sql"
    views.write_text(views.read_text() + "create view public.leaks as select * from public.contacts;\n")
    code, out, err = run("access --role authenticated")
    assert code == 0
    assert "view public.leaks: SELECT, INSERT, UPDATE, DELETE (past the row security of public.contacts, no " in out
    assert "authenticated: reaches view public.leaks past the row security of public.contacts (no security_inv" in err


@pytest.mark.usefixtures("crm")
def test_forms_and_a_committed_file(run: Run, crm: Path) -> None:
    code, out, _ = run("access --json --role anon")
    document = json.loads(out)
    assert code == 0
    assert document["version"] == 1
    assert document["permissions"][0] == {
        "role": "anon",
        "kind": "schema",
        "schema": "",
        "name": "public",
        "privilege": "USAGE",
        "columns": [],
        "rows": None,
        "policies": [],
        "runs_as": None,
        "past_row_security_of": [],
    }
    assert run("-q access -o access.md") == (0, "", "")
    table = (crm / "access.md").read_text().splitlines()
    assert table[:3] == [
        "| Object | anon | authenticated | service_role |",
        "| --- | --- | --- | --- |",
        "| schema public | USAGE | USAGE | USAGE |",
    ]
    assert all(line.replace("\\|", "").count("|") == 5 for line in table)
    assert run("access --check access.md")[:2] == (0, "")
    grants = crm / "supabase" / "schemas" / "06_grants.sql"
    grants.write_text(grants.read_text() + "grant select on public.tags to anon;\n")
    code, out, err = run("access --check access.md")
    assert code == 1
    assert "+| table public.tags | SELECT (no rows, no policy for it) | SELECT, INSERT" in out
    assert "hint: If this is intended, write it anew with the same options and -o access.md\n" in err


@pytest.mark.usefixtures("folder")
def test_a_database_names_the_roles_that_have_grants(run: Run, database: psycopg.Connection) -> None:
    database.execute("create schema s; create table s.t (a int); create table s.u (a int)")
    database.execute("grant usage on schema s to pg_monitor, public; grant select on s.t to public")
    code, out, err = run(f"access --db-url '{address(database)}' -n s")
    assert code == 0
    assert out == "public\n  schema s: USAGE\n  table s.t: SELECT (all rows, no row security)\n" + COMES
    assert err.endswith(
        "Please check that these are intended:\n  public: reaches all rows of table s.t, which has no row security\n"
    )
    assert run(f"access --db-url '{address(database)}' -n nothing")[0] == 2


@pytest.mark.usefixtures("plain")
def test_what_it_refuses(run: Run, plain: Path) -> None:
    code, out, err = run("access --role nobody_there")
    assert (code, out) == (2, "")
    assert "error: there is no role nobody_there\n" in err
    assert run("access --json --format text")[0] == 2
    assert run("access --check a.md -o b.md")[0] == 2
    code, _, err = run("access --check a.md")
    assert (code, err) == (2, "error: a.md: there is no such file\nhint: Write it first: pgnorm access -o a.md\n")
    (plain / "pgnorm.toml").write_text('roles = ["nobody_there"]\n')
    assert "there is no role nobody_there" in run("access")[2]
    assert run("dump --json -o all.json")[0] == 0
    code, _, err = run("access --from all.json --role public")
    assert code == 2
    assert "all.json: a snapshot" in err


def test_a_difference_is_written_as_other_diffs_are_whatever_the_terminal_takes(run: Run, plain: Path) -> None:
    (plain / "schemas" / "50_more.sql").write_text('create table "é" (a int); grant select on "é" to public;\n')
    assert run("access -o a.md")[0] == 0
    (plain / "schemas" / "50_more.sql").write_text('create table "ü" (a int); grant select on "ü" to public;\n')
    line = [sys.executable, "-m", "pgnorm.cli", "access", "--check", "a.md"]
    done = subprocess.run(line, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "latin-1"}, check=False)
    assert done.returncode == 1, done.stderr
    out = done.stdout.decode()
    assert "--- a/a.md\n+++ b/a.md\n" in out
    assert ("\n-| table public.é |" in out, "\n+| table public.ü |" in out) == (True, True)
