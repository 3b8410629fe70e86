"""Two databases pared of what both have alike: a plan is the same, and what is alike is not made."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from addresses import address
from attrs import evolve

from pgnorm.catalog.answers import Answers
from pgnorm.catalog.reader import reading
from pgnorm.normalizer.compare.describing import describe
from pgnorm.normalizer.compare.difference import differences
from pgnorm.normalizer.compare.ignoring import Ignoring, NamePatterns
from pgnorm.normalizer.compare.paring import pared
from pgnorm.normalizer.comparing import compare
from pgnorm.normalizer.comparison import Comparison, Options
from pgnorm.normalizer.postgres.shadow import Session, Shadow
from pgnorm.normalizer.project.finding import find
from pgnorm.normalizer.project.sources import parse
from pgnorm.normalizer.workspace import Workspace

SHOP = """
    create type status as enum ('open', 'done');
    create function due() returns int language sql immutable as 'select 14';
    create table customers (id int primary key, name text not null);
    create table orders (
        id int primary key,
        customer int not null references customers,
        status status not null default 'open',
        days int not null default due() check (days <= due())
    );
    create index on orders (customer);
    create view open_orders as select o.id, c.name from orders o join customers c on c.id = o.customer;
    create table logs (at date not null, message text) partition by range (at);
    create table logs_2026 partition of logs for values from ('2026-01-01') to ('2027-01-01');
    create index on logs (at);
    create table apart (id int primary key);
    create table referring (id int references apart);
    create table guarded (id int);
    create policy own on guarded using (id > 0);
    alter table guarded enable row level security;
    comment on table apart is 'stands alone';
"""
TABLES = {"customers", "orders", "logs", "logs_2026", "apart", "referring", "guarded"}

Pair = Callable[[str], tuple[Session, Session]]


@pytest.fixture
def pair(shadow: Shadow) -> Iterator[Pair]:
    """What makes two databases of a shop, the second one edited."""
    with ExitStack() as stack:

        def made(edit: str) -> tuple[Session, Session]:
            old, new = (stack.enter_context(shadow.session(scratch=True)) for _ in range(2))
            # Not one OID is the same on both sides.
            new.connection.execute("create table gone (); drop table gone")
            for session in (old, new):
                session.connection.execute(SHOP.encode())
            new.connection.execute(edit.encode())
            return old, new

        yield made


@pytest.mark.parametrize(
    ("edit", "tables", "differing"),
    [
        ("", set(), []),
        ("comment on table apart is 'still alone'", {"apart"}, ["~ table public.apart: comment"]),
        ("comment on column referring.id is 'of apart'", {"referring"}, ["~ column public.referring.id: comment"]),
        ("create or replace function due() returns int language sql immutable as 'select 7'", set(), ["due(): body"]),
        ("alter type status add value 'lost'", set(), ["~ enum public.status: labels"]),
        ("alter table apart add note text", {"apart", "referring"}, ["+ column public.apart.note"]),
        ("alter table referring add note text", {"apart", "referring"}, ["+ column public.referring.note"]),
        ("alter table orders alter days drop not null", {"customers", "orders"}, ["public.orders.days: NOT NULL"]),
        ("create view lone as select 1 as one", set(), ["+ view public.lone", "+ view column public.lone.one"]),
        ("create index on logs_2026 (message)", {"logs", "logs_2026"}, ["+ index public.logs_2026_message_idx"]),
    ],
)
def test_what_is_alike_is_not_made(pair: Pair, edit: str, tables: set[str], differing: list[str]) -> None:
    old, new = map(_answers, pair(edit))
    parts = pared(old, new)
    assert parts is not None
    for part in parts:
        assert {name.name for name in part.objects if name.kind == "table"} == tables
    said = [describe(each) for each in differences(*parts)]
    assert said == [describe(each) for each in differences(old.whole, new.whole)]
    assert len(said) == len(differing)
    assert all(words in each for words, each in zip(differing, said, strict=True))


def test_the_order_in_which_a_table_inherits_is_in_no_row(pair: Pair) -> None:
    old, new = pair("")
    for session, parents in ((old, "one, other"), (new, "other, one")):
        session.connection.execute("create table one (); create table other ()")
        session.connection.execute(f"create table heir () inherits ({parents})".encode())
    parts = pared(_answers(old), _answers(new))
    assert parts is not None
    assert [describe(each) for each in differences(*parts)] == [
        "~ inheritance public.heir of public.one: order",
        "~ inheritance public.heir of public.other: order",
    ]


@pytest.mark.parametrize(
    "edit",
    [
        "alter table customers drop column name cascade",
        "alter table apart add note text; alter table orders alter days drop default",
        "drop table logs",
        "drop table referring",
    ],
)
def test_a_plan_is_made_and_proved_as_of_wholes(workspace: Workspace, pair: Pair, edit: str) -> None:
    whole, part = _both(workspace, *pair(edit))
    assert len(part.views[0].objects) < len(whole.views[0].objects)


def test_a_body_that_names_what_goes_is_told_as_of_wholes(workspace: Workspace, pair: Pair) -> None:
    """Of two tables of one name one goes: a body that says the name alone may mean the other, which nobody has made."""
    old, new = pair("")
    for session in (old, new):
        session.connection.execute(
            """
            create schema other;
            create table other.referring ();
            create function counted() returns bigint language plpgsql as
                'begin return (select count(*) from referring); end';
            create function surely() returns bigint language plpgsql as
                'begin return (select count(*) from public.referring); end';
            """
        )
    new.connection.execute("drop table public.referring")
    whole, part = (_compared(workspace, old, new, pared=pared) for pared in (False, True))
    assert [each.routine for each in part.mentions] == ["public.surely()"]
    assert part.mentions == whole.mentions


@pytest.mark.parametrize(
    "edit",
    [
        "create materialized view planned as select id, days from orders",
        "alter table apart add latest orders; alter table referring add note text",
    ],
)
def test_code_that_a_needed_table_calls_has_its_say(workspace: Workspace, pair: Pair, edit: str) -> None:
    """What reads the days of an order may call what gives them: it comes late in a plan, which is tried on wholes."""
    _both(workspace, *pair(edit))


def test_policies_of_a_table_have_their_say_in_who_reaches_its_rows(shadow: Shadow, pair: Pair, tmp_path: Path) -> None:
    old, new = pair("grant update (id) on guarded to pg_monitor")
    (tmp_path / "pgnorm.toml").write_text('roles = ["pg_monitor"]\n')
    assert shadow.binaries is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGNORM_PG_BINDIR", str(shadow.binaries.bindir))
        with Workspace(find(tmp_path), tell=lambda _level, _message: None) as workspace:
            whole, part = (_compared(workspace, old, new, pared=pared) for pared in (False, True))
    [change] = whole.access
    assert [(each.privilege, each.policies) for each in change.gained] == [("UPDATE", ("own",))]
    assert part.access == whole.access
    assert len(part.views[0].objects) < len(whole.views[0].objects)


def test_a_part_is_asked_for_where_nothing_looks_at_the_rest() -> None:
    assert Options(pared=True).may_pare
    assert not Options().may_pare
    for more in (
        {"schemas": ("public",)},
        {"renames": ("public.a=b",)},
        {"ignoring": Ignoring(rules=(NamePatterns(patterns=("logs",)),))},
        {"online": ()},
    ):
        assert not Options(pared=True).evolve(**more).may_pare


def test_rows_of_different_majors_are_not_compared(pair: Pair) -> None:
    old, new = map(_answers, pair("create table more ()"))
    assert pared(old, evolve(new, version=new.version + 10000)) is None


def test_entries_of_two_catalogs_may_have_one_oid(pair: Pair) -> None:
    old, new = map(_answers, pair("drop table referring"))
    dependencies = old.common.dependencies
    catalogs = {row[0] for row in dependencies.rows}
    (catalog, oid, *rest), *_ = dependencies.rows
    (other, *_) = catalogs - {catalog}
    more = [*dependencies.rows, (other, oid, *rest)]
    assert pared(old, new) is not None
    worn = evolve(old, common=old.common._replace(dependencies=evolve(dependencies, rows=more)))
    assert pared(worn, new) is None


def _answers(session: Session) -> Answers:
    with reading(session.connection) as found:
        return found.answers()


def _both(workspace: Workspace, old: Session, new: Session) -> tuple[Comparison, Comparison]:
    """The comparison of wholes, and that of parts, which says the same."""
    whole, part = (_compared(workspace, old, new, pared=pared) for pared in (False, True))
    assert part.plan.scripts() == whole.plan.scripts() != ()
    assert part.evolve(views=whole.views, allowing=whole.allowing) == whole
    return whole, part


def _compared(workspace: Workspace, old: Session, new: Session, *, pared: bool) -> Comparison:
    start, goal = (parse(address(session.connection), None) for session in (old, new))
    return compare(workspace, start, goal, Options(pared=pared))
