"""Rows outlive that their table is made anew: what no comparison of catalogs sees."""

from pathlib import Path

import psycopg
import pytest
from judge import carry_out

from pgnorm.catalog.reader import read
from pgnorm.normalizer.plan.plan import Plan
from pgnorm.normalizer.plan.planner import diff
from pgnorm.normalizer.postgres.shadow import Shadow

FIXTURES = Path(__file__).parents[2] / "fixtures"
REFUSES = """
    create or replace function public.refuse() returns trigger language plpgsql
        as 'begin raise exception ''fired for a row that is only moved''; end';"""


def _migrate(shadow: Shadow, start: psycopg.Connection, old: str, rows: str, new: str) -> Plan:
    start.execute(f"{old}; {rows}; set constraints all immediate".encode())
    with shadow.session(scratch=True) as goal:
        goal.connection.execute(new.encode())
        plan = diff(read(start), read(goal.connection))
    carry_out(start, plan)
    return plan


def _rows(connection: psycopg.Connection, query: str) -> list[tuple[object, ...]]:
    return connection.execute(query.encode()).fetchall()


@pytest.mark.parametrize("counter", ["bigint generated always as identity", "bigserial"])
def test_a_table_becomes_partitioned_and_plain_again(
    shadow: Shadow, database: psycopg.Connection, counter: str
) -> None:
    table = f"""{REFUSES}
        create table public.venue (id int primary key);
        create table public.event (
            id {counter}, at date not null, seats int default 5, twice int generated always as (seats * 2) stored,
            venue int references public.venue, primary key (id, at))"""
    others = """;
        create unique index event_at on public.event (at, venue);
        create trigger refuses before insert on public.event for each row execute function public.refuse();
        create table public.ticket (event bigint, at date, foreign key (event, at) references public.event);
        create materialized view public.total as select count(*) as n from public.event;
        alter table public.event enable row level security;
        alter table public.event force row level security;
        create policy few on public.event using (seats > 1000)"""
    plain = table + others
    parted = f"""{table} partition by range (at);
        create table public.event_2026 partition of public.event for values from ('2026-01-01') to ('2027-01-01');
        create trigger own before insert on public.event_2026 for each row execute function public.refuse();
        create table public.event_rest partition of public.event default{others}"""
    rows = """alter table public.event disable trigger user;
        insert into public.venue values (7);
        insert into public.event (at, venue) select date '2026-12-25' + n, 7 from generate_series(1, 9) n;
        insert into public.ticket select id, at from public.event;
        alter table public.event enable trigger user"""
    query = "select count(*), sum(id), sum(twice), (select count(*) from public.ticket), max(n) from event, total"
    plan = _migrate(shadow, database, plain, rows, parted)
    assert not any(step.destructive for step in plan.steps)
    assert [step.item.label for step in plan.steps if step.refusable] == ["public.event"]
    assert _rows(database, query) == [(9, 45, 90, 9, 9)]
    assert _rows(database, "select count(*) from public.event_rest") == [(3,)]
    plan = _migrate(shadow, database, "select", "select", plain)
    assert not any(step.destructive for step in plan.steps)
    assert _rows(database, query) == [(9, 45, 90, 9, 9)]
    database.execute("alter table public.event disable trigger user")
    assert _rows(database, "insert into public.event (at) values ('2030-01-01') returning id") == [(10,)]


def test_rows_of_partitions_that_go_move_and_those_that_stay_do_not(
    shadow: Shadow, database: psycopg.Connection
) -> None:
    old = """
        create table public.p (a int, b int) partition by list (a);
        create table public.p1 partition of public.p for values in (1);
        create table public.p2 partition of public.p for values in (2) partition by list (b);
        create table public.p21 partition of public.p2 for values in (1);
        create table public.p22 partition of public.p2 for values in (2);
        create table public.p3 partition of public.p for values in (3)"""
    new = """
        create table public.p (a int, b int) partition by hash (b);
        create table public.h partition of public.p for values with (modulus 1, remainder 0);
        create table public.p22 (a int, b int);
        create table public.p3 (a int, b int)"""
    plan = _migrate(shadow, database, old, "insert into public.p values (1, 1), (2, 1), (2, 2), (3, 3)", new)
    assert not any(step.destructive for step in plan.steps)
    assert _rows(database, "select * from public.p order by a") == [(1, 1), (2, 1)]
    assert _rows(database, "select * from public.p22") == [(2, 2)]
    assert _rows(database, "select * from public.p3") == [(3, 3)]


def test_columns_change_on_the_way(shadow: Shadow, database: psycopg.Connection) -> None:
    old = "create table public.t (a int, b text, lost int)"
    new = """
        create table public.t (fresh int not null default 3, b int, a bigint) partition by list (a);
        create table public.t1 partition of public.t default"""
    plan = _migrate(shadow, database, old, "insert into public.t values (1, '2', 3)", new)
    assert _rows(database, "select a, b, fresh from public.t") == [(1, 2, 3)]
    assert [step.item.label for step in plan.steps if step.destructive] == ["public.t"]


def test_a_row_without_a_partition_stops_it(shadow: Shadow, database: psycopg.Connection) -> None:
    new = """create table public.t (a int) partition by list (a);
        create table public.t1 partition of public.t for values in (1)"""
    with pytest.raises(psycopg.errors.CheckViolation):
        _migrate(shadow, database, "create table public.t (a int)", "insert into public.t values (2)", new)


def test_a_column_of_rows_of_the_table_keeps_them(shadow: Shadow, database: psycopg.Connection) -> None:
    holder = "create table public.h (r public.t)"
    new = f"""
        create table public.t (a int, b text) partition by list (a);
        create table public.t1 partition of public.t default; {holder}"""
    rows = "insert into public.t values (1, 'x'); insert into public.h select t from public.t"
    _migrate(shadow, database, f"create table public.t (a int, b text); {holder}", rows, new)
    assert _rows(database, "select (r).b from public.h") == [("x",)]


def test_a_type_that_is_made_anew_too_goes_by_text(shadow: Shadow, database: psycopg.Connection) -> None:
    old = "create type public.e as enum ('a', 'b'); create table public.t (x public.e, y public.e[])"
    new = """
        create type public.e as enum ('b');
        create table public.t (x public.e, y public.e[]) partition by list (x);
        create table public.t1 partition of public.t default"""
    _migrate(shadow, database, old, "insert into public.t values ('b', '{b}')", new)
    assert _rows(database, "select x::text, y::text from public.t") == [("b", "{b}")]


def test_keys_that_refer_to_each_other_part_no_partition_from_its_rows(
    shadow: Shadow, database: psycopg.Connection
) -> None:
    case = FIXTURES / "kinds" / "partitions" / "mutual"
    rows = "insert into band select n from generate_series(1, 20) n"
    plan = _migrate(shadow, database, (case / "old.sql").read_text(), rows, (case / "new.sql").read_text())
    assert not any(step.destructive for step in plan.steps)
    assert _rows(database, "select count(*) from band") == [(20,)]
