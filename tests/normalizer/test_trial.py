"""The proof on tables that hold rows: made-up ones, or somebody's own."""

from pathlib import Path
from typing import Final

import psycopg
import pytest
from judge import carry_out

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import ObjectId
from pgnorm.normalizer.comparing import compare
from pgnorm.normalizer.comparison import Comparison, Options
from pgnorm.normalizer.project.sources import parse
from pgnorm.normalizer.proof.roles import committed
from pgnorm.normalizer.proof.rows import Rows
from pgnorm.normalizer.workspace import Workspace

OLD: Final = """
create type public.mood as enum ('good', 'bad');
create domain public.short as text check (length(value) < 2);
create table public.a (
    id integer generated always as identity, m public.mood not null, s public.short, w integer[] not null,
    d date not null
);
create table public.b (id integer);
"""
READS_B: Final = """
create function public.highest() returns integer language plpgsql as
    $$ begin return coalesce((select max(number) from public.b), 0); end $$;
create function public.one() returns integer language plpgsql as 'begin return 1; end';
"""
NEW: Final = (
    f"{OLD}{READS_B} alter table public.b add number integer default public.one();"
    " alter table public.a add number integer default public.highest();"
)


def _compared(folder: Path, old: str, new: str, seed: str | None = None) -> Comparison:
    names = {"old.sql": old, "new.sql": new, "seed.sql": seed or ""}
    for name, text in names.items():
        (folder / name).write_text(text)
    options = Options(seed=folder / "seed.sql" if seed is not None else None)
    with Workspace(None, tell=lambda _level, _message: None) as workspace:
        before, after = (parse(str(folder / name), None) for name in ("old.sql", "new.sql"))
        return compare(workspace, before, after, options)


@pytest.mark.parametrize("seed", [None, "insert into public.a (m, w, d) values ('bad', '{}', '2000-01-01');"])
def test_what_a_function_reads_of_a_row_comes_before_it(
    database: psycopg.Connection, tmp_path: Path, seed: str | None
) -> None:
    found = _compared(tmp_path, OLD, NEW, seed)
    database.execute(f"{OLD} insert into a (m, w, d) values ('good', '{{}}', now())".encode())
    carry_out(database, found.plan)
    assert database.execute("select number from a").fetchall() == [(0,)]


@pytest.mark.parametrize(
    "body",
    [
        "begin return (select max(x) from nowhere); end",
        "begin return 1 / 0; end",
        "begin raise exception 'no rows yet'; end",
        "begin return (select max(id) from scratch); end",
    ],
)
def test_a_function_that_fails_by_itself_is_no_fault_of_a_plan(tmp_path: Path, body: str) -> None:
    function = f"create function public.f() returns integer language plpgsql as $$ {body} $$;"
    found = _compared(tmp_path, OLD, f"{OLD}{function} alter table public.a add number integer default public.f();")
    assert found.unproved is None


def test_a_row_that_somebody_gave_and_that_does_not_fit_is_said(tmp_path: Path) -> None:
    with pytest.raises(PgnormError, match="contains null values") as error:
        _compared(tmp_path, OLD, f"{OLD} alter table public.b add n integer not null;", "insert into b values (1);")
    assert error.value.hint is not None and "a row of --seed" in error.value.hint
    with pytest.raises(PgnormError, match='relation "c" does not exist') as error:
        _compared(tmp_path, OLD, f"{OLD} alter table public.b add n integer;", "insert into c values (1);")
    assert error.value.place is not None and "seed.sql:1:" in error.value.place


@pytest.mark.parametrize("seed", ["alter table b add z int;", "alter table b add n int;"])
def test_a_seed_that_makes_more_than_rows_is_no_defect(tmp_path: Path, seed: str) -> None:
    with pytest.raises(PgnormError, match="the plan does not") as error:
        _compared(tmp_path, OLD, f"{OLD} alter table public.b add n integer;", seed)
    assert error.value.hint is not None and error.value.hint.startswith(
        "What the file of --seed makes, alters or drops"
    )


@pytest.mark.parametrize(
    ("old", "seed"),
    [
        ("create type mood as enum ('a'); create table f (m mood); alter type mood add value 'b';", "values ('b')"),
        ("create table f (m int primary key, n int references f deferrable initially deferred);", "values (1, 1)"),
    ],
    ids=["value", "deferred check"],
)
def test_rows_may_need_what_is_committed(tmp_path: Path, old: str, seed: str) -> None:
    with_values = f"begin; insert into public.f {seed}; commit; vacuum public.f;"
    found = _compared(tmp_path, old, f"{old} alter table f add t text not null default '';", with_values)
    assert [step.item.label for step in found.plan.steps] == ["public.f.t"]
    with pytest.raises(PgnormError, match="contains null values"):
        _compared(tmp_path, old, f"{old} alter table f add t text not null;", with_values)


def test_rows_are_made_where_postgres_takes_one(database: psycopg.Connection) -> None:
    database.execute(OLD.encode())
    database.execute(
        "create table odd (x int not null check (x > 5)); create table parts (k int) partition by list (k);"
        " create table whole (x int primary key); create table child (a int not null references whole);"
        " create function refuse() returns trigger language plpgsql as 'begin raise exception ''no''; end';"
        " create trigger t before insert or delete on child execute function refuse()"
    )
    tables = [ObjectId("table", "public", name) for name in ("a", "b", "odd", "parts", "child")]
    rows = Rows(database, tables)
    assert sorted(table.name for table in rows.there) == ["a", "b", "child"]
    assert database.execute("select m, s, w from a").fetchall() == [("good", "a", [])]
    rows.remove()
    assert database.execute("select from child union all select from a").fetchall() == []


TWICE: Final = """
create table public.a1 (id int); create table public.a2 (id int);
create table public.z1 (id int); create table public.z2 (id int);
"""
TWICE_MORE: Final = f"""{TWICE}
create function public.one() returns int language plpgsql as 'begin return 1; end';
alter table public.z1 add x int default public.one(); alter table public.z2 add x int default public.one();
create function public.f1() returns int language plpgsql as
    'begin return (select coalesce(max(x), 0) from public.z1); end';
create function public.f2() returns int language plpgsql as
    'begin return (select coalesce(max(x), 0) from public.z2); end';
alter table public.a1 add b int default public.f1(); alter table public.a2 add b int default public.f2();
"""
FILLED: Final = "insert into public.a1 values (1); insert into public.a2 values (2);"


@pytest.mark.parametrize("seed", [None, FILLED])
def test_what_comes_too_early_in_several_places_is_put_in_order(
    database: psycopg.Connection, tmp_path: Path, seed: str | None
) -> None:
    found = _compared(tmp_path, TWICE, TWICE_MORE, seed)
    database.execute(f"{TWICE} {FILLED}".encode())
    carry_out(database, found.plan)
    assert database.execute("select a1.b, a2.b from a1, a2").fetchall() == [(0, 0)]


def test_a_made_row_is_taken_away_from_a_table_that_publishes_what_it_can_not_identify(tmp_path: Path) -> None:
    published = "create table public.t (id int{0}); create publication p for table public.t;"
    gives_null = "create function public.g() returns int language plpgsql as 'begin return null; end';"
    found = _compared(
        tmp_path, published.format(""), gives_null + published.format(", b int not null default public.g()")
    )
    assert [step.item.label for step in found.plan.steps if step.refusable or step.sql] == ["public.g()", "public.t.b"]


def test_a_table_that_can_not_be_updated_is_no_defect(tmp_path: Path) -> None:
    published = "create table public.t (id int{0}); create publication p for table public.t;"
    with pytest.raises(PgnormError, match="does not have a replica identity") as error:
        _compared(tmp_path, published.format(", b int"), published.format(", b int not null default 1"))
    assert error.value.hint is not None and "REPLICA IDENTITY" in error.value.hint


def test_a_default_given_to_rows_may_be_refused_by_a_key(tmp_path: Path) -> None:
    table = "create table public.t (id int, s text unique{0});"
    found = _compared(
        tmp_path,
        table.format(""),
        table.format("") + "alter table public.t alter s set default 'x';alter table public.t alter s set not null;",
    )
    assert [step.item.label for step in found.plan.steps if step.refusable] == ["public.t.s"]
    free = table.replace(" unique", "")
    found = _compared(tmp_path, free.format(""), free.format(" not null default 'x'"))
    assert [step.item.label for step in found.plan.steps if step.refusable] == []


def test_a_transaction_of_its_own_is_undone_where_it_fails(database: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero), committed(database):
        database.execute("create table t (a int)")
        database.execute("select 1 / 0")
    assert database.execute("select to_regclass('t')").fetchone() == (None,)
    with pytest.raises(psycopg.errors.DivisionByZero), database.transaction(), committed(database):
        database.execute("select 1 / 0")
    with committed(database):
        database.execute("create table t (a int)")
    assert database.execute("select to_regclass('t') is not null").fetchone() == (True,)
