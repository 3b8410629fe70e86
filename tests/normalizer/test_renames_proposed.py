"""Renames that two states suggest, and those that are left to a person."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from casting import made
from judge import carry_out, compared

from pgnorm.catalog.model import Catalog
from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.difference import differences
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.renaming.proposing import Proposal, proposals
from pgnorm.normalizer.renaming.requests import of_options
from pgnorm.normalizer.renaming.resolving import resolve
from pgnorm.normalizer.servers import Servers

Proposed = Callable[[str, str], tuple[Proposal, ...]]


@pytest.fixture
def proposed(database: psycopg.Connection) -> Iterator[Proposed]:
    """What two texts suggest; each is found again when it is asked for as proposed."""
    database.autocommit = False

    def made(text: str) -> Catalog:
        with database.transaction(force_rollback=True):
            database.execute(text)
            return read(database)

    def found(old: str, new: str) -> tuple[Proposal, ...]:
        before, after = made(old), made(new)
        suggested = proposals(before, after, differences(before, after))
        asked = resolve(list(of_options(each.option for each in suggested)), before, after)
        assert len(asked.renamings) == len(suggested)
        return suggested

    yield found
    database.rollback()


@pytest.mark.parametrize(
    ("old", "new", "said", "reasons"),
    [
        (
            "create table a (x int, y text); comment on table a is 'it'",
            "create table b (x int, y text); comment on table b is 'it'",
            "table public.a to b",
            ("the same 2 columns", "the same comment"),
        ),
        (
            "create table a (x int, status text, z text); create index i on a (status)",
            "create table a (x int, stage text, z text); create index i on a (stage)",
            "column public.a.status to stage",
            ("the same definition", "the same place", "the same dependents"),
        ),
        ("create view a as select 1 as x", "create view b as select 1 as x", "view public.a to b", None),
        ("create materialized view a as select 1 as x", "create materialized view b as select 1 as x",
         "materialized view public.a to b", None),
        ("create function a(int) returns int return $1 + 1", "create function b(int) returns int return $1 + 1",
         "function public.a to b", None),
        ("create type a as enum ('x', 'y')", "create type b as enum ('x', 'y')", "enum public.a to b", None),
        ("create type a as (x int, y text)", "create type b as (x int, y text)", "composite type public.a to b", None),
        ("create domain a as text check (value <> '')", "create domain b as text check (value <> '')",
         "domain public.a to b", None),
        ("create sequence a increment 7", "create sequence b increment 7", "sequence public.a to b", None),
    ],
)  # fmt: skip
def test_what_is_the_same_but_for_its_name(
    proposed: Proposed, old: str, new: str, said: str, reasons: tuple[str, ...] | None
) -> None:
    (proposal,) = proposed(old, new)
    assert proposal.said == said
    assert reasons is None or proposal.reasons == reasons


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("create table a (x int)", "create table b (x bigint)"),
        ("create table a (x int, y int)", "create table b (x int, z int)"),
        ("create table a (x int)", "create view a as select 1 as x"),
        ("create table a (x int, y text)", "create table a (x int, y int)"),
        ("create table a (x text, y int)", "create table a (y int)"),
        ("create function a(int) returns int return 1", "create function b(text) returns int return 1"),
        ("create table a (x int); create table b (x int)", "create table c (x int); create table d (x int)"),
        ("create schema s; create table s.a (x int)", "create schema s; create table public.a (x int)"),
    ],
)
def test_what_leaves_a_doubt_is_not_proposed(proposed: Proposed, old: str, new: str) -> None:
    assert proposed(old, new) == ()


def test_of_several_columns_those_at_one_place(proposed: Proposed) -> None:
    found = proposed(
        "create table a (id int, first text, last text)", "create table a (id int, given text, family text)"
    )
    assert [proposal.option for proposal in found] == ["public.a.first=given", "public.a.last=family"]
    assert found[0].hint == "-- pgnorm: renamed from first"


BELOW = "create table b partition of a for values in (1);"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "x int, constraint c check (x > 0)",
            "x int, constraint d check (x > 0)",
            ["check constraint public.a.c to d"],
        ),
        ("x int, y int", "x int, z int", ["column public.a.y to z"]),
    ],
)
def test_what_is_renamed_with_its_like_above_is_not_proposed(
    old: str, new: str, said: list[str], proposed: Proposed
) -> None:
    tables = [f"create table a ({each}) partition by list (x); {BELOW}" for each in (old, new)]
    assert [each.said for each in proposed(*tables)] == said


def test_parts_whose_new_names_are_taken_till_the_plan_runs_are_left_to_it(servers: Servers, shadow: Shadow) -> None:
    """A constraint of a partition that is renamed with that above, and an index that gets the name of a table."""
    folder = Path(__file__).parents[2] / "fixtures" / "kinds" / "keys" / "renamed"
    states = [(folder / f"{name}.sql").read_text() for name in ("old", "new")]
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        old, new = made(start.connection, states[0]), made(goal.connection, states[1])
        found = compared(servers, old, new)
        assert found.unproved is None
        carry_out(start.connection, found.plan)
        assert not compared(servers, old, new).plan
