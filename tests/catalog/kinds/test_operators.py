"""What is made of an operator stays where Postgres links it by itself."""

import pytest

from pgnorm.catalog.reader import read
from pgnorm.normalizer.plan.planner import diff
from pgnorm.normalizer.postgres.shadow import Shadow

FUNCTIONS = """
create function f(integer, text) returns boolean immutable language sql as 'select true';
create function g(text, integer) returns boolean immutable language sql as 'select true';
"""
ALONE = FUNCTIONS + "create operator <<< (function = f, leftarg = integer, rightarg = text);"
LINKED = (
    ALONE.replace("= text)", "= text, commutator = operator(public.>>>))")
    + "create operator >>> (function = g, leftarg = text, rightarg = integer, commutator = operator(public.<<<));"
)
USED = """
create table t (a integer, b text check (1 <<< b));
create index on t ((a <<< b));
create view v as select 1 <<< 'a';
"""


@pytest.mark.parametrize(("old", "new"), [(ALONE, LINKED), (LINKED, ALONE)], ids=["comes", "goes"])
def test_a_partner_alone_comes_or_goes(shadow: Shadow, old: str, new: str) -> None:
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        start.connection.execute((old + USED).encode())
        goal.connection.execute((new + USED).encode())
        steps = diff(read(start.connection), read(goal.connection)).steps
    assert [step.item.name for step in steps] == [">>>"]
