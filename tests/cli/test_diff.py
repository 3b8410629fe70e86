"""`pgnorm diff`, from the words to the streams and the migrations folder."""

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

Run = Callable[[str], tuple[int, str, str]]

NOTES = "create table notes (id int primary key, body text);\n"


@pytest.fixture
def same(plain: Path) -> Path:
    """A plain project whose migrations say what its files say."""
    (plain / "migrations" / "20240101000000_notes.sql").write_text(NOTES)
    return plain


@pytest.mark.usefixtures("same")
def test_no_changes(run: Run) -> None:
    code, out, err = run("diff --check")
    assert (code, out) == (0, "")
    assert err.endswith("No schema changes found\n")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("--from files", "files"),
        ("--to migrations", "migrations"),
        ("--from files --to ./schemas", "./schemas"),
        ("--db-url host=127.0.0.1 --to host=127.0.0.1", "database"),
    ],
)
@pytest.mark.usefixtures("same")
def test_a_source_is_not_compared_with_itself(run: Run, words: str, named: str) -> None:
    code, out, err = run(f"diff {words}")
    assert (code, out) == (2, "")
    assert f"error: both sides are the same source, `{named}`\nhint: Name another one" in err


def test_a_project_without_migrations_gets_its_first(run: Run, plain: Path) -> None:
    (plain / "migrations").rmdir()
    code, out, err = run("diff -f start")
    assert (code, out) == (0, "")
    assert "source: 0 migrations of migrations\n" in err
    assert "the folder migrations does not exist: there are no migrations yet\n" in err
    assert "1 to add, 0 to change, 0 to drop:\n  + table public.notes, with 1 constraint\n" in err
    [written] = (plain / "migrations").iterdir()
    assert f"Wrote migrations/{written.name}\n" in err
    assert written.name.endswith("_start.sql")
    assert 'CREATE TABLE "public"."notes"' in written.read_text()
    assert run("diff --check") == (0, "", run("diff --check")[2])


def test_a_migration_that_would_not_be_the_last_is_refused_at_once(run: Run, same: Path) -> None:
    (same / "migrations" / "9_more.sql").write_text("no sql at all\n")
    code, out, err = run("diff -f x")
    assert (code, out) == (2, "")
    assert "migrations/9_more.sql: 20" in err
    assert "_x.sql would not be the last migration: names sort as text" in err
    assert "hint: Write it with -o FILE" in err
    assert len([*(same / "migrations").iterdir()]) == 2


def test_changes_are_summed_up_and_drops_are_to_be_checked(run: Run, same: Path) -> None:
    (same / "schemas" / "01_tables.sql").write_text("create table notes (id int primary key, at date);\n")
    code, out, err = run("diff --check")
    assert code == 1
    assert 'ADD COLUMN "at" "date"' in out
    assert 'DROP COLUMN "body"' in out
    assert "1 to add, 0 to change, 1 to drop:\n  + column public.notes.at\n  - column public.notes.body\n" in err
    assert "Please check that these are expected:\n  - column public.notes.body\n" in err
    assert run("diff")[0] == 0


def test_an_enum_value_that_is_used_gets_a_file_of_its_own(run: Run, same: Path) -> None:
    (same / "migrations" / "20240102000000_mood.sql").write_text("create type mood as enum ('a');\n")
    (same / "schemas" / "02.sql").write_text(
        "create type mood as enum ('a', 'b');\nalter table notes add mood mood default 'b';\n"
    )
    assert "-- Commit here" in run("diff")[1]
    assert run("diff -f mood")[0] == 0
    first, second = sorted((same / "migrations").glob("*_mood*.sql"))[1:]
    assert "ADD VALUE 'b'" in first.read_text()
    assert second.name.endswith("_mood_2.sql")
    assert run("diff --check")[0] == 0


def test_json(run: Run, same: Path) -> None:
    (same / "schemas" / "01_tables.sql").write_text("create table notes (id int primary key);\n")
    code, out, _ = run("diff --json --check")
    assert code == 1
    document = json.loads(out)
    assert document["version"] == 2
    assert (document["from"], document["to"], document["unproved"]) == ("migrations", "files", None)
    assert document["changes"] == [
        {
            "action": "drop",
            "kind": "column",
            "schema": "public",
            "name": "body",
            "detail": "notes",
            "sql": ['ALTER TABLE "public"."notes" DROP COLUMN "body";'],
            "destructive": True,
            "may_fail_on_rows": False,
            "transaction": 1,
        }
    ]


@pytest.mark.parametrize(
    ("types", "lost"),
    [
        ("create table k (o pair);", True),
        ("create domain d as pair; create table k (o d);", True),
        ("create type outer_pair as (o pair[]); create table k (o outer_pair[]);", True),
        ("create type outer_pair as (o pair); create view v as select null::outer_pair as o;", False),
    ],
    ids=["column", "domain", "nested", "not stored"],
)
@pytest.mark.parametrize(("old", "new", "verb"), [("x int, y int", "x int", "alter"), ("x int8", "x int2", "drop")])
def test_what_a_type_loses_in_the_columns_that_hold_it_is_told(
    run: Run, same: Path, types: str, lost: bool, old: str, new: str, verb: str
) -> None:
    (same / "migrations" / "20240102000000_pair.sql").write_text(f"create type pair as ({old});\n{types}\n")
    (same / "schemas" / "02.sql").write_text(f"create type pair as ({new});\n{types}\n")
    _, out, err = run("diff")
    assert "pair" in out
    assert (f"Please check that these are expected:\n  {verb} composite type public.pair\n" in err) is lost
    changes = json.loads(run("diff --json")[1])["changes"]
    assert [change["name"] for change in changes if change["destructive"]] == ["pair"] * lost


def test_a_view_that_has_a_stand_in_is_listed_once(run: Run, same: Path) -> None:
    text = (
        "create table t (a int%s);\n"
        "create view v as select a, null::int as b from t;\n"
        "create function f() returns int language sql begin atomic select b from v; end;\n"
        "create or replace view v as select a, f() as b from t;\n"
    )
    (same / "migrations" / "20240102000000_loop.sql").write_text(text % "")
    (same / "schemas" / "02.sql").write_text((text % "").replace("(a int", "(a int8"))
    _, _, err = run("diff")
    assert err.count("  view public.v\n") == 1


def test_a_plan_that_was_not_tried_says_so(run: Run, same: Path) -> None:
    (same / "schemas" / "02.sql").write_text("create table more ();\n")
    _, out, err = run("-q diff --no-proof")
    assert out.startswith("-- Unproved: --no-proof\n")
    assert "The plan is unproved: --no-proof\n" in err


def test_output_goes_to_a_file(run: Run, same: Path) -> None:
    (same / "schemas" / "02.sql").write_text("create table more ();\n")
    _, printed, _ = run("diff")
    assert run("diff -o plan.sql")[1] == ""
    assert (same / "plan.sql").read_text() == printed
    (same / "schemas" / "02.sql").unlink()
    code, out, err = run("diff -o plan.sql")
    assert (code, out) == (0, "")
    assert "No schema changes found\nWrote plan.sql\n" in err
    assert (same / "plan.sql").read_text() == ""
    assert run("diff -o -")[:2] == (0, "")


@pytest.mark.parametrize(
    ("words", "output"),
    [
        ("--from old.sql --to new.sql", "new.sql"),
        ("--from old.sql --to new.sql --json", "schemas/../old.sql"),
        ("--from old.json", "old.json"),
        ("", "schemas/01_tables.sql"),
        ("", "migrations/20240101000000_notes.sql"),
    ],
)
def test_no_source_is_written_over(run: Run, same: Path, words: str, output: str) -> None:
    for name in ("old.sql", "new.sql", "old.json"):
        (same / name).write_text("neither read nor written")
    before = (same / output).read_bytes()
    code, out, err = run(f"diff {words} -o {output}")
    assert (code, out) == (2, "")
    assert f"{output}: the file is compared itself, so -o can't write over it\nhint: Name another file.\n" in err
    assert (same / output).read_bytes() == before


def test_from_files_to_a_database(run: Run, same: Path, database: psycopg.Connection) -> None:
    assert same.is_dir()
    database.execute(NOTES.encode() + b"create table extra ()")
    info = database.info
    address = f"host={info.host} port={info.port} user=postgres dbname={info.dbname} password=secret"
    code, out, err = run(f"diff --from files --to '{address}' --json")
    assert code == 0
    document = json.loads(out)
    assert [(change["action"], change["name"]) for change in document["changes"]] == [("create", "extra")]
    assert document["to"] == "database"
    assert "secret" not in out + err


def test_default_privileges_of_the_platform_that_a_database_lacks(
    run: Run, crm: Path, database: psycopg.Connection
) -> None:
    assert crm.is_dir()
    info = database.info
    code, out, _ = run(f"diff --db-url 'host={info.host} port={info.port} user=postgres dbname={info.dbname}'")
    assert code == 0
    assert 'IN SCHEMA "public" GRANT ALL ON TABLES TO "service_role";' in out


def test_phantoms_and_drift_of_the_whole_project(run: Run, crm: Path) -> None:
    assert crm.is_dir()
    code, out, err = run("diff --check")
    assert code == 1
    assert out.count("GRANT") == out.count(";") == 2
    assert "~ function public.get_sale_id_by_email(character varying): privileges" in err
    assert "3 function bodies differ in looks only and are left out:" in err
    assert "pgnorm fix-functions --from migrations" in err
    assert "CREATE OR REPLACE FUNCTION" in run("diff --cosmetic")[1]
    assert run("diff --schema graphql_public")[0] == 0


def test_nothing_is_missing_from_the_summary(run: Run, folder: Path) -> None:
    (folder / "old.sql").write_text("create foreign data wrapper w; create server old foreign data wrapper w;\n")
    (folder / "new.sql").write_text(
        "create foreign data wrapper w; create server old foreign data wrapper w; create user mapping for public\n"
        "server old; create server s foreign data wrapper w; create user mapping for public server s;\n"
        "create table t (id serial primary key, b text default 'x', c int unique); create index i on t (b);\n"
        "alter table t enable row level security; create policy p on t; create policy q on t;\n"
        "create publication pub for table t;\n"
    )
    err = run("diff --from old.sql --to new.sql")[2]
    said = err[err.index("4 to add, 0 to change, 0 to drop:\n") :]
    assert said.splitlines()[1:] == [
        "  + foreign server s, with 1 user mapping",
        "  + user mapping old.public",
        "  + table public.t, with 1 default, 1 sequence, 2 constraints, 1 index, 1 row security, 2 policies",
        "  + publication pub, with 1 publication table",
    ]
    err = run("diff --from new.sql --to old.sql")[2]
    assert "  - foreign server s, with 1 user mapping\n" in err


def _hazards(err: str) -> list[str]:
    """The steps that the summary says rows may refuse."""
    _, _, rest = err.partition("Please check that existing rows allow these, which fail otherwise:\n")
    return [line.strip() for line in rest.splitlines() if line.startswith("  ")]


@pytest.mark.parametrize(
    ("old", "new", "hazards"),
    [
        ("", "b int not null", ["create column public.t.b"]),
        ("", "b int not null default 1", []),
        ("", "b int generated always as identity", []),
        ("b int", "b int not null", ["alter column public.t.b"]),
        ("b int not null", "b int", []),
        ("b int", "b bigint", []),
        ("b bigint", "b int", ["alter column public.t.b"]),
        ("b int", "b int check (b > 0)", ["create check constraint public.t.t_b_check"]),
        ("", "b int check (b > 0)", []),
        ("", "b int default 0 check (b > 0)", ["create check constraint public.t.t_b_check"]),
        ("b int", "b int unique", ["create constraint public.t.t_b_key"]),
        ("b int", "b int references o", ["create foreign key public.t.t_b_fkey"]),
        ("", "b int references o", []),
    ],
)
def test_what_rows_may_refuse_is_told(run: Run, folder: Path, old: str, new: str, hazards: list[str]) -> None:
    for name, column in (("old", old), ("new", new)):
        columns = ", ".join(filter(None, ["a int", column]))
        (folder / f"{name}.sql").write_text(f"create table o (id int primary key);\ncreate table t ({columns});\n")
    code, out, err = run("diff --from old.sql --to new.sql --no-proof --json")
    assert code == 0
    assert _hazards(err) == hazards
    document = json.loads(out)
    assert document["version"] == 2
    assert len([change for change in document["changes"] if change["may_fail_on_rows"]]) == len(hazards)


def test_what_rows_may_refuse_of_what_is_no_part_of_a_column(run: Run, folder: Path) -> None:
    (folder / "old.sql").write_text(
        "create domain d as int; create table t (a int, b d, c int); create type e as enum ('x', 'y');\n"
        "alter table t add check (a > 0) not valid; create table u (v e); create index i on t (c);\n"
    )
    (folder / "new.sql").write_text(
        "create domain d as int not null constraint p check (value > 0); create table t (a int, b d, c int);\n"
        "create type e as enum ('x'); alter table t add check (a > 0); create table u (v e);\n"
        "create unique index i on t (c); create unique index j on u (v); create index k on t (a);\n"
        "create table fresh (id int primary key, v int not null unique check (v > 0));\n"
    )
    assert sorted(_hazards(run("diff --from old.sql --to new.sql")[2])) == [
        "alter check constraint public.t.t_a_check",
        "alter column public.u.v",
        "alter domain public.d",
        "create domain constraint public.d.p",
        "create index public.i",
        "create index public.j",
    ]


def test_what_rows_may_refuse_of_partitions(run: Run, folder: Path) -> None:
    wholes = "create table p (a int) partition by list (a); create table q (a int) partition by list (a);\n"
    (folder / "old.sql").write_text(
        f"{wholes} create table p1 partition of p for values in (1, 2); create table p2 (a int);\n"
        "create table q0 partition of q default;\n"
        "create table h (a int) partition by hash (a);"
        "create table h1 partition of h for values with (modulus 2, remainder 1);\n"
    )
    (folder / "new.sql").write_text(
        f"{wholes} create table p1 partition of p for values in (1);\n"
        "create table p2 partition of p for values in (3);\n"
        "create table p3 partition of p for values in (4); create table p0 partition of p default;\n"
        "create table q0 partition of q default; create table q1 partition of q for values in (1);\n"
        "create table h (a bigint) partition by hash (a);"
        "create table h1 partition of h for values with (modulus 2, remainder 1);\n"
    )
    assert sorted(_hazards(run("diff --from old.sql --to new.sql")[2])) == [
        "create partition public.h1 of public.h",
        "create partition public.p1 of public.p",
        "create partition public.p2 of public.p",
        "create partition public.q1 of public.q",
    ]


def test_an_error_with_json_leaves_stdout_empty(run: Run, folder: Path) -> None:
    (folder / "old.sql").write_text("create table t (a int);\n")
    (folder / "new.sql").write_text("create table t (a itn);\n")
    code, out, err = run("diff --from old.sql --to new.sql --json")
    assert (code, out) == (2, "")
    assert 'new.sql:1:19: type "itn" does not exist\n' in err


@pytest.mark.usefixtures("same")
def test_a_reader_that_owns_nothing_is_told_why_owners_differ(run: Run, database: psycopg.Connection) -> None:
    database.execute("create role pgnorm_reader login")
    info = database.info
    words = f"diff --check --db-url 'host={info.host} port={info.port} user=pgnorm_reader dbname={info.dbname}'"
    try:
        database.execute(NOTES.encode())
        code, out, err = run(f"-q {words}")
        assert (code, out.count('OWNER TO "pgnorm_reader"')) == (1, 1)
        assert err.count("the role that reads the database, pgnorm_reader, and that one owns nothing of") == 1
        assert err.count("hint: Connect as the role that is to own it, or say in the files") == 1
        database.execute("create schema own authorization pgnorm_reader")
        assert "owns nothing" not in run(words)[2]
    finally:
        database.execute("drop owned by pgnorm_reader")
        database.execute("drop role pgnorm_reader")
