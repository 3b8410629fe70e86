"""Casts, on which nothing in Postgres depends: what was made by one, and columns that change their type by one."""

import json
import os
from contextlib import ExitStack
from pathlib import Path

import pytest
from casting import AGAIN, ONE, TWO, TYPES, made, says, uses
from judge import carry_out, compared, compared_and_told

from pgnorm.catalog.model import Target
from pgnorm.catalog.reader import read
from pgnorm.catalog.snapshots.reading import loads
from pgnorm.catalog.snapshots.writing import dumps
from pgnorm.normalizer.compare.selection import EVERYTHING
from pgnorm.normalizer.comparison import Comparison, Options
from pgnorm.normalizer.dump.writer import render
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.proof.pg_dump import dumped, entries, program_of
from pgnorm.normalizer.servers import Servers

PARED = Options(pared=True, proof=None)
# What uses it, and a query that says which function that calls, empty where none can.
USERS = {
    "view": ("create view public.v as select x::text as said from public.t", "select said from public.v"),
    "cast of an array": (
        "create view public.v as select (array[x]::text[])[1] as said from public.t",
        "select said from public.v",
    ),
    "cast that no text shows": (
        "create rule r as on delete to public.t do instead update public.t set told = old.x",
        "delete from public.t; select told from public.t",
    ),
    "materialized view": (
        "create materialized view public.m as select x::text as said from public.t",
        "select said from public.m",
    ),
    "check": (
        "alter table public.t add constraint known check (x::text in ('one', 'two') or told = x::text)",
        "",
    ),
    "generated column": (
        "alter table public.t add g text generated always as (x::text) stored",
        "select g from public.t",
    ),
    "index": ("create index i on public.t ((x::text))", ""),
    "default": (
        "alter table public.t alter told set default row(2)::public.kg",
        "insert into public.t (id) values (7) returning told",
    ),
    "policy": (
        "create policy p on public.t using (x::text = 'one'); alter table public.t enable row level security;"
        " grant select on public.t to public",
        "",
    ),
    "body of SQL": (
        "create function public.b() returns text language sql begin atomic select x::text from public.t; end",
        "select public.b()",
    ),
    "default of an argument": (
        "create function public.d(a text default row(1)::public.kg) returns text language sql as 'select a'",
        "select public.d()",
    ),
    "default of a domain": (
        "create domain public.dom as text default row(1)::public.kg; create table public.u (id int, d public.dom)",
        "insert into public.u values (1) returning d",
    ),
    "check of a domain": (
        "create domain public.dom as public.kg check (value::text in ('one', 'two'));"
        " create table public.u (d public.dom); insert into public.u values (row(1)::public.kg)",
        "",
    ),
    "trigger": (
        "create function public.said() returns trigger language plpgsql as 'begin new.told = ''set''; return new; end';"
        " create trigger w before insert on public.t for each row when (new.x::text = 'two')"
        " execute function public.said()",
        "insert into public.t values (8, row(1), 'not') returning case told when 'set' then 'two' else 'one' end",
    ),
    "statistics": ("create statistics public.s on (x::text), id from public.t", ""),
    "partition key": (
        "create table public.p (x public.kg) partition by list ((x::text));"
        " create table public.p1 partition of public.p for values in ('one');"
        " create table public.p2 partition of public.p for values in ('two')",
        "insert into public.p values (row(1))"
        " returning case tableoid::regclass::text when 'p1' then 'one' else 'two' end",
    ),
}


@pytest.mark.parametrize("case", USERS)
@pytest.mark.parametrize("casts", [("one", "two"), ("two", "one"), ("outlived", "two")], ids="-".join)
def test_what_uses_a_cast_calls_the_function_that_it_now_has(
    case: str, casts: tuple[str, str], servers: Servers, shadow: Shadow
) -> None:
    user, query = USERS[case]
    states = {"one": (TYPES, ONE, user), "two": (TYPES, TWO, user), "outlived": (TYPES, ONE, user, AGAIN)}
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        old, new = made(start.connection, *states[casts[0]]), made(goal.connection, *states[casts[1]])
        assert uses(start.connection) == ["one" if casts[0] == "outlived" else casts[0]]
        found = compared(servers, old, new)
        assert found.unproved is None
        assert compared(servers, old, new, PARED).plan.scripts() == found.plan.scripts()
        carry_out(start.connection, found.plan)
        assert uses(start.connection) == [casts[1]]
        if query:
            assert says(start.connection, query) == casts[1] == says(goal.connection, query)
        left = compared(servers, old, new, Options(proof=None))
        assert not left.plan, left.plan.scripts()


def _labels(found: Comparison) -> set[str]:
    return {each.item.label for each in found.plan.differences}


VIEW, OF_VIEW = USERS["view"]
OUTLIVED = (TYPES, ONE, VIEW, AGAIN)


@pytest.mark.parametrize(
    ("start", "planned"),
    [((TYPES, TWO, VIEW), set()), ((TYPES, ONE, VIEW), {"public.kg as text"}), (OUTLIVED, set())],
    ids=["as the cast is", "as the cast was", "outlived"],
)
def test_what_no_statement_makes_is_told(
    start: tuple[str, ...], planned: set[str], servers: Servers, shadow: Shadow
) -> None:
    with shadow.session(scratch=True) as before, shadow.session(scratch=True) as after:
        old, new = made(before.connection, *start), made(after.connection, *OUTLIVED)
        told = says(before.connection, OF_VIEW) != "one"
        for options in (Options(), PARED, Options(seed=Path(os.devnull))):
            found = compared(servers, old, new, options)
            assert _labels(found) == planned
            assert [item.label for item in found.unplanned.outlived] == ["public.v"] * told
        carry_out(before.connection, found.plan)
        assert says(before.connection, OF_VIEW) == ("two" if told else "one")


WITHOUT_CAST = ("view", "cast of an array", "default", "policy", "body of SQL", "default of an argument", "trigger")


@pytest.mark.parametrize(
    "options", [Options(), PARED, Options(seed=Path(os.devnull))], ids=["proved", "pared", "whole"]
)
@pytest.mark.parametrize("case", WITHOUT_CAST)
def test_text_that_is_older_than_the_cast_is_told(
    case: str, options: Options, servers: Servers, shadow: Shadow
) -> None:
    """Without the cast it goes by what the type's text is."""
    user, _ = USERS[case]
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        old, new = made(start.connection, TYPES, ONE, user), made(goal.connection, TYPES, user, ONE)
        assert (uses(start.connection), uses(goal.connection)) == (["one"], [])
        found, told = compared_and_told(servers, old, new, options)
        assert not found.plan
        (said,) = told
        made(goal.connection, "create table public.more ()")
        assert _labels(compared(servers, old, new, options)) == {"public.more"}
        assert "calls no function by casts, while its text means public.one(public.kg) by now" in said
        carry_out(goal.connection, compared(servers, new, old, options).plan)
        assert uses(goal.connection) == ["one"]


def test_a_view_that_the_whole_is_needed_for_is_bound_anew(servers: Servers, shadow: Shadow) -> None:
    """A filled materialized view beside it has the plan tried on the wholes, of which the dumps say nothing of that."""
    matview = USERS["materialized view"][0]
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        old = made(start.connection, *OUTLIVED)
        new = made(goal.connection, TYPES, TWO, VIEW, matview)
        found = compared(servers, old, new)
        assert {"public.v", "public.m"} <= _labels(found)
        carry_out(start.connection, found.plan)
        assert says(start.connection, OF_VIEW) == "two"


def test_what_names_the_function_itself_stays(servers: Servers, shadow: Shadow) -> None:
    view = VIEW.replace("x::text", "public.one(x)")
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        old, new = made(start.connection, TYPES, ONE, view), made(goal.connection, TYPES, TWO, view)
        assert _labels(compared(servers, old, new)) == {"public.kg as text"}


def test_files_whose_cast_has_another_function(servers: Servers, shadow: Shadow, tmp_path: Path) -> None:
    files = tmp_path / "one.sql", tmp_path / "two.sql"
    for file, cast in zip(files, (ONE, TWO), strict=True):
        file.write_text(f"{TYPES.split('insert')[0]}{cast}{VIEW};")
    assert _labels(compared(servers, str(files[0]), str(files[1]))) == {"public.kg as text", "public.v"}
    with shadow.session(scratch=True) as start:
        found = compared(servers, made(start.connection, *OUTLIVED), str(files[1]))
        carry_out(start.connection, found.plan)
        assert says(start.connection, OF_VIEW) == "two"


def test_an_older_snapshot_tells_what_casts_call(shadow: Shadow) -> None:
    with shadow.session(scratch=True) as session:
        made(session.connection, *OUTLIVED, "create view public.w as select x::text as said from public.t")
        catalog = read(session.connection)
    text = dumps(catalog)
    document = json.loads(text)
    for item in document["objects"]:
        item.pop("cast_functions", None)
        item.pop("outlived_casts", None)
        item["needs"] = [name for name in item.get("needs", ()) if name[0] != "cast"]
        item["body_needs"] = [name for name in item.get("body_needs", ()) if name[0] != "cast"]
    for said in (text, json.dumps(document)):
        found = loads(said, "snapshot").catalog
        assert found.objects == catalog.objects
        assert sorted(found.edges) == sorted(catalog.edges)
    view = next(item for item in found.objects.values() if item.label == "public.v")
    assert (len(view.cast_functions), view.outlived_casts) == (1, view.cast_functions)


@pytest.mark.parametrize("case", ["default of a domain", "check of a domain"])
def test_a_dump_makes_a_cast_before_what_uses_it(case: str, servers: Servers, shadow: Shadow) -> None:
    """pg_dump makes domains first, whose expressions then call no function; in all else the two dumps are alike."""
    user, _, _ = USERS[case][0].partition(" insert")
    with ExitStack() as stack:
        start, ours, theirs = (stack.enter_context(shadow.session(scratch=True)).connection for _ in range(3))
        made(start, TYPES, ONE, user)
        catalog = read(start)
        text = render(catalog, EVERYTHING, target=Target(major=shadow.major, role=catalog.role))
        other = dumped(start, program_of(shadow))
        assert entries(text) == entries(other)
        made(ours, text)
        made(theirs, "\n".join(line for line in other.splitlines() if not line.startswith("\\")))
        assert (uses(start), uses(ours), uses(theirs)) == (["one"], ["one"], [])


KG = """
create type public.kg as (n int);
create function public.weight(public.kg) returns int language sql immutable as 'select ($1).n * 1000';
create function public.other(public.kg) returns int language sql immutable as 'select ($1).n';
create table public.t (id int, x {});
"""
WEIGHT = "create cast (public.kg as int) with function public.weight(public.kg){};"
OTHER = "create cast (public.kg as int) with function public.other(public.kg)"
CONTEXTS = ["", " as assignment", " as implicit"]


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize(
    ("before", "after", "weighs"),
    [("", WEIGHT, 7000), (WEIGHT, "", 7000), (WEIGHT, WEIGHT, 7000), (OTHER, WEIGHT, 7000), (WEIGHT, OTHER, 7)],
    ids=["made", "dropped", "there", "made anew", "made anew otherwise"],
)
def test_a_column_changes_its_type_by_a_cast(
    before: str, after: str, weighs: int, context: str, servers: Servers, shadow: Shadow
) -> None:
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        old = made(start.connection, KG.format("public.kg"), before.format(context))
        start.connection.execute("insert into public.t values (1, row(7)), (2, null)")
        new = made(goal.connection, KG.format("int"), after.format(context))
        found = compared(servers, old, new)
        assert found.unproved is None
        carry_out(start.connection, found.plan)
        assert start.connection.execute("select x from t order by id").fetchall() == [(weighs,), (None,)]
        assert not compared(servers, old, new, Options(proof=None)).plan


def test_types_that_come_and_go_with_their_cast(servers: Servers, shadow: Shadow) -> None:
    lb = """
        create type public.lb as (m int);
        create function public.lb(public.kg) returns public.lb language sql immutable
          as 'select row(($1).n * 2)::public.lb';
        create cast (public.kg as public.lb) with function public.lb(public.kg);
        create function public.kg(public.lb) returns public.kg language sql immutable
          as 'select row(($1).m / 2)::public.kg';
        create cast (public.lb as public.kg) with function public.kg(public.lb);
        """
    kg, table = "create type public.kg as (n int);", "create table public.t (x public.kg[], y public.kg)"
    with ExitStack() as stack:
        start, goal, last = (stack.enter_context(shadow.session(scratch=True)) for _ in range(3))
        old = made(start.connection, kg, table)
        start.connection.execute("insert into public.t values (array[row(3)::public.kg], row(4))")
        middle = made(goal.connection, kg, lb, table.replace("public.kg", "public.lb"))
        carry_out(start.connection, compared(servers, old, middle).plan)
        assert start.connection.execute("select x::text, y::text from t").fetchall() == [("{(6)}", "(8)")]
        end = made(last.connection, kg, table)
        carry_out(start.connection, compared(servers, old, end).plan)
        assert start.connection.execute("select x::text, y::text from t").fetchall() == [("{(3)}", "(4)")]


def test_rows_that_move_go_by_a_cast(servers: Servers, shadow: Shadow) -> None:
    """A table that becomes partitioned is made anew and filled from the old one."""
    partitioned = KG.format("int").replace("x int)", "x int) partition by range (id)")
    partition = "create table public.p partition of public.t for values from (0) to (9);"
    for before, after in (("", WEIGHT), (WEIGHT, ""), (OTHER, WEIGHT)):
        with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
            old = made(start.connection, KG.format("public.kg"), before.format(""))
            start.connection.execute("insert into public.t values (1, row(7))")
            new = made(goal.connection, partitioned, partition, after.format(""))
            carry_out(start.connection, compared(servers, old, new).plan)
            assert start.connection.execute("select x from t").fetchall() == [(7000,)]


@pytest.mark.parametrize("case", ["view", "default", "body of SQL", "default of a domain", "default of an argument"])
def test_a_cast_that_takes_the_place_of_that_by_text(case: str, servers: Servers, shadow: Shadow) -> None:
    """Without a cast to text Postgres goes by what a type's values look like."""
    user, query = USERS[case]
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        old, new = made(start.connection, TYPES, user), made(goal.connection, TYPES, ONE, user)
        by_text = says(start.connection, query)
        assert by_text.startswith("(")
        back = compared(servers, new, old)
        for connection, found, said in (
            (start.connection, compared(servers, old, new), "one"),
            (goal.connection, back, by_text),
        ):
            assert found.unproved is None
            carry_out(connection, found.plan)
            assert says(connection, query) == said
