"""What a comparison leaves alone."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.ignoring import Ignoring, NamePatterns
from pgnorm.normalizer.left_alone import configured
from pgnorm.normalizer.project.config import read_toml

LeftOut = Callable[[Ignoring], set[str]]

STATE = """
create schema s;
create table s.events (at date, x int) partition by range (at);
create table s.events_p2020 partition of s.events for values from ('2020-01-01') to ('2021-01-01');
create table s.events_p2021 partition of s.events for values from ('2021-01-01') to ('2022-01-01');
create index by_x on s.events_p2021 (x);
create table s.kept_p2020 (a int check (a > 0));
create view s.seen as select a from s.kept_p2020;
create function s.f() returns int return 1;
create table public.other (a int);
create extension hstore;
"""


@pytest.fixture
def left_out(database: psycopg.Connection) -> LeftOut:
    database.execute(STATE)
    catalog = read(database)

    def found(ignoring: Ignoring) -> set[str]:
        return {f"{name.kind} {catalog.objects[name].label}" for name in ignoring.left_out(catalog)}

    return found


def wholes(found: set[str]) -> set[str]:
    return {each for each in found if each.startswith(("table ", "view s", "function ", "index ", "schema "))}


def rules(**patterns: str) -> Ignoring:
    return Ignoring(
        rules=tuple(NamePatterns(kind=kind, patterns=tuple(said.split())) for kind, said in patterns.items())
    )


def test_patterns_by_kind_with_exceptions(left_out: LeftOut) -> None:
    found = left_out(rules(table="*_p20* !kept_p2020"))
    assert wholes(found) == {"table s.events_p2020", "table s.events_p2021", "index s.by_x"}
    assert "column s.events_p2020.x" in found
    assert wholes(left_out(rules(table="s.kept*", view="seen"))) == {"table s.kept_p2020", "view s.seen"}
    assert left_out(rules(table="t.kept*")) == set()
    assert left_out(Ignoring()) == set()


def test_partitions_and_what_is_below_them(left_out: LeftOut) -> None:
    found = left_out(Ignoring(rules=(NamePatterns(kind="partition-of", patterns=("s.events",)),)))
    assert wholes(found) == {"table s.events_p2020", "table s.events_p2021", "index s.by_x"}
    # What is below a table that is left alone is so too.
    assert "table s.events_p2020" in left_out(rules(table="events"))


def test_only(left_out: LeftOut) -> None:
    found = left_out(Ignoring(only=("s.events*", "other")))
    assert wholes(found) == {"table s.kept_p2020", "view s.seen", "function s.f()"}
    assert "check constraint s.kept_p2020.kept_p2020_a_check" in found
    assert left_out(Ignoring(rules=(NamePatterns(patterns=("x", "a", "by_x")),))) == {"index s.by_x"}
    assert left_out(Ignoring(rules=(NamePatterns(patterns=("events.x",)),))) == {"column s.events.x"}
    of_any_kind = Ignoring(rules=(NamePatterns(patterns=("s.kept*", "seen")),))
    assert wholes(left_out(of_any_kind)) == {"table s.kept_p2020", "view s.seen"}


def test_wild_cards_stay_between_the_dots(left_out: LeftOut) -> None:
    assert wholes(left_out(Ignoring(rules=(NamePatterns(patterns=("p*",)),)))) == {"schema public"}
    assert "table public.other" in wholes(left_out(rules(table="p*.o*")))
    assert "table s.kept_p2020" not in left_out(rules(table="p*.*"))


def test_only_leaves_what_is_in_no_schema_alone_too(left_out: LeftOut) -> None:
    found = left_out(Ignoring(only=("s.events",)))
    assert {"schema public", "extension hstore"} <= {each for each in found if each.startswith(("schema", "ext"))}
    assert "schema s" not in found


def test_settings(folder: Path) -> None:
    path = folder / "pgnorm.toml"
    path.write_text('[ignore]\ntable = ["*_p20*"]\nmaterialized-view = ["m"]\npartition-of = ["events"]\n')
    found = configured(read_toml(path, label="pgnorm.toml").table("ignore"))
    assert [rule.kind for rule in found] == ["table", "materialized view", "partition-of"]
    path.write_text('[ignore]\ntabel = ["*_p20*"]\n')
    with pytest.raises(PgnormError) as raised:
        configured(read_toml(path, label="pgnorm.toml").table("ignore"))
    assert raised.value.place == "pgnorm.toml:2:1"
    assert raised.value.hint == "Did you mean `table`?"
