"""A project of the Supabase CLI 3, whose schema pg-delta has written as a tree of files, and how a remote is named."""

import shutil
from pathlib import Path

import psycopg
import pytest
from addresses import address
from conftest import FIXTURES, Refused, Run

REF = "abcdefghijklmnopqrst"


@pytest.fixture
def tree(folder: Path) -> Path:
    """The working directory as a copy of such a project."""
    shutil.copytree(FIXTURES / "declared", folder, dirs_exist_ok=True)
    return folder


def test_the_tree_says_what_the_migrations_say(run: Run, tree: Path) -> None:
    code, out, err = run("diff --check")
    assert (code, out) == (0, ""), err
    assert "No schema changes found" in err
    assert "platform brings" not in err


def test_a_change_in_the_tree_is_planned(run: Run, tree: Path) -> None:
    notes = tree / "supabase/database/public/tables/notes.sql"
    notes.write_text(notes.read_text().replace('"body"      text,', '"body"      text,\n  "at" date,'))
    code, out, err = run("diff")
    assert (code, out) == (0, 'ALTER TABLE "public"."notes" ADD COLUMN "at" "date";\n'), err


def test_what_two_files_declare_is_an_error(refused: Refused, tree: Path) -> None:
    (tree / "supabase/database/public/again.sql").write_text('create extension "citext";\n')
    refused("diff", 'extension "citext" already exists')


def test_a_migration_that_makes_what_the_platform_brings_is_an_error(refused: Refused, tree: Path) -> None:
    (tree / "supabase/migrations/20261101090001_more.sql").write_text('create extension "pgcrypto";\n')
    refused("diff", 'extension "pgcrypto" already exists')


def test_functions_in_the_tree_become_canonical(run: Run, tree: Path) -> None:
    code, _, err = run("fix-functions --check")
    assert code == 1, err
    assert "would rewrite supabase/database/public/functions/shout.sql" in err


def test_settings_that_are_passed_over_are_told(run: Run, tree: Path) -> None:
    (tree / "supabase/config.toml").write_text("")
    err = run("doctor")[2]
    assert err.count("supabase/config.toml is passed over: config.jsonc takes precedence") == 1


def test_a_remote(run: Run, refused: Refused, tree: Path, supabase_database: psycopg.Connection) -> None:
    refused("dump --remote", "the project is not linked")
    refused("dump --remote --schema public", "the project is not linked")
    refused("dump --remote=main", "expected a project's ref", "supabase branches get NAME")
    refused("dump --remote --local", "only one of")
    refused(f"dump --remote={REF}", f"cannot connect to db.{REF}.supabase.co:5432")
    refused(f"migration up --remote={REF}", f"cannot connect to db.{REF}.supabase.co:5432")
    refused(f"dump --from linked:{REF[:3]}/x", "is not a reference of a Supabase project")
    info = supabase_database.info
    assert address(supabase_database)
    url = f"postgresql://{info.user}:{info.password}@/{info.dbname}?host={info.host}&port={info.port}"
    code, out, err = run(f"dump --remote={url}")
    assert code == 0, err
    assert "CREATE" not in out or "public" in out
