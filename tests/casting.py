"""A type with functions for a cast to text, and what Postgres says of who calls them."""

from collections.abc import Sequence

import psycopg
from addresses import address

# The text of one or the other says which function made it.
TYPES = """
create type public.kg as (n int);
create function public.one(public.kg) returns text language plpgsql immutable as 'begin return ''one''; end';
create function public.two(public.kg) returns text language plpgsql immutable as 'begin return ''two''; end';
create table public.t (id int primary key, x public.kg, told text);
insert into public.t values (1, row(1), '');
"""
ONE = "create cast (public.kg as text) with function public.one(public.kg) as assignment;"
TWO = ONE.replace("public.one", "public.two")
AGAIN = f"drop cast (public.kg as text); {TWO}"


def made(connection: psycopg.Connection, *texts: str) -> str:
    """The address of a database in which these were run."""
    for text in texts:
        connection.execute(text.encode())
    return address(connection)


def uses(connection: psycopg.Connection) -> Sequence[str]:
    """Which of the functions anything but casts depends on."""
    asked = """
        select distinct p.proname::text from pg_depend d join pg_proc p on p.oid = d.refobjid
         where d.refclassid = 'pg_proc'::regclass and p.proname in ('one', 'two')
           and d.classid <> 'pg_cast'::regclass"""
    return [name for (name,) in connection.execute(asked.encode()).fetchall()]


def called(connection: psycopg.Connection) -> tuple[set[str], set[str]]:
    """Which of the functions parse trees call by casts, and which by their names, wherever a catalog has such trees."""
    trees = """
        select attrelid::regclass::text, quote_ident(attname) from pg_attribute
         where atttypid = 'pg_node_tree'::regtype and attrelid < 16384"""
    found: tuple[set[str], set[str]] = set(), set()
    for catalog, column in connection.execute(trees.encode()).fetchall():
        calls = f"""
            select p.proname::text, c[2] = '0'
              from {catalog}, regexp_matches({column}::text, ':funcid (\\d+) [^{{}}]*:funcformat (\\d)', 'g') c
              join pg_proc p on p.oid = c[1]::oid
             where p.proname in ('one', 'two')"""
        for name, by_name in connection.execute(calls.encode()).fetchall():
            found[by_name].add(name)
    return found


def says(connection: psycopg.Connection, query: str) -> str:
    """The one value that the last of some statements returns, none of which leaves anything."""
    with connection.transaction(force_rollback=True):
        for statement in query.split("; "):
            rows = connection.execute(statement.encode())
        found = rows.fetchall()
        assert len(found) == 1
        return str(found[0][0])
