"""Which change of types a foreign key lasts through."""

import psycopg
import pytest
from judge import carry_out

from pgnorm.catalog.reader import read
from pgnorm.normalizer.plan.planner import diff
from pgnorm.normalizer.postgres.shadow import Shadow


def _declared(referenced: str, referring: str) -> bytes:
    return f"""
        create type public.size as enum ('s', 'm');
        create type public.width as enum ('s', 'm');
        create table public.parent (id {referenced} primary key);
        create table public.child (parent {referring} references public.parent)""".encode()


@pytest.mark.parametrize(
    ("old", "new", "rebuilt"),
    [
        (("integer", "integer"), ("bigint", "bigint"), True),
        (("bigint", "integer"), ("smallint", "integer"), True),
        (("text", "varchar(5)"), ("varchar(9)", "text"), True),
        (("numeric(5)", "integer"), ("numeric(9)", "numeric(9)"), True),
        (("date", "date"), ("timestamptz", "timestamptz"), True),
        (("integer", "integer"), ("numeric", "numeric"), False),
        (("public.size", "public.size"), ("public.width", "public.width"), False),
        (("integer[]", "integer[]"), ("bigint[]", "bigint[]"), False),
        (("integer", "integer"), ("text", "text"), False),
    ],
)
def test_postgres_rebuilds_it_where_its_types_stay_comparable(
    shadow: Shadow, database: psycopg.Connection, old: tuple[str, str], new: tuple[str, str], rebuilt: bool
) -> None:
    database.execute(_declared(*old))
    with shadow.session(scratch=True) as goal:
        goal.connection.execute(_declared(*new))
        plan = diff(read(database), read(goal.connection))
    carry_out(database, plan)
    assert all(step.item.kind != "foreign key" for step in plan.steps) == rebuilt
