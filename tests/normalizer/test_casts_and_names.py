"""What calls the function of a cast by its name as well: its text has that name, whatever its casts call."""

import pytest
from casting import AGAIN, ONE, TWO, TYPES, called, made, says
from judge import carry_out, compared

from pgnorm.catalog.reader import read
from pgnorm.normalizer.comparison import Comparison, Options
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.servers import Servers

PARED = Options(pared=True, proof=None)
_BOTH = "public.one(x) || public.two(x) <> ''"
VIEW = "create view public.v as select x::text as said, public.one(x), public.two(x) from public.t"
# What uses the cast and names both functions, and a query that says which one the cast calls, empty where none can.
USERS = {
    "view": (VIEW, "select said from public.v"),
    "cast that no text shows": (
        "create rule r as on delete to public.t where public.one(old.x) || public.two(old.x) <> ''"
        " do instead update public.t set told = old.x",
        "delete from public.t; select told from public.t",
    ),
    "materialized view": (
        f"create materialized view public.m as select (array[x]::text[])[1] as said from public.t where {_BOTH}",
        "select said from public.m",
    ),
    "check": (f"alter table public.t add constraint known check (x::text in ('one', 'two') and {_BOTH})", ""),
    "generated column": (
        f"alter table public.t add g text generated always as (case when {_BOTH} then x::text end) stored",
        "select g from public.t",
    ),
    "index": (f"create index i on public.t ((x::text)) where {_BOTH}", ""),
    "default": (
        "alter table public.t alter told set default coalesce(row(2)::public.kg::text,"
        " public.one(row(2)) || public.two(row(2)))",
        "insert into public.t (id) values (7) returning told",
    ),
    "policy": (
        f"create policy p on public.t using (x::text = 'one') with check ({_BOTH});"
        " alter table public.t enable row level security",
        "",
    ),
    "body of SQL": (
        "create function public.b() returns text language sql begin atomic"
        f" select x::text from public.t where {_BOTH}; end",
        "select public.b()",
    ),
    "default of an argument": (
        "create function public.d(a text default coalesce(row(1)::public.kg::text,"
        " public.one(row(2)) || public.two(row(2)))) returns text language sql as 'select a'",
        "select public.d()",
    ),
    "default of a domain": (
        "create domain public.dom as text default coalesce(row(1)::public.kg::text,"
        " public.one(row(2)) || public.two(row(2))); create table public.u (id int, d public.dom)",
        "insert into public.u values (1) returning d",
    ),
    "check of a domain": (
        "create domain public.dom as public.kg check (value::text in ('one', 'two')"
        " and public.one(value) || public.two(value) <> '')",
        "",
    ),
    "trigger": (
        "create function public.said() returns trigger language plpgsql as 'begin new.told = ''set''; return new; end';"
        " create trigger w before insert on public.t for each row"
        " when (new.x::text = 'two' and public.one(new.x) || public.two(new.x) <> '') execute function public.said()",
        "insert into public.t values (8, row(1), 'not') returning case told when 'set' then 'two' else 'one' end",
    ),
    "statistics": (
        "create statistics public.s on (x::text || ''), (public.one(x)), (public.two(x)) from public.t",
        "",
    ),
    "partition key": (
        "create table public.p (x public.kg) partition by range ((x::text), public.one(x), public.two(x))",
        "",
    ),
}
NAMED = {"one", "two"}


def _labels(found: Comparison) -> set[str]:
    return {each.item.label for each in found.plan.differences}


@pytest.mark.parametrize("case", USERS)
@pytest.mark.parametrize("casts", [("one", "two"), ("two", "one"), ("outlived", "two")], ids="-".join)
def test_the_cast_counts_beside_the_name(case: str, casts: tuple[str, str], servers: Servers, shadow: Shadow) -> None:
    user, query = USERS[case]
    states = {"one": (TYPES, ONE, user), "two": (TYPES, TWO, user), "outlived": (TYPES, ONE, user, AGAIN)}
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        old, new = made(start.connection, *states[casts[0]]), made(goal.connection, *states[casts[1]])
        assert called(start.connection) == ({"one" if casts[0] == "outlived" else casts[0]}, NAMED)
        assert called(goal.connection) == ({casts[1]}, NAMED)
        found = compared(servers, old, new)
        assert found.unproved is None
        assert compared(servers, old, new, PARED).plan.scripts() == found.plan.scripts()
        carry_out(start.connection, found.plan)
        assert called(start.connection) == ({casts[1]}, NAMED)
        if query:
            assert says(start.connection, query) == casts[1] == says(goal.connection, query)
        left = compared(servers, old, new, Options(proof=None))
        assert not left.plan, left.plan.scripts()


def test_a_cast_comes_and_goes(servers: Servers, shadow: Shadow) -> None:
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        old, new = made(start.connection, TYPES, VIEW), made(goal.connection, TYPES, ONE, VIEW)
        plans = compared(servers, old, new), compared(servers, new, old)
        for connection, found, said in zip((start.connection, goal.connection), plans, ("one", "(1)"), strict=True):
            assert _labels(found) == {"public.kg as text", "public.v"}
            carry_out(connection, found.plan)
            assert says(connection, "select said from public.v") == said


# Names that only look like calls, which a parse tree does not take for any.
LOOKS = [
    "create view public.v as select public.one(x) as said, ':funcid 1 :funcformat 1 ' as w from public.t",
    'create view public.v as select public.one(x) as said, 1 as ":funcformat 1 " from public.t',
]


@pytest.mark.parametrize("view", LOOKS)
def test_what_has_the_name_alone_stays(view: str, servers: Servers, shadow: Shadow) -> None:
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        old, new = made(start.connection, TYPES, ONE, view), made(goal.connection, TYPES, TWO, view)
        for options in (Options(), PARED):
            assert _labels(compared(servers, old, new, options)) == {"public.kg as text"}


def test_another_cast_stays_as_it_is(servers: Servers, shadow: Shadow) -> None:
    """A cast without a function says nothing of this one."""
    beside = "create type public.lb as (m int); create cast (public.lb as text) with inout;"
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        old, new = made(start.connection, TYPES, ONE, VIEW), made(goal.connection, TYPES, ONE, VIEW, beside)
        assert _labels(compared(servers, old, new)) == {"public.lb", "public.lb.m", "public.lb as text"}
        names = {(item.kind, item.label): item.cast_functions for item in read(start.connection).objects.values()}
        assert len(names["view", "public.v"]) == 1
