"""Renames made in a database, as `pgnorm sync` brings them into the files."""

from pathlib import Path

import psycopg
from addresses import address
from conftest import Run
from syncing import all_say

TEXT = """-- The people.
create table public.people (
    id   int primary key,
    name text, -- as they say it
    age  int
);
comment on column public.people.name is 'Full';
"""


def test_what_may_be_a_rename_is_told(run: Run, plain: Path, database: psycopg.Connection) -> None:
    (plain / "schemas" / "01_tables.sql").unlink()
    all_say(plain, database, TEXT)
    database.execute("alter table public.people rename column name to called")
    database.execute("alter table public.people rename constraint people_pkey to people_key")
    code, _, said = run(f"sync --db-url '{address(database)}' --force")
    told = "column public.people.name to called (the same definition, the same place, the same comment): "
    assert (code, f"{told}--rename public.people.name=called" in said) == (0, True), said
    assert "people_key" not in said
    assert run("diff --rename public.people.name=called")[1].startswith('ALTER TABLE "public"."people" RENAME COLUMN')
    assert "may only" not in run(f"sync --db-url '{address(database)}' --force")[2]
