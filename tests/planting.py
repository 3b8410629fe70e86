"""What somebody who owns a database, and is no superuser, can plant in it for those who read it."""

import json
from collections.abc import Iterable, Iterator
from typing import Final, LiteralString

import psycopg
from attrs import field, frozen
from pglast.parser import parse_sql_json
from psycopg import sql

from pgnorm.catalog.cluster import memberships, parameters, roles
from pgnorm.catalog.cluster.reader import LEFT_OUT
from pgnorm.catalog.kinds import KINDS
from pgnorm.catalog.pinning import pins
from pgnorm.catalog.reader import presence, queries

SIGN: Final = "planted code ran"
SCHEMA: Final = "evil"

# Each object is made with functions that do nothing: some are called meanwhile. `arm` comes after it.
HELD: Final[LiteralString] = """
create function called(anyelement) returns boolean immutable language plpgsql as $$ begin return true; end $$;
create function made(int) returns int immutable language plpgsql as $$ begin return $1; end $$;
create function written(int) returns text immutable language plpgsql as $$ begin return 'x'; end $$;
create function fired() returns trigger language plpgsql as $$ begin return new; end $$;
create function apart(float8, float8) returns float8 immutable language plpgsql as $$ begin return 1; end $$;
create function compared(text, text) returns int immutable language plpgsql as $$ begin return 1; end $$;
create function alike(int, text) returns boolean immutable language plpgsql as $$ begin return true; end $$;
create function summed(int, int) returns int immutable language plpgsql as $$ begin return 1; end $$;
create domain checked as text default written(1) check (called(value));
create type span as range (subtype = float8, subtype_diff = apart);
create type mood as enum ('a', 'b');
create type pair as (a checked, b span);
create function to_mood(int) returns mood immutable language plpgsql as $$ begin return 'a'; end $$;
create function to_text(pair) returns text immutable language plpgsql as $$ begin return 'a'; end $$;
create cast (mood as text) with inout as implicit;
create cast (int as mood) with function to_mood(int) as implicit;
create cast (pair as text) with function to_text(pair) as implicit;
create operator === (leftarg = int, rightarg = text, function = alike);
create aggregate gathered(int) (sfunc = summed, stype = int, initcond = '0');
create collation odd (provider = libc, locale = 'C');
create table held (
  id int primary key default made(1), a checked default 'x', b pair default row('x', '[1,2)'), c span default '[1,2)',
  d int generated always as (made(id)) stored, e mood default 'a'::mood, f text collate odd default written(2),
  check (called(id)), check (id === f), exclude using btree (made(id) with =)
);
create index on held (made(id)) where called(id);
create statistics counted on made(id), d from held;
create table split (a int check (called(a)), b text) partition by list (made(a));
create table split_1 partition of split for values in (1);
create view shown as select made(id) as x, gathered(id) as y from held where called(a) group by id;
create materialized view kept as select made(id) from held with no data;
create policy mine on held using (called(id)) with check (id === f);
alter table held enable row level security, force row level security;
create trigger told before insert or update on held for each row when (called(new.id)) execute function fired();
create rule noted as on delete to held where called(old.id) do also select made(old.id);
create sequence counter;
create publication told for table held;
alter default privileges grant select on tables to public;
"""

_ARM: Final = f"""
do $arm$ declare each regprocedure; begin
  for each in select oid from pg_proc where pronamespace = 'public'::regnamespace and prosrc like 'begin%' loop
    execute regexp_replace(pg_get_functiondef(each), 'AS \\$function\\$.*',
                           'AS $function$ begin raise exception ''{SIGN}''; end $function$');
  end loop;
end $arm$
"""

_ALIKE: Final[LiteralString] = """
select p.proname::text, array(select format_type(t, null) from unnest(p.proargtypes) t),
       format_type(p.prorettype, null), p.proretset
  from pg_proc p
 where p.pronamespace = 'pg_catalog'::regnamespace and p.proname = any(%s) and p.prokind <> 'p'
   and not p.proargtypes::oid[] && array['internal', '"any"', 'cstring']::regtype[]::oid[]
   and p.prorettype <> all (array['internal', '"any"', 'cstring']::regtype[])
"""
_OPERATORS: Final[LiteralString] = """
select oprname::text, format_type(nullif(oprleft, 0), null), format_type(oprright, null), format_type(oprresult, null)
  from pg_operator
 where oprnamespace = 'pg_catalog'::regnamespace and oprname = any(%s) and oprresult <> 0
   and 'internal'::regtype not in (oprleft, oprright)
"""
_TYPES: Final[LiteralString] = """
select typname::text from pg_type where typnamespace = 'pg_catalog'::regnamespace and typname = any(%s)
"""
_BODY: Final = f"language plpgsql as $$ begin raise exception '{SIGN}'; end $$"
# BETWEEN, IN, LIKE and IS DISTINCT FROM stand for these.
_IMPLIED: Final = frozenset({"=", "<>", "<", "<=", ">", ">=", "~~", "!~~"})


@frozen
class Names:
    """The names without a schema in some queries, by what they are names of."""

    functions: set[str] = field(factory=set)
    operators: set[str] = field(factory=lambda: set(_IMPLIED))
    types: set[str] = field(factory=set)
    relations: set[str] = field(factory=set)

    def collect(self, node: object) -> None:
        """Take what is named in a node of a parse tree and below it."""
        if isinstance(node, list):
            for each in node:
                self.collect(each)
        elif isinstance(node, dict):
            for key, each in node.items():
                self._take(key, each)
                self.collect(each)

    def _take(self, key: str, node: dict[str, object]) -> None:
        lists = {"funcname": self.functions, "name": self.operators, "operName": self.operators, "names": self.types}
        if key in ("FuncCall", "A_Expr", "SubLink", "TypeName", "typeName"):
            for word, found in lists.items():
                match node.get(word):
                    case [{"String": {"sval": str(name)}}]:
                        found.add(name)
        elif key == "RangeVar" and "schemaname" not in node:
            self.relations.add(str(node["relname"]))


def asked(connection: psycopg.Connection) -> list[str]:
    """Everything that a reading of a server of this version sends."""
    version = connection.info.server_version
    rights: list[LiteralString] = [parameters.QUERY] if version >= parameters.SINCE else []
    server: list[LiteralString] = [roles.QUERY, memberships.query(version), LEFT_OUT, *rights]
    return [*pins(connection.pgconn), presence(KINDS), *queries(KINDS, version), *server]


def names_in(texts: Iterable[str]) -> Names:
    """The names in these queries."""
    names = Names()
    for text in texts:
        names.collect(json.loads(parse_sql_json(text)))
    return names


def plant(connection: psycopg.Connection, names: Names) -> int:
    """Make a namesake of everything that is named, in a schema of its own, and objects whose functions must not be
    called; gives how many names were planted."""
    connection.execute(HELD)
    connection.execute(_ARM.encode())
    connection.execute(f"create schema {SCHEMA}; grant usage on schema {SCHEMA} to public".encode())
    made = list(_namesakes(connection, names))
    for statement in made:
        connection.execute(statement.encode())
    return len(made)


def _namesakes(connection: psycopg.Connection, names: Names) -> Iterator[str]:
    alike = connection.execute(_ALIKE, [sorted(names.functions)]).fetchall()
    operators = connection.execute(_OPERATORS, [sorted(names.operators)]).fetchall()
    types = connection.execute(_TYPES, [sorted(names.types - names.relations)]).fetchall()
    yield f"create function {SCHEMA}.tell() returns int {_BODY}"
    for name, arguments, result, many in alike:
        called = sql.Identifier(SCHEMA, name).as_string()
        yield f"create function {called}({', '.join(arguments)}) returns {'setof ' * many}{result} {_BODY}"
    for number, (name, left, right, result) in enumerate(operators):
        sides = f"{left}, {right}" if left else right
        both = f"leftarg = {left}, rightarg = {right}" if left else f"rightarg = {right}"
        yield f"create function {SCHEMA}.o{number}({sides}) returns {result} {_BODY}"
        yield f"create operator {SCHEMA}.{name} (function = {SCHEMA}.o{number}, {both})"
    for name in sorted(names.relations):
        yield f'create view {SCHEMA}."{name}" as select {SCHEMA}.tell() as oid'
    for (name,) in types:
        yield f'create domain {SCHEMA}."{name}" as pg_catalog."{name}" check ({SCHEMA}.tell() > 0)'
