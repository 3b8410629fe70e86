"""Sequences that become a column's, are let go or change hands: no row gets a number that another one has had."""

from pathlib import Path
from typing import Final

import psycopg
import pytest
from judge import carry_out

from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.difference import differences
from pgnorm.normalizer.plan.plan import Plan
from pgnorm.normalizer.plan.planner import diff
from pgnorm.normalizer.postgres.shadow import Shadow

FIXTURE: Final = Path(__file__).parents[2] / "fixtures" / "kinds" / "sequences" / "free_or_owned"


def _lead(shadow: Shadow, old: psycopg.Connection, new: str) -> Plan:
    with shadow.session(scratch=True) as session:
        session.connection.execute(new.encode())
        goal = read(session.connection)
    plan = diff(read(old), goal)
    carry_out(old, plan)
    old.execute("reset all")
    assert not differences(read(old), goal)
    return plan


def _next(connection: psycopg.Connection, table: str, column: str = "id") -> object:
    row = connection.execute(f"insert into {table} default values returning {column}".encode()).fetchone()
    return row and row[0]


def test_numbers_go_on_behind_those_that_were_drawn_and_are_gone(shadow: Shadow, database: psycopg.Connection) -> None:
    database.execute((FIXTURE / "old.sql").read_bytes())
    counted = ("becomes_serial", "becomes_identity", "lets_go", "identity_lets_go", "becomes_owned")
    for table in counted:
        for _ in range(5):
            _next(database, table)
        database.execute(f"delete from {table} where id > 3".encode())
    database.execute("insert into becomes_serial values (null, 'none yet')")
    plan = _lead(shadow, database, (FIXTURE / "new.sql").read_text())
    assert database.execute("select id from becomes_serial where note is not null").fetchone() == (6,)
    assert [_next(database, table) for table in counted] == [7, 6, 6, 6, 6]
    assert not any(step.destructive for step in plan.steps)
    plan = _lead(shadow, database, (FIXTURE / "old.sql").read_text())
    assert [_next(database, table) for table in counted] == [8, 7, 7, 7, 7]


def test_numbers_that_have_come_from_elsewhere_are_not_drawn(shadow: Shadow, database: psycopg.Connection) -> None:
    database.execute((FIXTURE / "old.sql").read_bytes())
    database.execute("insert into swaps select from generate_series(1, 3); insert into swaps values (70, -80)")
    database.execute("insert into by_hand values (5), (99999999999); insert into filled values (4), (null), (null)")
    database.execute("insert into first_of_both default values; insert into second_of_both values (30)")
    _lead(shadow, database, (FIXTURE / "new.sql").read_text())
    assert [_next(database, "swaps"), _next(database, "swaps", "down")] == [-4, 5]
    # One of the numbers is beyond what the sequence counts to.
    assert _next(database, "by_hand") == 6
    assert database.execute("select array_agg(id order by id) from filled").fetchone() == ([4, 5, 6],)
    assert [_next(database, "first_of_both"), _next(database, "second_of_both")] == [3, 31]
    _lead(shadow, database, (FIXTURE / "old.sql").read_text())
    assert [_next(database, "swaps"), _next(database, "swaps", "down")] == [71, -82]
    assert _next(database, "first_of_both") == 32


@pytest.mark.parametrize("owned", [True, False])
def test_tables_that_swap_their_sequences_draw_no_number_twice(
    shadow: Shadow, database: psycopg.Connection, *, owned: bool
) -> None:
    pair = "create sequence one; create sequence two"
    tables = "create table a (id int primary key default nextval('{}'));" + (
        "create table b (id int primary key default nextval('{}'))"
    )
    belong = ";alter sequence {} owned by a.id; alter sequence {} owned by b.id" if owned else ""
    old, new = ("one", "two"), ("two", "one")
    database.execute(f"{pair}; {tables.format(*old)}{belong.format(*old)}".encode())
    database.execute("insert into a select from generate_series(1, 9); insert into b default values")
    _lead(shadow, database, f"{pair}; {tables.format(*new)}{belong.format(*new)}")
    assert (_next(database, "a"), _next(database, "b")) == (10, 10)


def test_what_several_drew_from_says_what_it_loses(shadow: Shadow, database: psycopg.Connection) -> None:
    database.execute((FIXTURE / "new.sql").read_bytes())
    plan = _lead(shadow, database, (FIXTURE / "old.sql").read_text())
    lost = [step.item.label for step in plan.steps if step.destructive]
    # No column that stays goes on with what these two counted.
    assert lost == ["public.fills", "public.later", "public.second_of_both_id_seq"]


def test_heirs_draw_from_the_sequence_of_their_ancestor(shadow: Shadow, database: psycopg.Connection) -> None:
    folder = FIXTURE.parent / "of_heirs"
    database.execute((folder / "old.sql").read_bytes())
    database.execute("insert into top values (3); insert into heir values (9), (null)")
    _lead(shadow, database, (folder / "new.sql").read_text())
    assert database.execute("select array_agg(id order by id) from top").fetchone() == ([3, 9, 10],)
    assert [_next(database, "heir"), _next(database, "top")] == [11, 12]
    _lead(shadow, database, (folder / "old.sql").read_text())
    assert [_next(database, "heir"), _next(database, "top")] == [13, 14]


def test_numbers_made_of_drawn_ones_do_not_say_where_these_go_on(shadow: Shadow, database: psycopg.Connection) -> None:
    database.execute("create table t (id int primary key, n bigint); insert into t values (2147483001, 5)")
    sequences = "create sequence ids; create sequence numbers"
    table = "create table t (id int primary key default nextval('ids') * 10, n bigint default nextval('numbers')::int)"
    _lead(shadow, database, f"{sequences}; {table}")
    # Behind 2147483001, an id would be out of range.
    assert database.execute("insert into t default values returning id, n").fetchone() == (10, 6)


@pytest.mark.parametrize("type_", ["numeric", "numeric(12)", "numeric(12, 2)", "double precision", "whole"])
def test_a_key_that_is_no_integer_says_where_its_sequence_goes_on(
    type_: str, shadow: Shadow, database: psycopg.Connection
) -> None:
    domain = "create domain whole as numeric check (value <> 3);"
    table = f"{domain} create table t (id {type_} primary key {{}}, down {type_} {{}})"
    database.execute(table.format("", "").encode())
    database.execute(
        "insert into t values (7, -9.4), (6.5, -2), (1e30, null)"
        if type_ in ("numeric", "whole")
        else "insert into t values (7, -9.4)"
    )
    sequences = "create sequence ids; create sequence downs increment -1;"
    _lead(shadow, database, sequences + table.format("default nextval('ids')", "default nextval('downs')"))
    assert database.execute("insert into t default values returning id, down").fetchone() == (8, -10)
    database.execute(
        "truncate t; alter table t alter id drop default, alter down drop default; drop sequence ids, downs"
    )
    _lead(shadow, database, sequences + table.format("default nextval('ids')", "default nextval('downs')"))
    assert database.execute("insert into t default values returning id, down").fetchone() == (1, -1)


@pytest.mark.parametrize("name", ["turns_id_seq", "other"])
def test_numbers_that_begin_again_go_on_where_they_are(shadow: Shadow, database: psycopg.Connection, name: str) -> None:
    cycles = "maxvalue 50 cycle"
    identity = f"create table turns (id int generated by default as identity ({cycles}) primary key)"
    drawn = f"""
        create sequence {name} as int {cycles};
        create table turns (id int primary key default nextval('{name}'));
        alter sequence {name} owned by turns.id
    """
    database.execute(identity.encode())
    for _ in range(50):
        _next(database, "turns")
    database.execute("delete from turns where id < 40")
    assert [_next(database, "turns") for _ in range(3)] == [1, 2, 3]
    for number, state in ((4, drawn), (5, identity)):
        _lead(shadow, database, state)
        assert _next(database, "turns") == number
