"""Privileges of what a plan makes: it says them whole, so that the default privileges of the database do not decide."""

import pytest

from pgnorm.catalog.reader import read
from pgnorm.normalizer.plan.planner import diff
from pgnorm.normalizer.postgres.shadow import Shadow

DEFAULTS = """
    alter default privileges grant select, insert on tables to pg_monitor;
    alter default privileges grant all on functions to pg_monitor;
    alter default privileges grant all on sequences to pg_monitor;
"""
OLD = "create table t (id int primary key); create view v as select id from t; grant select on v to pg_monitor;"
NEW = """
    create table t (id int primary key); create view v as select 1 as one, id from t;
    revoke insert on v from pg_monitor;
    create table made (id int primary key, n int generated always as identity); create sequence s;
    create function f() returns int language sql return 1;
"""
_PRIVILEGES = b"""
    select relname, array( select x::text from unnest(relacl) x order by 1 ) from pg_class
     where relnamespace = 'public'::regnamespace and relname in ('v', 'made', 's', 'made_n_seq')
    union all
    select proname, array( select x::text from unnest(proacl) x order by 1 ) from pg_proc
     where pronamespace = 'public'::regnamespace
     order by 1
"""


@pytest.mark.parametrize("known", ["", DEFAULTS], ids=["plain", "with default privileges"])
def test_default_privileges_elsewhere_take_nothing_away(shadow: Shadow, known: str) -> None:
    with (
        shadow.session(scratch=True) as start,
        shadow.session(scratch=True) as goal,
        shadow.session(scratch=True) as elsewhere,
    ):
        start.connection.execute(f"{known}{OLD}".encode())
        goal.connection.execute(f"{known}{NEW}".encode())
        if not known:
            goal.connection.execute(b"grant select on v, made to pg_monitor")
        elsewhere.connection.execute(OLD.encode())
        plan = diff(read(start.connection), read(goal.connection))
        elsewhere.connection.execute("".join(plan.scripts()).encode())
        wanted, found = (one.connection.execute(_PRIVILEGES).fetchall() for one in (goal, elsewhere))
        assert found == wanted
        assert len(found) == 5
