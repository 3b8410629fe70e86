"""Ways between types, and which type holds every value of another; the server is asked where it can decide."""

from itertools import permutations
from typing import Final

import psycopg
import pytest

from pgnorm.catalog.kinds.columns import Column
from pgnorm.catalog.kinds.conversions import widens
from pgnorm.catalog.model import Changed, Target, stated
from pgnorm.catalog.reader import read


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("integer", "bigint"),
        ("smallint", "numeric"),
        ("character varying(10)", "character varying(20)"),
        ("character varying(10)", '"text"'),
        ("numeric(10,2)", "numeric(12,2)"),
        ("numeric(10,2)", "numeric"),
        ('"public"."mood"', '"text"'),
        ("integer[]", "bigint[]"),
        ('"date"', "timestamp with time zone"),
    ],
)
def test_wider(old: str, new: str) -> None:
    assert widens(old, new)
    assert not widens(new, old)


@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        ("timestamp with time zone", '"date"', "'2020-01-02 03:04:05+00'::timestamptz"),
        ("numeric(12,4)", "integer", "1.2345::numeric(12,4)"),
        ("numeric(12,4)", "numeric(12,2)", "1.2345::numeric(12,4)"),
        ("timestamp(6) with time zone", "timestamp(0) with time zone", "'2020-01-02 03:04:05.678+00'::timestamptz(6)"),
        ("double precision", "real", "0.123456789012::float8"),
    ],
)
def test_values_are_lost(database: psycopg.Connection, old: str, new: str, value: str) -> None:
    assert not widens(old, new)
    row = database.execute(f"select ({value})::{new}::text = ({value})::text".encode()).fetchone()
    assert row == (False,)


def test_a_longer_text_does_not_fit() -> None:
    assert not widens("character varying(80)", "character varying(8)")
    assert not widens('"text"', "character varying(8)")


TYPES: Final = (
    "smallint, integer, bigint, numeric(9,2), real, double precision, money, boolean, text, varchar(9), char(9), uuid,"
    " json, jsonb, xml, date, interval, time, timetz, timestamp, timestamptz, bit(4), varbit, inet, macaddr, box,"
    " point, int4range, int4multirange, integer[], text[], jsonb[], boolean[], mood, mood[], temper, pair, days,"
    " whole, made"
)


def _accepts(connection: psycopg.Connection, sql: str) -> bool:
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(sql.encode())
    except psycopg.Error:
        return False
    return True


def test_every_way_between_two_types_is_one_that_postgres_takes(database: psycopg.Connection) -> None:
    database.execute(
        "create type mood as enum ('a', 'b'); create type temper as enum ('b', 'c');"
        " create type pair as (x int, y text); create domain days as date; create domain whole as numeric;"
        " create type made as (z int);"
        " create function to_made(integer) returns made language sql as 'select row($1)::made';"
        " create cast (integer as made) with function to_made(integer);"
        f" create table t ({', '.join(f'c{number} {one}' for number, one in enumerate(TYPES.split(', ')))})"
    )
    catalog = read(database)
    target = Target(major=catalog.major)
    refused, ways = [], {}
    for old, new in permutations([item for item in catalog.objects.values() if isinstance(item, Column)], 2):
        made = old.alter(new.evolve(name=old.name), Changed({"type"}), target)
        *told, sql = (stated(each).sql for each in made)
        refused += [] if _accepts(database, sql) else [sql]
        ways[old.type, new.type] = sql
        if told:
            # Postgres has no cast of its own.
            cast = f'alter table t alter "{old.name}" type {new.type} using "{old.name}"::{new.type}'
            refused += [cast] if _accepts(database, cast) else []
            assert f"SELECT DISTINCT {old.name}::text FROM public.t" in told[0].replace('"', "")
    assert refused == []
    assert not [
        way for way in ways.items() if "USING" in way[1] and way[0] in (("integer", "bigint"), ("date", "days"))
    ]


@pytest.mark.parametrize(
    ("old", "new", "value", "wanted"),
    [
        ("text[]", "jsonb", "'{}'", "[]"),
        ("text[]", "jsonb", "'{a,1}'", '["a", "1"]'),
        ("jsonb[]", "jsonb", """array['{"a": 1}'::jsonb]""", '[{"a": 1}]'),
        ("pair", "jsonb", "(1, 'b')", '{"x": 1, "y": "b"}'),
        ("mood", "json", "'a'", '"a"'),
        ("date", "jsonb", "'2020-01-02'", '"2020-01-02"'),
        ("numeric", "boolean", "0.4", "true"),
        ("boolean", "bigint", "true", "1"),
        ("money", "integer", "7", "7"),
        ("mood", "temper", "'b'", "b"),
        ("integer", "made", "4", "(4)"),
        ("uuid", "ids", "'6f2b2b0e-0000-4000-8000-000000000000'", "6f2b2b0e-0000-4000-8000-000000000000"),
    ],
)
def test_values_mean_the_same(database: psycopg.Connection, old: str, new: str, value: str, wanted: str) -> None:
    database.execute(
        "create type mood as enum ('a', 'b'); create type temper as enum ('b', 'c');"
        " create type pair as (x int, y text); create type made as (z int); create domain ids as uuid;"
        " create function to_made(integer) returns made language sql as 'select row($1)::made';"
        " create cast (integer as made) with function to_made(integer);"
        f" create table t (c {old}, d {new}); insert into t values ({value})"
    )
    columns = {item.name: item for item in read(database).objects.values() if isinstance(item, Column)}
    statements = columns["c"].alter(columns["d"].evolve(name="c"), Changed({"type"}), Target(major=14))
    for statement in map(stated, statements):
        database.execute(statement.sql.encode())
    assert database.execute("select c::text from t").fetchone() == (wanted,)
