"""What no migration can do in one go: each case is one that Postgres refuses."""

import psycopg
import pytest
from judge import carry_out

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.reader import read
from pgnorm.normalizer.plan.planner import diff
from pgnorm.normalizer.postgres.shadow import Shadow


@pytest.mark.parametrize(
    ("old", "new", "refused", "used", "user"),
    [
        (
            "create table t (a int); create table s (r t)",
            "create table t (a bigint); create table s (r t)",
            "alter table t alter a type bigint",
            "public.t.a",
            "public.s.r",
        ),
        (
            "create table t (a int); create domain d as t; create type c as (d d); create table s (r c[])",
            "create table t (a text); create domain d as t; create type c as (d d); create table s (r c[])",
            "alter table t alter a type text",
            "public.t.a",
            "public.s.r",
        ),
    ],
    ids=["table", "table in types"],
)
def test_rows_in_a_column_stand_in_the_way(
    shadow: Shadow, old: str, new: str, refused: str, used: str, user: str
) -> None:
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        start.connection.execute(old.encode())
        goal.connection.execute(new.encode())
        with pytest.raises(PgnormError, match=rf"{used} .* {user} ") as caught:
            diff(read(start.connection), read(goal.connection))
        assert caught.value.hint is not None
        assert "in two migrations" in caught.value.hint
        with pytest.raises(psycopg.Error):
            start.connection.execute(refused.encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("create table t (a int); create table s (b int, r t)", "create table t (a bigint); create table s (b int)"),
        ("create table t (a int); create table s (r t)", "create table t (a int, b int); create table s (r t)"),
        ("create table t (a int, b int); create table s (r t)", "create table t (a int); create table s (r t)"),
        (
            "create table t (a int); create view s as select t from t",
            "create table t (a bigint); create view s as select t from t",
        ),
        ("create view w as select 1 a; create table s (r w)", "create view w as select 1 a, 2 b; create table s (r w)"),
        (
            "create view w as select 1 a; create table s (r w); insert into s select w from w",
            "create view w as select 1::bigint a; create table s (r w)",
        ),
    ],
    ids=["column gone", "column added", "column dropped", "view of rows", "view widened", "view of another type"],
)
def test_what_works_is_not_refused(shadow: Shadow, old: str, new: str) -> None:
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        start.connection.execute(old.encode())
        goal.connection.execute(new.encode())
        wanted = read(goal.connection)
        carry_out(start.connection, diff(read(start.connection), wanted))
        assert not diff(read(start.connection), wanted)


def test_arrays_in_a_column_keep_their_delimiter(shadow: Shadow) -> None:
    base = """
        create type b;
        create function b_in(cstring) returns b immutable strict language internal as 'textin';
        create function b_out(b) returns cstring immutable strict language internal as 'textout';
        create type b (input = b_in, output = b_out, delimiter = '%s');
    """
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        for session, delimiter in ((start, ","), (goal, ";")):
            session.connection.execute((base % delimiter + "create table t (a b[])").encode())
        with pytest.raises(PgnormError, match=r"public\.b: its delimiter changes"):
            diff(read(start.connection), read(goal.connection))
        for session in (start, goal):
            session.connection.execute("drop table t")
        assert diff(read(start.connection), read(goal.connection))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "create type c as (b int, a int); create table t of c",
            "create type c as (a int, b int); create table t of c",
        ),
        (
            "create type c as (a int, b int); create table t (b int, a int)",
            "create type c as (a int, b int); create table t of c",
        ),
    ],
    ids=["type", "table"],
)
def test_a_typed_table_has_its_columns_in_the_order_of_the_type(shadow: Shadow, old: str, new: str) -> None:
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        start.connection.execute(old.encode())
        goal.connection.execute(new.encode())
        with pytest.raises(PgnormError, match=r"table public\.t .* as \(b, a\), .* as \(a, b\)"):
            diff(read(start.connection), read(goal.connection))
        goal.connection.execute("create table u (b int, a int)")
        with pytest.raises(psycopg.errors.DatatypeMismatch):
            goal.connection.execute("alter table u of c")
