"""Calls of schema files that no migration has: named, and written behind the plan with --calls."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from addresses import address

if TYPE_CHECKING:
    from conftest import Refused, Run

EXTENSIONS = "create extension pg_cron; create extension pgmq;\n"
SECRET = "sk_live_5ecret"
CALLS = f"""
create table notes (a int);
select cron.schedule('nightly', '0 3 * * *', $$delete from notes$$);
select cron.schedule('hourly', '0 * * * *', 'select 1');
select pgmq.create('letters');
select vault.create_secret('{SECRET}', 'key');
insert into storage.buckets (id, name) values ('avatars', 'avatars');
insert into notes values (1);
"""


@pytest.fixture
def project(folder: Path) -> Path:
    """A Supabase project whose migration has one of the calls, and another job of its kind."""
    (folder / "supabase" / "schemas").mkdir(parents=True)
    (folder / "supabase" / "migrations").mkdir()
    (folder / "supabase" / "config.toml").write_text('project_id = "x"\n[db]\nmajor_version = 15\n')
    (folder / "supabase" / "schemas" / "a.sql").write_text(EXTENSIONS + CALLS)
    done = "select cron.schedule('hourly', '0 * * * *', 'select 1'); select cron.schedule('nightly', '1', 'select 2');"
    (folder / "supabase" / "migrations" / "20240101000000_a.sql").write_text(
        f"{EXTENSIONS}create table notes (a int);\n{done}"
    )
    return folder


def test_calls_are_told_by_name_and_written_on_demand(run: "Run", project: Path) -> None:
    code, out, err = run("diff")
    assert (code, out) == (0, "")
    assert "1 call of cron.schedule: 'nightly' (supabase/schemas/a.sql:4:1)\n" in err
    assert "1 call of pgmq.create: 'letters' (" in err
    assert "1 call of vault.create_secret (" in err
    assert "1 statement on the rows of storage.buckets: 'avatars' (" in err
    document = json.loads(run("diff --json")[1])
    assert document["calls"] == []
    assert {each["name"]: each["named"] for each in document["not_carried"]}["cron.schedule"] == ["'nightly'"]
    code, out, err = run("diff --calls")
    assert code == 0
    assert out.startswith("-- Calls of the schema files, outside of what is proved\n\n-- supabase/schemas/a.sql:4:1\n")
    assert "select cron.schedule('nightly', '0 3 * * *', $$delete from notes$$);\n" in out
    assert "insert into storage.buckets (id, name) values ('avatars', 'avatars');\n" in out
    assert "hourly" not in out
    # Rows of the project's own tables are nobody's intent by themselves.
    assert "insert into notes" not in out
    assert "1 statement on the rows of notes (" in err
    assert run("diff --calls --check")[0] == 1


def test_secrets_are_told_nowhere(run: "Run", project: Path) -> None:
    for words in ("diff", "diff -v", "diff --json", "diff --check"):
        assert SECRET not in "".join(map(str, run(words)))
    code, out, err = run("diff --calls")
    assert (code, SECRET in out, SECRET in err) == (0, True, False)
    assert "supabase/schemas/a.sql:7:1: its arguments, which may be secrets, are in the migration" in err


def test_a_migration_with_calls_ends_the_difference(run: "Run", project: Path) -> None:
    with (project / "supabase" / "schemas" / "a.sql").open("a") as file:
        file.write("create table more (a int);\n")
    before = json.loads(run("diff --json")[1])["files"]
    assert run("diff --calls -f jobs")[0] == 0
    (written,) = [path for path in (project / "supabase" / "migrations").iterdir() if path.stem.endswith("jobs")]
    text = written.read_text()
    assert text.index("CREATE TABLE") < text.index("select pgmq.create('letters');")
    assert SECRET not in text[: text.index("CREATE TABLE")]
    code, out, err = run("diff --calls")
    assert (code, out, before) == (0, "", [])
    assert "cron.schedule" not in err


def test_calls_are_compared_between_files_only(refused: "Refused", project: Path, database: psycopg.Connection) -> None:
    refused(f"diff --calls --db-url '{address(database)}'", "one side is neither", "Leave out --db-url")
    refused("diff --calls --from files --to migrations", "one side is neither")
