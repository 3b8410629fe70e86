"""A commit behind a new value of an enum: where what follows uses it, which Postgres refuses before that."""

from pathlib import Path

import psycopg
import pytest
from addresses import address
from conftest import Run

from pgnorm.normalizer.plan.plan import BOUNDARY

OLD = """
create type mood as enum ('calm');
create type entry as (m mood, n int);
create domain checked as text;
create function last_one() returns text language sql as $$ select 'w' || 'ild' $$;
create function told(mood) returns text language plpgsql immutable as $$ begin return enum_last($1)::text; end $$;
create table notes (a int, m mood);
insert into notes values (1, 'calm');
"""
USES = {
    "default": "alter table notes add b mood default 'wild'",
    "inside of another": "alter table notes add b entry default '(wild,1)'",
    "the last one": "alter table notes add b mood default enum_last(null::mood)",
    "by a function": "alter table notes add b mood default last_one()::mood",
    "by a function on rows": "alter table notes add check (told(m) <> '')",
    "index": "create index on notes (told(m))",
    "materialized view": "create materialized view v as select enum_last(m) as m from notes",
    "view": "create view v as select 'wild'::mood as m",
    "condition": "create index on notes (a) where m <> 'wild'",
    "policy": "create policy p on notes using (m = 'wild')",
    "new table": "create table t (m mood default 'wild')",
    "partition": "create table t (m mood) partition by list (m); create table t1 partition of t for values in ('wild')",
}
DOES_WITHOUT = {
    "column": "alter table notes add b mood, add c mood[], add d mood not null default 'calm'",
    "new table": "create table t (m mood default 'calm' primary key check (m <> 'calm'))",
    "view": "create view v as select * from notes where m = 'calm'",
    "policy": "create policy p on notes using (m = 'calm')",
    "function": "create function f(mood) returns mood language sql as $$ select 'calm'::mood $$",
    "longer word": "create table wildlife (m mood)",
}


def _plan(run: Run, folder: Path, value: str, then: str) -> list[str]:
    (folder / "old.sql").write_text(OLD)
    (folder / "new.sql").write_text(OLD.replace("enum ('calm')", f"enum ('calm', {value})") + then)
    code, out, err = run("diff --from old.sql --to new.sql")
    assert (code, "ADD VALUE" in out) == (0, True), err
    return out.split(BOUNDARY)


def _carry_out(connection: psycopg.Connection, scripts: list[str]) -> None:
    connection.execute(OLD.encode())
    for script in scripts:
        with connection.transaction():
            connection.execute(script.encode())


@pytest.mark.parametrize("use", [pytest.param(sql, id=how) for how, sql in USES.items()])
def test_what_uses_the_value_comes_behind_a_commit(
    run: Run, folder: Path, database: psycopg.Connection, use: str
) -> None:
    scripts = _plan(run, folder, "'wild'", f"{use};")
    assert len(scripts) == 2
    _carry_out(database, scripts)
    assert "No schema changes found" in run(f"diff --from new.sql --to '{address(database)}'")[2]


@pytest.mark.parametrize("value", ["'wild'", "'it''s \"wild\"'"])
@pytest.mark.parametrize("other", [pytest.param(sql, id=how) for how, sql in DOES_WITHOUT.items()])
def test_what_does_without_it_needs_none(
    run: Run, folder: Path, database: psycopg.Connection, other: str, value: str
) -> None:
    scripts = _plan(run, folder, value, f"{other};")
    assert len(scripts) == 1
    _carry_out(database, scripts)
    assert "No schema changes found" in run(f"diff --from new.sql --to '{address(database)}'")[2]
