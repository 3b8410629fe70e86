"""Renames in `pgnorm diff`: asked for, suggested, refused; and the rows that are there before and after."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from addresses import address

Run = Callable[[str], tuple[int, str, str]]
Refused = Callable[[str, str], str]

OLD = """
create table public.people (
  id serial primary key,
  number integer generated always as identity,
  status text not null check (status <> ''),
  boss integer references public.people (id)
);
create index people_status_idx on public.people (status);
create type public.mood as enum ('sad', 'glad');
create table public.moods (id integer primary key, mood public.mood default 'sad');
create view public.active as select id, status from public.people where status <> 'left';
create materialized view public.kept as select id from public.people;
create sequence public.counts;
create function public.doubled(n integer) returns integer language sql as 'select n * 2';
alter table public.people enable row level security;
create policy own on public.people using (status <> 'secret');
create schema inner_one;
create table inner_one.held (a integer);
"""
ROWS = """
insert into public.people (status, boss) select 's' || n, null from generate_series(1, 5) n;
insert into public.moods values (1, 'sad'), (2, 'glad');
insert into inner_one.held values (1), (2), (3);
refresh materialized view public.kept;
select nextval('public.counts'), nextval('public.counts');
"""
COUNTS = """
select (select count(*) from {people}), (select count(*) from public.moods), (select count(*) from {held}),
       (select count(*) from {kept})
"""
RENAMES = {
    "public.people=persons": "people->persons",
    "public.people.status=stage": "status->stage",
    "public.mood.sad='blue'": "'sad'->'blue'",
    "public.mood=feeling": "public.mood ->public.feeling ",
    "public.active=working": "public.active->public.working",
    "public.kept=stored": "public.kept->public.stored",
    "public.counts=tally": "public.counts->public.tally",
    "public.doubled=twice": "public.doubled->public.twice",
    "public.people.own=mine": "policy own->policy mine",
    "public.people_status_idx=by_status": "people_status_idx->by_status",
    "inner_one=inner_two": "inner_one->inner_two",
}


def spelled(text: str, change: str) -> str:
    before, _, after = change.partition("->")
    return text.replace(before, after)


def counted(database: psycopg.Connection, change: str) -> object:
    query = COUNTS.format(people="public.people", held="inner_one.held", kept="public.kept")
    return database.execute(spelled(query, change).encode()).fetchone()


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("word", RENAMES)
def test_every_row_survives_each_rename_and_its_way_back(
    run: Run, folder: Path, database: psycopg.Connection, word: str
) -> None:
    change = RENAMES[word]
    (folder / "new.sql").write_text(spelled(OLD, change))
    (folder / "old.sql").write_text(OLD)
    database.execute(OLD.encode())
    database.execute(ROWS.encode())
    rows = counted(database, "->")
    old_path, _, new_name = word.partition("=")
    back = ".".join([*old_path.split(".")[:-1], new_name]) + f"={old_path.split('.')[-1]}"
    back = back.replace("=sad", "='sad'")
    for goal, asked, spelling in (("new.sql", word, change), ("old.sql", back, "->")):
        code, sql, err = run(f"diff --db-url '{address(database)}' --to {goal} --rename \"{asked}\"")
        assert code == 0, err
        assert "DROP" not in sql
        assert "CREATE" not in sql
        database.execute(sql.encode())
        assert counted(database, spelling) == rows
        assert run(f"diff --db-url '{address(database)}' --to {goal}")[1] == ""


def test_a_hint_is_carried_out_and_taken_out_of_the_file(run: Run, plain: Path) -> None:
    schema = plain / "schemas" / "50_more.sql"
    schema.write_text("create table people (id int primary key, status text);\n")
    assert run("diff -f first")[0] == 0
    text = "-- The people.\n-- pgnorm: renamed from people\ncreate table persons (\n  id int primary key,\n"
    schema.write_text(f"{text}  stage text -- pgnorm: renamed from status\n);\n")
    document = json.loads(run("diff --json")[1])
    assert document["renames"] == ["column public.people.status to stage", "table public.people to persons"]
    code, _, err = run("diff -f second")
    assert code == 0
    assert "Removed the hints that are carried out from schemas/50_more.sql\n" in err
    assert schema.read_text() == "-- The people.\ncreate table persons (\n  id int primary key,\n  stage text\n);\n"
    written = max((plain / "migrations").glob("*_second.sql")).read_text()
    assert "--   ~ table public.persons: name (was people)\n" in written
    assert 'ALTER TABLE "public"."people" RENAME COLUMN "status" TO "stage";\n' in written
    assert run("diff --check")[0] == 0


def test_hints_that_are_kept_have_no_effect_any_more(run: Run, plain: Path) -> None:
    schema = plain / "schemas" / "50_more.sql"
    schema.write_text("create table people (id int);\n")
    assert run("diff -f first")[0] == 0
    schema.write_text("-- pgnorm: renamed from people\ncreate table persons (id int);\n")
    assert run("diff -f second --keep-hints")[0] == 0
    assert "pgnorm: renamed" in schema.read_text()
    code, out, err = run("diff -v --check")
    assert (code, out) == (0, "")
    assert "schemas/50_more.sql:1:1: it has that name by now, so the hint can go" in err


def test_a_hint_that_does_not_fit_is_refused_at_its_place(run: Run, plain: Path, refused: Refused) -> None:
    schema = plain / "schemas" / "50_more.sql"
    schema.write_text("\n-- pgnorm: renamed from nobody\ncreate table persons (id int);\n")
    refused("diff -f x", "schemas/50_more.sql:2:1: can't rename public.nobody to persons: the old side has neither")
    assert "pgnorm: renamed" in schema.read_text()
    refused("diff --rename a", "`--rename a` does not say what gets which name")


def test_what_the_sides_suggest_is_listed_and_never_guessed(run: Run, plain: Path) -> None:
    schema = plain / "schemas" / "50_more.sql"
    schema.write_text("create table people (id int, status text);\n")
    assert run("diff -f first")[0] == 0
    schema.write_text("create table people (id int, stage text);\n")
    code, out, err = run("diff")
    assert code == 0
    assert 'DROP COLUMN "status"' in out
    assert "column public.people.status to stage (the same definition, the same place): " in err
    assert "--rename public.people.status=stage, or `-- pgnorm: renamed from status`" in err
    document = json.loads(run("diff --json")[1])
    assert [each["rename"] for each in document["suggested_renames"]] == ["public.people.status=stage"]
    review = run("diff --format markdown")[1]
    assert "These may be renames" in review
    assert (
        "`` public.people.status=stage (the same definition, the same place): --rename public.people.status=stage, "
        "or `-- pgnorm: renamed from status` at the new name in the files ``\n" in review
    )
    assert "pgnorm: renamed" not in run("diff --renames never")[2]
    code, out, _ = run("diff --renames accept")
    assert code == 0
    assert out == 'ALTER TABLE "public"."people" RENAME COLUMN "status" TO "stage";\n'


@pytest.mark.parametrize(
    ("old", "new", "asked"),
    [
        ("aaa int, x int)", "bbb int, x int)", "public.people.aaa=bbb"),
        (
            "x int, constraint c check (x > 0)); create table below () inherits (people)",
            "x int, constraint d check (x > 0)); create table below () inherits (persons)",
            "public.people.c=d",
        ),
    ],
    ids=["column", "check above others"],
)
def test_a_part_is_asked_for_with_either_name_of_its_whole(
    run: Run, plain: Path, old: str, new: str, asked: str
) -> None:
    for name, table, text in (("old", "people", old), ("new", "persons", new)):
        (plain / f"{name}.sql").write_text(f"create table {table} ({text};")
    at = "diff --from old.sql --to new.sql --rename public.people=persons"
    code, plan, said = run(f"{at} --renames accept")
    assert (code, "DROP" in plan, plan.count("RENAME")) == (0, False, 2), said + plan
    for path in (asked, asked.replace("people", "persons")):
        assert run(f"{at} --rename {path}")[:2] == (0, plan)


def test_nobody_is_asked_about_what_comes_with_a_rename(run: Run, plain: Path) -> None:
    schema = plain / "schemas" / "50_more.sql"
    state = "create table people (id int, {0} text); create view all_people as select id, {0} from people;\n"
    schema.write_text(state.format("status"))
    assert run("diff -f first")[0] == 0
    schema.write_text(state.format("stage"))
    assert run("diff")[2].count(": --rename ") == 2
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "pgnorm.cli", "diff", "-q", "-o", "out.sql"]
    with subprocess.Popen(command, cwd=plain, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        os.write(ours, b"y\n" * 2)
        said = b""
        with suppress(OSError):  # what Linux says of a terminal that nobody is at any more
            while more := os.read(ours, 1000):
                said += more
        assert process.wait() == 0, said
    os.close(ours)
    assert said.count(b"?") == 1
    assert b"Rename column public.people.status to stage" in said
    assert 'ALTER VIEW "public"."all_people" RENAME COLUMN "status" TO "stage"' in (plain / "out.sql").read_text()


def test_bodies_that_name_the_old_name_are_told(run: Run, plain: Path) -> None:
    schema = plain / "schemas" / "50_more.sql"
    function = "create function told() returns int language plpgsql as $$\nbegin\n  return (select count(p.status)\n"
    function += "    from public.people p);\nend $$;\n"
    schema.write_text(f"create table people (id int, status text);\n{function}")
    assert run("diff -f first")[0] == 0
    schema.write_text(f"create table people (id int, stage text);\n{function}")
    _, _, err = run("diff --rename people.status=stage")
    place = "schemas/50_more.sql:4:26"
    assert f"  {place}: public.told() names public.people.status" in err
    [body] = json.loads(run("diff --rename people.status=stage --json")[1])["broken_bodies"]
    assert (body["place"], body["line"]) == (place, 3)
    assert f"- `{place}: public.told() names" in run("diff --format markdown --rename people.status=stage")[1]
    # A body in other words than it is stored in has no lines of its own.
    schema.write_text(
        "create table people (id int, stage text);\n\n"
        "create function told() returns int language plpgsql as "
        "E'\\nbegin\\n  return (select count(p.status)\\n    from public.people p);\\nend ';\n"
    )
    assert (
        "  schemas/50_more.sql:3:1: public.told() names public.people.status"
        in run("diff --rename people.status=stage")[2]
    )


def test_a_hint_outside_of_what_is_compared_waits(run: Run, plain: Path, refused: Refused) -> None:
    schema = plain / "schemas" / "50_more.sql"
    schema.write_text("create schema s; create table s.people (id int); create table other (id int);\n")
    assert run("diff -f first")[0] == 0
    text = "create schema s;\n-- pgnorm: renamed from people\ncreate table s.persons (id int);\n"
    schema.write_text(f"{text}create table other (id int, more int);\n")
    for selection in ("-n public", "--ignore s.p*", "--only other"):
        code, out, _ = run(f"diff {selection}")
        assert code == 0
        assert out == 'ALTER TABLE "public"."other" ADD COLUMN "more" integer;\n'
    assert run("diff -f more -n public")[0] == 0
    assert "pgnorm: renamed" in schema.read_text()
    schema.write_text(schema.read_text().replace("-- pgnorm: renamed from people\n", ""))
    refused("diff -n public --rename s.people=persons", "error: table s.people to persons: it is not part of what")


@pytest.mark.usefixtures("folder")
def test_indexes_of_a_partitioned_table_are_renamed_with_it(run: Run, folder: Path) -> None:
    old = "create table {0} (id int, k text) partition by list (k); create index on {0} (id);\n"
    old += "create table {0}_a partition of {0} for values in ('a');\n"
    (folder / "old.sql").write_text(old.format("p"))
    (folder / "new.sql").write_text(old.format("q"))
    code, out, _ = run("diff --from old.sql --to new.sql --rename p=q --rename p_a=q_a")
    assert code == 0
    assert out.split("\n\n") == [
        'ALTER TABLE "public"."p" RENAME TO "q";',
        'ALTER TABLE "public"."p_a" RENAME TO "q_a";',
        'ALTER INDEX "public"."p_id_idx" RENAME TO "q_id_idx";',
        'ALTER INDEX "public"."p_a_id_idx" RENAME TO "q_a_id_idx";\n',
    ]


LEFT_ALONE = {
    "partitions": (
        "create table events (at date) partition by range (at);\n"
        "create table events_20 partition of events for values from ('2020-01-01') to ('2021-01-01');\n",
        "create table happenings (at date) partition by range (at);\n",
        "--rename events=happenings --ignore events_2*",
    ),
    "a column": (
        "create table logs (a int, debug text);\n",
        "create table log (a int);\n",
        "--rename logs=log --ignore logs.debug",
    ),
    "a table in a schema": (
        "create schema s1; create table s1.t (a int); create table s1.u (a int);\n",
        "create schema s2; create table s2.t (a int);\n",
        "--rename s1=s2 --ignore s1.u",
    ),
    "a policy": (
        "create table t (a int); create policy dash on t using (true);\n",
        "create table tt (a int);\n",
        "--rename t=tt --ignore t.dash",
    ),
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("case", LEFT_ALONE)
def test_what_is_left_alone_stays_so_under_a_new_name(run: Run, folder: Path, case: str) -> None:
    old, new, words = LEFT_ALONE[case]
    (folder / "old.sql").write_text(old)
    (folder / "new.sql").write_text(new)
    code, out, err = run(f"diff --from old.sql --to new.sql {words}")
    assert code == 0, err
    assert "DROP" not in out
    assert "RENAME TO" in out


@pytest.mark.usefixtures("folder")
def test_half_of_a_rename_is_refused(folder: Path, refused: Refused) -> None:
    (folder / "old.sql").write_text("create table logs (a int);\n")
    (folder / "new.sql").write_text("-- pgnorm: renamed from logs\ncreate table log (a int);\n")
    words = "diff --from old.sql --to new.sql"
    refused(f"{words} --ignore logs", "new.sql:1:1: table public.logs to log: its other name is not part of what is")
    refused(f"{words} --only log", "new.sql:1:1: table public.logs to log: its other name is not part of what is")


@pytest.mark.usefixtures("folder")
def test_two_wishes_for_one_object(run: Run, folder: Path, refused: Refused) -> None:
    (folder / "old.sql").write_text("create table t (a int, b int);\n")
    (folder / "new.sql").write_text("create table t (a int, c int);\n")
    words = "diff --from old.sql --to new.sql"
    assert run(f"{words} --rename t.b=c --rename public.t.b=c")[0] == 0
    refused(f"{words} --rename t.b=c --rename t.b=d", "--rename t.b=d: public.t.b is to be renamed to d and to c")
