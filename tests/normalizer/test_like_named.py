"""Calls by a name that several functions, operators or aggregates have: texts that call what was there when they were
read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from casting import made
from judge import carry_out, compared, compared_and_told

from pgnorm.normalizer.comparison import Comparison, Options
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.servers import Servers

PARED = Options(pared=True, proof=None)
INSERT = "insert into public.n values (1)"
TABLE = f"create table public.n (a int, b int); {INSERT}"
ANY = "create function public.f(anyelement) returns int immutable language plpgsql as 'begin return 2; end'"
INTEGER = "create function public.f(int) returns int immutable language plpgsql as 'begin return 1; end'"
USERS = {
    "view": "create view public.c as select public.f(a) from public.n",
    "materialized view": "create materialized view public.c as select public.f(a) from public.n",
    "check": "alter table public.n add constraint c check (public.f(a) > 0)",
    "default": "alter table public.n alter b set default public.f(1)",
    "generated column": "alter table public.n add c int generated always as (public.f(a)) stored",
    "index": "create index c on public.n (public.f(a)) where public.f(b) > 0",
    "policy": "create policy c on public.n using (public.f(a) > 0)",
    "rule": "create rule c as on delete to public.n do instead update public.n set b = public.f(old.a)",
    "body of SQL": "create function public.c() returns int language sql begin atomic select public.f(1); end",
    "default of an argument": "create function public.c(a int default public.f(1)) returns int language sql"
    " as 'select 1'",
    "default of a domain": "create domain public.c as int default public.f(1); create table public.u (c public.c)",
    "check of a domain": "create domain public.c as int check (public.f(value) > 0)",
    "trigger": "create trigger c before update on public.n for each row when (public.f(new.a) > 0)"
    " execute function suppress_redundant_updates_trigger()",
    "statistics": "create statistics public.c on (public.f(a)), (public.f(b)) from public.n",
    "parts of a partition": "create table public.p (a int, b int default public.f(1), c int"
    " generated always as (public.f(a)) stored, check (public.f(b) > 0)) partition by list (a);"
    " create index i on public.p (public.f(b)); create table public.q partition of public.p for values in (1)",
    "partition key": "create table public.c (a int) partition by range (public.f(a))",
}
VIEW = USERS["view"]


def _calls(connection: psycopg.Connection) -> list[str]:
    """The functions of the name that anything depends on."""
    asked = """
        select distinct p.oid::regprocedure::text from pg_depend d join pg_proc p on p.oid = d.refobjid
         where d.refclassid = 'pg_proc'::regclass and p.proname = 'f' order by 1"""
    return [name for (name,) in connection.execute(asked.encode()).fetchall()]


@contextmanager
def _ends(shadow: Shadow, old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[psycopg.Connection, str, str]]:
    """The old side, and the addresses of both."""
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        yield start.connection, made(start.connection, *old), made(goal.connection, *new)


def _labels(found: Comparison) -> set[str]:
    return {each.item.label for each in found.plan.differences}


@pytest.mark.parametrize("case", USERS)
@pytest.mark.parametrize("late", [True, False], ids=["there", "new"])
def test_a_function_that_came_later_is_called(case: str, late: bool, servers: Servers, shadow: Shadow) -> None:
    user = USERS[case]
    old, new = (TABLE, ANY, user, *[INTEGER] * late), (TABLE, ANY, INTEGER, user)
    with _ends(shadow, old, new) as (start, before, after):
        assert _calls(start) == ["f(anyelement)"]
        found = compared(servers, before, after)
        assert found.unproved is None
        assert compared(servers, before, after, PARED).plan.scripts() == found.plan.scripts()
        carry_out(start, found.plan)
        assert _calls(start) == ["f(integer)"]
        assert not compared(servers, before, after).plan


@pytest.mark.parametrize("live", [True, False], ids=["database", "files"])
def test_files_that_make_a_function_later(live: bool, servers: Servers, shadow: Shadow, tmp_path: Path) -> None:
    files = tmp_path / "late.sql", tmp_path / "early.sql"
    for file, state in zip(files, ((TABLE, ANY, VIEW, INTEGER), (TABLE, ANY, INTEGER, VIEW)), strict=True):
        file.write_text(";\n".join(state).replace(INSERT, "") + ";")
    with shadow.session(scratch=True) as start:
        late = made(start.connection, TABLE, ANY, VIEW, INTEGER)
        found, _ = compared_and_told(servers, late if live else str(files[0]), str(files[1]), Options())
        assert _labels(found) == {"public.c"}
        assert found.unproved is None
        carry_out(start.connection, found.plan)
        assert _calls(start.connection) == ["f(integer)"]
        found, told = compared_and_told(servers, late if live else str(files[1]), str(files[0]), Options())
        assert not found.plan
        assert [each for each in told if "view public.c calls function public.f(anyelement)" in each]


def test_wholes_are_compared_by_what_was_read(servers: Servers, shadow: Shadow) -> None:
    """A dump loses which one a text calls, and a filled materialized view beside it has both sides go through one."""
    view = "create view public.d as select public.f(b) from public.n"
    matview = USERS["materialized view"]
    with _ends(shadow, (TABLE, ANY, view, INTEGER), (TABLE, ANY, INTEGER, view, matview)) as (start, before, after):
        found = compared(servers, before, after)
        assert _labels(found) == {"public.d", "public.c", "public.c.f"}
        carry_out(start, found.plan)
        assert _calls(start) == ["f(integer)"]


@pytest.mark.parametrize("options", [Options(), PARED], ids=["proved", "pared"])
@pytest.mark.parametrize("case", USERS)
def test_what_no_statement_makes_is_told(case: str, options: Options, servers: Servers, shadow: Shadow) -> None:
    user = USERS[case]
    with _ends(shadow, (TABLE, ANY, INTEGER, user), (TABLE, ANY, user, INTEGER)) as (_, before, after):
        found, told = compared_and_told(servers, before, after, options)
    assert not found.plan
    assert [each for each in told if "calls function public.f(anyelement)" in each]


def test_what_was_as_late_on_both_sides_stays(servers: Servers, shadow: Shadow) -> None:
    state = (TABLE, ANY, VIEW, INTEGER)
    with _ends(shadow, state, (*state, "create table public.m ()")) as (_, before, after):
        assert _labels(compared(servers, before, after)) == {"public.m"}


def test_a_function_that_goes_is_let_go_of(servers: Servers, shadow: Shadow) -> None:
    with _ends(shadow, (TABLE, ANY, INTEGER, VIEW), (TABLE, ANY, VIEW)) as (start, before, after):
        found = compared(servers, before, after)
        assert _labels(found) == {"public.f(integer)"}
        carry_out(start, found.plan)
        assert _calls(start) == ["f(anyelement)"]
        assert not compared(servers, before, after).plan


@pytest.mark.parametrize("matview", ["", "create materialized view public.m as select * from public.d"])
def test_what_returns_another_type(matview: str, servers: Servers, shadow: Shadow) -> None:
    """The view is dropped with what reads it, wherever both sides go through a dump."""
    text = INTEGER.replace("returns int", "returns text")
    over = f"create view public.d as select * from public.c; {matview}"
    with _ends(shadow, (TABLE, ANY, VIEW, over, text), (TABLE, ANY, text, VIEW, over)) as (start, before, after):
        found = compared(servers, before, after)
        assert found.unproved is None
        carry_out(start, found.plan)
        assert _calls(start) == ["f(integer)"]
        assert start.execute("select * from public.d").fetchall() == [("1",)]
        assert not compared(servers, before, after).plan


@pytest.mark.parametrize("options", [Options(), PARED], ids=["proved", "pared"])
def test_what_nothing_can_read_is_told(options: Options, servers: Servers, shadow: Shadow) -> None:
    """Of two functions that suit a text alike, each was there alone when that was read."""
    more = INTEGER.replace("(int)", "(int, int default 0)")
    with _ends(shadow, (TABLE, more, VIEW, INTEGER), (TABLE, INTEGER, VIEW, more)) as (_, before, after):
        for old, new in ((before, after), (after, before)):
            found, told = compared_and_told(servers, old, new, options)
            assert not found.plan
            assert [each for each in told if "view public.c calls another function" in each]


OPERATORS = (
    "create function public.f(anyelement, int) returns int immutable language sql as 'select 2'",
    "create function public.f(int, int) returns int immutable language sql as 'select 1'",
    "create operator public.<~ (leftarg = anyelement, rightarg = int, function = public.f)",
    "create operator public.<~ (leftarg = int, rightarg = int, function = public.f)",
    "create view public.c as select a operator(public.<~) b as f from public.n",
)


@pytest.mark.parametrize("operators", [False, True], ids=["functions", "operators"])
def test_what_a_dump_loses_is_let_go_of(operators: bool, servers: Servers, shadow: Shadow) -> None:
    any_, integer, view = OPERATORS[2:] if operators else (ANY, INTEGER, VIEW)
    start_with = (TABLE, *OPERATORS[:2] * operators)
    with _ends(shadow, (*start_with, any_, view, integer), (*start_with, integer, view)) as (start, before, after):
        found, _ = compared_and_told(servers, before, after, Options(proof="pg_dump"))
        carry_out(start, found.plan)
        assert not compared(servers, before, after).plan


AGGREGATES = (
    "create function public.s(int, anyelement) returns int immutable language sql as 'select 2'",
    "create function public.s(int, int) returns int immutable language sql as 'select 1'",
    "create aggregate public.f(anyelement) (sfunc = public.s, stype = int, initcond = '0')",
    "create aggregate public.f(int) (sfunc = public.s, stype = int, initcond = '0')",
    "create view public.c as select public.f(a) from public.n",
)


@pytest.mark.parametrize("options", [Options(), PARED], ids=["proved", "pared"])
@pytest.mark.parametrize("state", [OPERATORS, AGGREGATES], ids=["operator", "aggregate"])
def test_an_operator_or_an_aggregate_that_came_later(
    state: Sequence[str], options: Options, servers: Servers, shadow: Shadow
) -> None:
    *functions, any_, integer, view = state
    with _ends(shadow, (TABLE, *functions, any_, view, integer), (TABLE, *functions, any_, integer, view)) as (
        start,
        before,
        after,
    ):
        assert start.execute("select * from public.c").fetchall() == [(2,)]
        found, told = compared_and_told(servers, after, before, options)
        assert not found.plan
        assert [each for each in told if "view public.c calls" in each and "while its text means" in each]
        found = compared(servers, before, after, options)
        assert _labels(found) == {"public.c"}
        carry_out(start, found.plan)
        assert start.execute("select * from public.c").fetchall() == [(1,)]
        assert not compared(servers, before, after, options).plan


LONGER = "create function public.f(int, int default 1) returns int immutable language sql as 'select 3'"


@pytest.mark.parametrize(
    "user",
    [
        "create view public.c as select public.f(a) from public.n where a > %s",
        "alter table public.n alter b set default public.f(%s)",
        "create function public.c() returns int language sql begin atomic select public.f(%s); end",
        "create domain public.c as int default public.f(%s); create table public.u (c public.c);"
        " insert into public.u values (7)",
    ],
    ids=["view", "default", "body of SQL", "domain"],
)
@pytest.mark.parametrize("goal", [1, 2], ids=["same text", "other text"])
@pytest.mark.parametrize("functions", [(INTEGER, LONGER), (LONGER, INTEGER), (INTEGER, ANY)], ids=["+", "-", "other"])
def test_text_that_changes_with_the_function_that_it_calls(
    user: str, goal: int, functions: tuple[str, str], servers: Servers, shadow: Shadow
) -> None:
    """Text means nothing for sure, or the function that goes, while both are there."""
    one, other = functions
    with _ends(shadow, (TABLE, one, user % 1), (TABLE, other, user % goal)) as (start, before, after):
        carry_out(start, compared(servers, before, after).plan)
        assert not compared(servers, before, after).plan


@pytest.mark.parametrize(
    "change",
    ["alter domain public.c set not null", "comment on domain public.c is 'said'"],
    ids=["itself", "what is said beside it"],
)
def test_domain_that_changes_in_something_else_than_the_call_of_its_default(
    change: str, servers: Servers, shadow: Shadow
) -> None:
    made = "create domain public.c as int default public.f(1)"
    with _ends(shadow, (TABLE, INTEGER, made), (TABLE, LONGER, made, change)) as (start, before, after):
        carry_out(start, compared(servers, before, after).plan)
        assert not compared(servers, before, after).plan
