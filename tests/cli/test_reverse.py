"""The way back that `pgnorm diff --reverse` writes, on rows."""

import json
from pathlib import Path

import psycopg
from conftest import Refused, Run, Value

OLD = """
create table public.people (id int primary key, status text, gone int);
create table public.left_behind (a int);
create view public.seen as select status from public.people;
create type public.mood as enum ('sad', 'ok');
"""
NEW = """
-- pgnorm: renamed from people
create table public.persons (
  id int primary key,
  stage text,  -- pgnorm: renamed from status
  more int default 7
);
create view public.seen as select stage as status from public.persons;
create type public.mood as enum ('blue', 'ok');
"""


def test_rows_go_there_and_back(run: Run, folder: Path, database: psycopg.Connection, value: Value) -> None:
    (folder / "old.sql").write_text(OLD)
    (folder / "new.sql").write_text(NEW)
    sides = "--from old.sql --to new.sql --rename public.mood.sad=blue"
    database.execute(OLD.encode())
    database.execute("insert into people values (1, 'new', 5); insert into left_behind values (1)")
    code, forth, err = run(f"diff {sides}")
    assert code == 0, err
    assert "does not come back" not in err
    database.execute(forth.encode())
    code, back, err = run(f"diff {sides} --reverse")
    assert code == 0, err
    assert "These are made again, but what they held does not come back:\n" in err
    assert "  table public.left_behind\n" in err
    assert "  column public.people.gone\n" in err
    assert "column public.people.status" not in err.split("does not come back")[1]
    assert """RENAME VALUE 'blue' TO 'sad'""" in back
    database.execute(back.encode())
    assert value(database, "select (id, status)::text from people") == "(1,new)"
    assert value(database, "select count(*) from left_behind") == 0
    assert (folder / "new.sql").read_text() == NEW


def test_a_program_is_told_the_same(run: Run, folder: Path) -> None:
    (folder / "old.sql").write_text(OLD)
    (folder / "new.sql").write_text(NEW)
    code, out, _ = run("diff --from old.sql --to new.sql --reverse --json")
    assert code == 0
    document = json.loads(out)
    assert (document["from"], document["to"]) == ("new.sql", "old.sql")
    assert [each["name"] for each in document["not_restored"]] == ["left_behind", "gone"]
    assert "table public.persons to people" in document["renames"]


def test_a_way_back_is_no_migration_behind_the_last_one(refused: Refused, plain: Path) -> None:
    refused("diff --reverse -f back", "-o FILE")
    assert not [*(plain / "migrations").glob("*back*")]


def test_a_hint_that_does_not_fit_is_refused_both_ways(refused: Refused, folder: Path) -> None:
    (folder / "old.sql").write_text(OLD)
    (folder / "new.sql").write_text(NEW.replace("from people", "from peolpe"))
    for option in ("", "--reverse"):
        refused(f"diff --from old.sql --to new.sql {option}", "new.sql:2:1", "peolpe")
