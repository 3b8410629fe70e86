"""Plans without drops, on rows: what stays, with what it needs, and what is refused."""

import json
from pathlib import Path

import psycopg
import pytest
from conftest import Refused, Run, Value

OLD = """
create type public.mood as enum ('a', 'b');
create function public.checked() returns trigger language plpgsql as 'begin return new; end';
create table public.notes (id int primary key, gone public.mood default 'a', size bigint, body text);
create table public.left_behind (id int primary key, mood public.mood);
create index by_mood on public.left_behind (mood);
create trigger first before insert on public.left_behind for each row execute function public.checked();
create view public.seen as select gone from public.notes;
create index by_size on public.notes (size);
create function public.lonely() returns int language sql as 'select 1';
"""
NEW = """
create table public.notes (id int primary key, size bigint, body text, more int);
create view public.others as select more from public.notes;
"""


@pytest.fixture
def sides(folder: Path, database: psycopg.Connection) -> str:
    (folder / "old.sql").write_text(OLD)
    (folder / "new.sql").write_text(NEW)
    database.execute(OLD.encode())
    database.execute("insert into notes values (1, 'b', 5, 'text'); insert into left_behind values (1, 'b')")
    return "--from old.sql --to new.sql"


def _kept(run: Run, line: str) -> set[str]:
    return {f"{each['kind']} {each['name']}" for each in json.loads(run(f"diff --json {line}")[1])["kept"]}


@pytest.mark.parametrize("proof", ["", "--no-proof"])
def test_what_holds_data_stays(run: Run, sides: str, database: psycopg.Connection, value: Value, proof: str) -> None:
    code, out, err = run(f"diff {sides} --no-drops {proof}")
    assert code == 0, err
    assert 'DROP VIEW "public"."seen"' in out
    assert 'DROP INDEX "public"."by_size"' in out
    assert "DROP TABLE" not in out
    assert "DROP COLUMN" not in out
    assert "  table public.left_behind\n" in err
    assert "  column public.notes.gone\n" in err
    database.execute(out.encode())
    database.execute("insert into left_behind values (2, 'a')")
    assert value(database, "select count(*) from left_behind") == 2
    assert value(database, "select gone::text from notes") == "b"
    assert value(database, "select count(*) from pg_trigger where tgname = 'first'") == 1
    assert value(database, "select count(*) from others") == 1
    assert {"table left_behind", "column gone", "enum mood", "function checked"} <= _kept(run, f"{sides} --no-drops")


def test_nothing_is_dropped(run: Run, sides: str) -> None:
    code, out, err = run(f"diff {sides} --safe-only")
    assert code == 0
    assert "DROP" not in out
    assert "  view public.seen\n" in err
    assert "to drop:" not in err.replace("0 to drop:", "")


def test_some_kinds_are_dropped(run: Run, refused: Refused, sides: str) -> None:
    code, out, _ = run(f"diff {sides} --allow-drop table,view")
    assert code == 0
    assert out.count("DROP ") == 2
    assert "table left_behind" not in _kept(run, f"{sides} --allow-drop table --allow-drop view")
    refused(f"diff {sides} --allow-drop tabel", "Did you mean `table`?")
    refused(f"diff {sides} --allow-drop table --no-drops", "leave it out")


def test_a_name_that_is_taken(refused: Refused, folder: Path, sides: str) -> None:
    (folder / "new.sql").write_text(NEW + "create view public.left_behind as select 1 as id;\n")
    refused(f"diff {sides} --no-drops", "view public.left_behind", "takes its name", "--allow-drop")


def test_a_lossy_change_is_left(run: Run, folder: Path, database: psycopg.Connection, value: Value) -> None:
    old = "create table public.a (v numeric); create materialized view public.mv as select v from public.a;"
    (folder / "old.sql").write_text(old)
    (folder / "new.sql").write_text(old.replace("v numeric", "v int, w int"))
    database.execute(old.encode())
    database.execute("insert into a values (1.5)")
    code, out, err = run("diff --from old.sql --to new.sql --no-drops")
    assert code == 0, err
    assert "  column public.a.v\n" in err
    database.execute(out.encode())
    assert value(database, "select v::text from a") == "1.5"
    assert "MATERIALIZED" not in out
    assert 'ADD COLUMN "w" integer' in out


def test_bodies_are_asked_about_what_goes_all_the_same(run: Run, folder: Path, sides: str) -> None:
    def broken(line: str) -> list[str]:
        found = json.loads(run(f"diff {sides} --json {line}")[1])
        return [f"{each['routine']} {each['what']}" for each in found["broken_bodies"]]

    body = "language plpgsql as 'begin perform {}; end'"
    reads = f"create function public.reads() returns void {body.format('n.gone from public.notes n')};\n"
    counts = f"create function public.counts() returns void {body.format('1 from public.left_behind')};\n"
    (folder / "old.sql").write_text(OLD + reads + counts)
    (folder / "new.sql").write_text(NEW + reads)
    lost = "public.reads() names public.notes.gone"
    assert broken("") == [lost]
    for line in ("--no-drops", "--safe-only", "--no-drops --no-proof", "--allow-drop view"):
        assert broken(line) == [], line
    code, _, err = run(f"diff {sides} --no-drops --fail-on breaks-callers")
    assert (code, "would fail" in err) == (0, False)
    # A function that stays although the new side lacks it fails without its table.
    assert broken("--allow-drop table") == ["public.counts() names public.left_behind"]
    # So does one that names what is renamed.
    (folder / "old.sql").write_text(f"create table public.notes (gone text);\n{reads}")
    (folder / "new.sql").write_text("create table public.notes (title text);\n")
    assert broken("--safe-only --rename public.notes.gone=title") == [lost]
