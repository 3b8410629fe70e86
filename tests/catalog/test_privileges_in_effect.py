"""What roles may do, beside what happens when they try."""

from collections.abc import Callable, Iterator

import psycopg
import pytest

from pgnorm.catalog.access import Access, Permission, Rows, grantees, read_access

ROLES = ("access_reader", "access_member", "access_owner", "access_exempt")
STATE = """
create role access_reader; create role access_member in role access_reader; create role access_owner;
create role access_exempt bypassrls;
create schema a; create schema closed;
grant usage, create on schema a to access_owner; grant usage on schema a to access_reader, access_exempt;
set role access_owner;
create table a.plain (id int, note text);
create table a.hidden (id int, note text);
create table a.by_policy (id int, note text);
create table a.open (id int, note text);
create table a.forced (id int, note text);
create table a.narrowed (id int, note text);
create table a.columns (id int, note text);
create table a.written (id int, note text);
alter table a.hidden enable row level security;
alter table a.by_policy enable row level security;
alter table a.open enable row level security;
alter table a.forced enable row level security;
alter table a.forced force row level security;
alter table a.narrowed enable row level security;
alter table a.written enable row level security;
create policy odd on a.by_policy for select to access_reader using (id % 2 = 1);
create policy gone on a.by_policy for delete to access_reader using (id = 1);
create policy others on a.by_policy for select to access_owner using (true);
create policy all_of_it on a.open using (true);
create policy half_of_it on a.open using (id = 1);
create policy everything on a.narrowed using (true);
create policy but_one on a.narrowed as restrictive using (id <> 1);
create table a.silent (id int, note text);
alter table a.silent enable row level security;
create policy says_nothing on a.silent to access_reader;
create policy adds on a.written for insert to access_reader with check (true);
create view a.past_hidden as select * from a.hidden;
create view a.asking with (security_invoker) as select * from a.hidden;
create view a.two_steps as select * from a.asking;
create view a.past_of_past as select * from a.past_hidden;
create view a.past_forced as select * from a.forced;
create view a.\"\"\"odd\"\"\" as select * from a.hidden;
create view a.past_plain as select * from a.plain;
create function a.as_owner() returns bigint language sql security definer as 'select count(*) from a.hidden';
create function a.as_caller() returns int language sql as 'select 1';
create procedure a.kept() language sql as 'select 1';
create function a.fires() returns trigger language plpgsql as 'begin return new; end';
revoke execute on procedure a.kept() from public;
create sequence a.numbers;
grant select, insert, update, delete on all tables in schema a to access_reader, access_exempt;
revoke all on a.columns from access_reader;
grant select (id), update (note) on a.columns to access_reader;
revoke update, delete on a.plain from access_reader;
grant usage on sequence a.numbers to access_reader;
reset role;
create table closed.away (id int); grant select on closed.away to access_reader;
"""
TABLES = ("plain", "hidden", "by_policy", "open", "forced", "narrowed", "columns", "written", "silent")
ROWS = 4


@pytest.fixture
def connection(database: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """A database with all of it and four rows in each table, undone at the end: roles belong to the server."""
    database.autocommit = False
    database.execute(STATE)
    for table in TABLES:
        database.execute(f"insert into a.{table} select n, 'n' from generate_series(1, {ROWS}) n")
    yield database
    database.rollback()


def acting(connection: psycopg.Connection, role: str, statement: str) -> int | str | None:
    """How many rows a role reaches with a statement, or the SQLSTATE with which it is refused."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(f"set local role {role}")
            return connection.execute(statement).rowcount
    except psycopg.Error as error:
        return error.sqlstate


def permission(access: Access, role: str, name: str, privilege: str) -> Permission | None:
    found = [each for each in access.permissions if (each.role, each.name, each.privilege) == (role, name, privilege)]
    assert len(found) < 2
    return found[0] if found else None


TRIED: dict[str, Callable[[str], str]] = {
    "SELECT": lambda table: f"select id from a.{table}",
    "DELETE": lambda table: f"delete from a.{table}",
    "INSERT": lambda table: f"insert into a.{table} values (9, 'new')",
}


@pytest.mark.parametrize("privilege", TRIED)
def test_what_a_role_reaches_is_what_happens(connection: psycopg.Connection, privilege: str) -> None:
    access = read_access(connection, ROLES)
    for role in ROLES:
        for table in TABLES:
            found = permission(access, role, table, privilege)
            reached = acting(connection, role, TRIED[privilege](table))
            said = (role, table, found)
            if found is None:
                assert reached == "42501", said
            elif found.rows in (Rows.UNGUARDED, Rows.EXEMPT, Rows.OPEN):
                assert reached == (1 if privilege == "INSERT" else ROWS), said
            elif found.rows is Rows.NONE:
                assert reached in (0, "42501"), said
            else:
                assert found.policies, said
                assert isinstance(reached, int), said
                assert 0 <= reached < ROWS, said


def test_all_rows_are_reached_by_policies_that_are_true_for_them(connection: psycopg.Connection) -> None:
    found = permission(read_access(connection, ROLES), "access_reader", "open", "SELECT")
    assert found is not None
    assert (found.rows, found.policies) == (Rows.OPEN, ("all_of_it",))


def test_tables_have_the_state_that_is_told(connection: psycopg.Connection) -> None:
    access = read_access(connection, ROLES)
    rows = {
        (role, table): found.rows
        for role in ROLES
        for table in TABLES
        if (found := permission(access, role, table, "SELECT")) is not None
    }
    assert rows["access_reader", "plain"] is Rows.UNGUARDED
    assert rows["access_reader", "hidden"] is Rows.NONE
    assert rows["access_member", "by_policy"] is Rows.POLICIES  # as a member of the reader
    assert rows["access_reader", "narrowed"] is Rows.POLICIES
    assert rows["access_owner", "hidden"] is Rows.EXEMPT
    assert rows["access_owner", "forced"] is Rows.NONE
    assert rows["access_exempt", "hidden"] is Rows.EXEMPT
    assert access.exempt == {"access_exempt"}
    columns = permission(access, "access_reader", "columns", "SELECT")
    assert columns is not None
    assert columns.columns == ("id",)


def test_views_that_show_what_row_security_hides(connection: psycopg.Connection) -> None:
    access = read_access(connection, ["access_reader"])
    views = ("past_hidden", "asking", "two_steps", "past_of_past", "past_forced", "past_plain")
    for view in views:
        found = permission(access, "access_reader", view, "SELECT")
        assert found is not None
        shown = acting(connection, "access_reader", f"select * from a.{view}")
        assert bool(found.past) == (shown == ROWS and view != "past_plain"), (view, shown)
    odd = permission(access, "access_reader", '"odd"', "SELECT")
    assert odd is not None
    assert odd.past == ("a.hidden",)
    past = permission(access, "access_reader", "past_of_past", "SELECT")
    assert past is not None
    assert past.past == ("a.hidden",)


def test_routines_sequences_and_schemas(connection: psycopg.Connection) -> None:
    access = read_access(connection, ["public", "access_reader"])
    runs = permission(access, "access_reader", "as_owner()", "EXECUTE")
    assert runs is not None
    assert runs.runs_as == "access_owner"
    assert acting(connection, "access_reader", "call a.kept()") == "42501"
    assert permission(access, "access_reader", "kept()", "EXECUTE") is None
    assert permission(access, "access_reader", "as_caller()", "EXECUTE") is not None
    assert permission(access, "access_reader", "fires()", "EXECUTE") is None
    assert permission(access, "access_reader", "numbers", "USAGE") is not None
    assert permission(access, "access_reader", "numbers", "UPDATE") is None
    assert acting(connection, "access_reader", "select setval('a.numbers', 3)") == "42501"
    assert permission(access, "access_reader", "away", "SELECT") is None
    assert acting(connection, "access_reader", "select * from closed.away") == "42501"
    # Whoever has no right in the schema can't call what everybody may call.
    assert permission(access, "public", "as_caller()", "EXECUTE") is None


def test_what_is_to_come(connection: psycopg.Connection) -> None:
    connection.execute("alter default privileges for role access_owner in schema a grant select on tables to public")
    access = read_access(connection, ["access_reader"])
    to_come = {(each.kind, each.schema, each.name, each.privilege) for each in access.permissions if "new" in each.kind}
    assert ("new tables", "a", "access_owner", "SELECT") in to_come
    assert ("new functions", "a", "access_owner", "EXECUTE") in to_come
    connection.execute(
        "set local role access_owner; create table a.made (); create function a.f() returns int return 1"
    )
    connection.execute("reset role")
    access = read_access(connection, ["access_reader"])
    assert permission(access, "access_reader", "made", "SELECT") is not None
    assert permission(access, "access_reader", "f()", "EXECUTE") is not None
    connection.execute("alter default privileges for role access_owner revoke execute on functions from public")
    access = read_access(connection, ["access_reader"])
    assert not any(each.kind == "new functions" and each.name == "access_owner" for each in access.permissions)


def test_roles(connection: psycopg.Connection) -> None:
    assert read_access(connection, ["no such", "access_reader", "it's"]).absent == ("no such", "it's")
    connection.execute("create role access_column; grant select (id) on a.plain to access_column")
    assert {"access_reader", "access_exempt", "access_column", "public"} <= set(grantees(connection))
