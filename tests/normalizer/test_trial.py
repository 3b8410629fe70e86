"""The proof on tables that hold rows: made-up ones, or somebody's own."""

from pathlib import Path
from typing import Final

import psycopg
import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import ObjectId
from pgnorm.normalizer.comparing import Comparison, Options, compare
from pgnorm.normalizer.sources import parse
from pgnorm.normalizer.trial import Rows
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
    for script in found.plan.scripts():
        database.execute(script.encode())
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
