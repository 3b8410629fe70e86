"""Bodies that stay and name what a plan drops: every such place is told, and nothing else."""

from pathlib import Path

import pytest

from pgnorm.normalizer.comparing import Options, compare
from pgnorm.normalizer.sources import parse
from pgnorm.normalizer.workspace import Workspace

OLD = """
    create extension pgcrypto;
    create schema shop;
    create table shop.parcels (id integer primary key, label text, weight integer, owner integer);
    create table shop.letters (id integer, label text);
    create table stamps (id integer);
    create function shop.price(integer) returns integer language sql as 'select $1';
    create function shop.price(text) returns integer language sql as 'select 1';
    create function shop.tax(integer) returns integer language sql as 'select $1';
    create view shop.heavy as select id from shop.parcels;
    create sequence shop.counter;
"""
NEW = """
    create schema shop;
    create table shop.parcels (id integer primary key);
    create table shop.letters (id integer, label text);
    create function shop.price(text) returns integer language sql as 'select 1';
"""
TRIGGERS = """
    create function shop.sent() returns trigger language plpgsql as $$
    begin
      {}
      return new;
    end $$;
    create trigger sent after insert on shop.{} for each row execute function shop.sent();
"""
FUNCTION = """
    create function shop.f(label text) returns text language plpgsql as $$
    declare
      weight integer := 3;
      line record;
    begin
      {}
    end $$;
"""


def _told(tmp_path: Path, body: str) -> list[str]:
    (tmp_path / "old.sql").write_text(OLD + body)
    (tmp_path / "new.sql").write_text(NEW + body)
    with Workspace(None, tell=lambda _level, _message: None) as workspace:
        sides = [parse(str(tmp_path / name), None) for name in ("old.sql", "new.sql")]
        return list(map(str, compare(workspace, sides[0], sides[1], Options()).mentions))


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("perform shop.tax(1);", "calls shop.tax"),
        ("perform tax(1);", "calls shop.tax"),
        ("perform crypt('a', 'b');", "calls public.crypt"),
        ("select p.weight into weight from shop.parcels p;", "names shop.parcels.weight"),
        ("update shop.parcels as p set owner = 1;", "names shop.parcels.owner"),
        ("insert into parcels (id, owner) values (1, 2);", "names shop.parcels.owner"),
        ("select count(*) into weight from shop.heavy;", "names shop.heavy"),
        ("for line in select * from stamps loop end loop;", "names public.stamps"),
        ("insert into stamps (id) values (1);", "names public.stamps"),
        ("delete from public.stamps;", "names public.stamps"),
        ("perform nextval('shop.counter');", "names shop.counter"),
        ('perform "shop"."tax" (1);', "calls shop.tax"),
    ],
)
def test_it_is_told_with_its_line(tmp_path: Path, statement: str, what: str) -> None:
    assert _told(tmp_path, FUNCTION.format(statement)) == [f"shop.f(text) line 6 {what}"]


@pytest.mark.parametrize(
    "statement",
    [
        "-- shop.tax(1) of old.label",
        "raise notice 'shop.tax(1) of stamps';",
        "perform shop.price('a');",
        "weight := weight + 1;",
        "select p.label into label from shop.letters p;",
        "select weight into weight from shop.parcels;",
        "with stamps as (select 1 as id) select id into weight from stamps;",
        "create temp table stamps (id integer); insert into stamps values (1);",
        "select stamps.id as owner into weight from shop.letters stamps;",
        "select l.label as owner into label from shop.letters l join shop.parcels p using (id);",
        "select label into label from shop.parcels join shop.letters l using (id);",
        "line.owner := 1;",
    ],
)
def test_what_means_something_else_is_not(tmp_path: Path, statement: str) -> None:
    assert _told(tmp_path, FUNCTION.format(statement)) == []


def test_rows_of_triggers_are_those_of_their_table(tmp_path: Path) -> None:
    named = TRIGGERS.format("perform new.label;", "parcels")
    assert _told(tmp_path, named) == ["shop.sent() line 3 names shop.parcels.label"]
    assert _told(tmp_path, TRIGGERS.format("perform new.label;", "letters")) == []


def test_what_is_dropped_too_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "old.sql").write_text(OLD + FUNCTION.format("perform shop.tax(1);"))
    (tmp_path / "new.sql").write_text(NEW)
    with Workspace(None, tell=lambda _level, _message: None) as workspace:
        sides = [parse(str(tmp_path / name), None) for name in ("old.sql", "new.sql")]
        assert compare(workspace, sides[0], sides[1], Options()).mentions == ()
