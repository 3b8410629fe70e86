"""Bodies that stay and name what a plan drops: every such place is told, and nothing else."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from attrs import evolve

from pgnorm.normalizer.compare.mentions import Mention
from pgnorm.normalizer.comparing import compare
from pgnorm.normalizer.comparison import Options
from pgnorm.normalizer.project.sources import parse
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


def _in_bodies(found: Iterable[Mention]) -> list[str]:
    """Mentions without their places, each of which must be that of the name."""
    for each in found:
        assert each.place is not None
        path, line, column = each.place.rsplit(":", 2)
        rest = Path(path).read_text().split("\n")[int(line) - 1][int(column) - 1 :]
        assert each.what.rpartition(".")[2] in rest.partition(" ")[0]
    return [str(evolve(each, place=None)) for each in found]


def _told(tmp_path: Path, body: str) -> list[str]:
    (tmp_path / "old.sql").write_text(OLD + body)
    (tmp_path / "new.sql").write_text(NEW + body)
    with Workspace(None, tell=lambda _level, _message: None) as workspace:
        sides = [parse(str(tmp_path / name), None) for name in ("old.sql", "new.sql")]
        return _in_bodies(compare(workspace, sides[0], sides[1], Options()).mentions)


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


KEYS = """
    create schema shop; create schema cellar;
    create table shop.jars (id integer {0}, lid integer, at date {1});
    create table cellar.pots (id integer constraint old_key primary key, lid integer);
"""
OLD_KEYS = KEYS.format("constraint old_key primary key", "constraint old_late unique deferrable")
NEW_KEYS = KEYS.format("constraint new_key primary key", "constraint new_late unique deferrable")
PUTS = "create function shop.put() returns integer language {} as $$\n{}\n$$;"


def _told_of_keys(tmp_path: Path, body: str, new: str) -> list[str]:
    (tmp_path / "old.sql").write_text(OLD_KEYS + body)
    (tmp_path / "new.sql").write_text(new + body)
    with Workspace(None, tell=lambda _level, _message: None) as workspace:
        sides = [parse(str(tmp_path / name), None) for name in ("old.sql", "new.sql")]
        found = compare(workspace, sides[0], sides[1], Options(proof=None))
    assert all("RENAME CONSTRAINT" in step.sql for step in found.plan.steps) is (new == NEW_KEYS)
    return _in_bodies(found.mentions)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("insert into shop.jars values (1) on conflict on constraint old_key do nothing returning id;", "old_key"),
        (
            "insert into shop.jars as j (id) select id from cellar.pots where id > 3 on conflict on constraint"
            " old_late do update set lid = 1 returning j.id;",
            "old_late",
        ),
        ('insert into jars values (1) on conflict on constraint "old_key" do nothing returning id;', "old_key"),
        ("insert into cellar.pots values (1) on conflict on constraint old_key do nothing returning id;", ""),
        ("select id as old_key from shop.jars where lid = 1;", ""),
        ("set constraints shop.old_late deferred; select 1;", "old_late"),
        ("set constraints cellar.old_key, old_late immediate; select 1;", "old_late"),
        ("select length('on conflict on constraint old_key');", ""),
    ],
)
def test_a_constraint_is_told_by_the_name_that_it_loses(tmp_path: Path, statement: str, told: str) -> None:
    found = _told_of_keys(tmp_path, PUTS.format("sql", statement), NEW_KEYS)
    assert found == [f"shop.put() line 2 names constraint shop.jars.{told}"] * bool(told)


@pytest.mark.parametrize("new", [NEW_KEYS, KEYS.format("", "")], ids=["renamed", "dropped"])
def test_a_constraint_that_a_procedural_body_names_is_told(tmp_path: Path, new: str) -> None:
    body = "begin\n insert into shop.jars values (1)\n on conflict on constraint old_key do nothing; return 1; end"
    found = _told_of_keys(tmp_path, PUTS.format("plpgsql", body), new)
    assert found == ["shop.put() line 4 names constraint shop.jars.old_key"]


def test_what_is_dropped_too_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "old.sql").write_text(OLD + FUNCTION.format("perform shop.tax(1);"))
    (tmp_path / "new.sql").write_text(NEW)
    with Workspace(None, tell=lambda _level, _message: None) as workspace:
        sides = [parse(str(tmp_path / name), None) for name in ("old.sql", "new.sql")]
        assert compare(workspace, sides[0], sides[1], Options()).mentions == ()
