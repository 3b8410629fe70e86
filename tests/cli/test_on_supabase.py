"""Projects on Supabase: extensions that only its servers have, and what the platform makes by itself."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

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


@pytest.mark.parametrize("extension", ["pg_tle", "pgsodium", "pgmq"])
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
