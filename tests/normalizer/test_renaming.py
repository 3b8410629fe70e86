"""What differs in its name alone is renamed, so that nothing is built again and what needs it stays."""

import psycopg
import pytest
from judge import carry_out

from pgnorm.catalog.reader import read
from pgnorm.normalizer.compare.describing import describe
from pgnorm.normalizer.plan.plan import Plan
from pgnorm.normalizer.plan.planner import diff
from pgnorm.normalizer.postgres.shadow import Shadow

SETUP = """
    create table public.k (id int not null, u int);
    create table public.r (k int);
    create function public.f() returns trigger language plpgsql as 'begin return new; end';"""


def _plan(shadow: Shadow, start: psycopg.Connection, old: str, new: str) -> Plan:
    start.execute((SETUP + old).encode())
    with shadow.session(scratch=True) as goal:
        goal.connection.execute((SETUP + new).encode())
        plan = diff(read(start), read(goal.connection))
    carry_out(start, plan)
    return plan


@pytest.mark.parametrize(
    ("made", "statement"),
    [
        ("alter table public.k add constraint {} primary key (id)", 'ALTER TABLE "public"."k" RENAME CONSTRAINT'),
        ("alter table public.k add constraint {} unique (u)", 'ALTER TABLE "public"."k" RENAME CONSTRAINT'),
        ("alter table public.k add constraint {} check (u > 0)", 'ALTER TABLE "public"."k" RENAME CONSTRAINT'),
        (
            "alter table public.k add constraint {} exclude using hash (u with =)",
            'ALTER TABLE "public"."k" RENAME CONSTRAINT',
        ),
        (
            "alter table public.k add primary key (id);"
            " alter table public.r add constraint {} foreign key (k) references public.k",
            'ALTER TABLE "public"."r" RENAME CONSTRAINT',
        ),
        (
            "create domain public.d as int constraint {} check (value > 0)",
            'ALTER DOMAIN "public"."d" RENAME CONSTRAINT',
        ),
        ("create unique index {} on public.k (u) where id > 3", "ALTER INDEX"),
        ("create policy {} on public.k using (u > 1)", "ALTER POLICY"),
        ("create trigger {} after update of u on public.k execute function public.f()", "ALTER TRIGGER"),
        ("create rule {} as on insert to public.k do also notify k", "ALTER RULE"),
        ("create statistics public.{} on id, u from public.k", "ALTER STATISTICS"),
    ],
)
def test_another_name_alone_is_one_statement(
    shadow: Shadow, database: psycopg.Connection, made: str, statement: str
) -> None:
    plan = _plan(shadow, database, made.format("before"), made.format('"after"'))
    (step,) = plan.steps
    assert step.sql.startswith(statement)
    assert step.sql.endswith('TO "after";')
    (difference,) = plan.differences
    assert describe(difference) == f"~ {step.item.kind} {step.item.label}: name (was before)"


def test_what_needs_a_key_stays_as_the_key_is_renamed(shadow: Shadow, database: psycopg.Connection) -> None:
    def declared(name: str) -> str:
        return f"""
            alter table public.k add constraint {name} primary key (id);
            alter table public.r add constraint r_k foreign key (k) references public.k;
            create view public.v as select id, u, count(*) from public.k group by id;
            comment on constraint {name} on public.k is '{name}'"""

    plan = _plan(shadow, database, declared("before"), declared("later"))
    assert [step.item.label for step in plan.steps] == ["public.k.later"] * 2
    assert [describe(each) for each in plan.differences] == ["~ constraint public.k.later: comment, name (was before)"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("create index a on public.k (u); create index b on public.k (id)", "create index b on public.k (u)"),
        ("create index a on public.k (u); create table public.b ()", "create index b on public.k (u)"),
        ("create index a on public.k (u); create index a2 on public.k (u)", "create index b on public.k (u)"),
        ("create index a on public.k (u)", "create index b on public.k (id)"),
        ("create index a on public.k (u)", "create index b on public.r (k)"),
        ("create unique index a on public.k (u)", "alter table public.k add constraint b unique (u)"),
    ],
)
def test_where_it_is_another_or_its_name_is_taken_it_is_made_anew(
    shadow: Shadow, database: psycopg.Connection, old: str, new: str
) -> None:
    plan = _plan(shadow, database, old, new)
    assert not any("RENAME" in step.sql for step in plan.steps)


def test_a_label_is_renamed_where_rows_hold_it_and_definitions_say_it(
    shadow: Shadow, database: psycopg.Connection
) -> None:
    def declared(label: str) -> str:
        return f"""
            create type public.e as enum ('a', '{label}', 'c');
            create table public.t (e public.e default '{label}', check (e <> '{label}' or e is not null));
            create table public.p (e public.e) partition by list (e);
            create table public.p_b partition of public.p for values in ('{label}');
            create index t_e on public.t (e) where e = '{label}'"""

    rows = "; insert into public.t default values; insert into public.p values ('b')"
    plan = _plan(shadow, database, declared("b") + rows, declared("x\\y"))
    assert [step.sql for step in plan.steps] == ["""ALTER TYPE "public"."e" RENAME VALUE 'b' TO 'x\\y';"""]
    assert [describe(each) for each in plan.differences] == ["~ enum public.e: labels ('b' -> 'x\\y')"]
    held = database.execute("select e::text from public.t union all select e::text from public.p_b").fetchall()
    assert held == [("x\\y",)] * 2
