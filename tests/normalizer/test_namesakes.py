"""Plans where a project has functions and operators with names of Postgres' own: what uses those keeps its meaning."""

import os
import random
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from addresses import address
from judge import carry_out, compared

from pgnorm.catalog.reader import read
from pgnorm.catalog.snapshots.writing import dumps
from pgnorm.normalizer.comparison import ONLINE, Comparison, Options
from pgnorm.normalizer.plan.namesakes import EMPTY_PATH
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.servers import Servers
from pgnorm.normalizer.sql.bare import bare_names
from pgnorm.normalizer.sql.statements import split

# Better matches than Postgres' own, which take any array or enum.
NAMESAKES = """
create type public.mood as enum ('low', 'high');
create function public.array_length(int[], int) returns int language sql immutable as 'select 42';
create function public.array_append(int[], int) returns int[] language sql immutable as 'select $1';
create function public.format(text, text) returns text language sql immutable as 'select $2';
create function public.never(int[], int[]) returns boolean language sql immutable as 'select false';
create operator public.@> (leftarg = int[], rightarg = int[], function = public.never);
create operator public.= (leftarg = int[], rightarg = int[], function = public.never);
create function public.apart(public.mood, public.mood) returns boolean language sql immutable as 'select false';
create operator public.< (leftarg = public.mood, rightarg = public.mood, function = public.apart);
"""
TYPE = "create type public.mood as enum ('low', 'high');"
TABLE = """
create table public.t (id int, a int[], b int[], m public.mood, n text);
create function public.told() returns trigger language plpgsql as 'begin return new; end';
"""
OBJECTS = {
    "view": "create view public.lengths as select array_length(a, 1) as length, format('%s', n) as said from public.t",
    "materialized view": "create materialized view public.found as select id from public.t where a @> b",
    "check": "alter table public.t add constraint longer check (array_length(a, 1) > 1)",
    "implied operators": "create view public.same as select a is distinct from b as other, nullif(a, b) as one"
    " from public.t",
    "policy": "alter table public.t enable row level security;"
    " create policy alike on public.t using (a @> b) with check (array_length(a, 1) > 0)",
    "default": "alter table public.t alter n set default array_length('{1,2}'::int[], 1)",
    "added column": "alter table public.t add c int default array_length('{1,2}'::int[], 1)",
    "index": "create index long on public.t (array_length(a, 1)) where m < 'high'",
    "generated column": "alter table public.t add g int generated always as (array_length(a, 1)) stored",
    "function with a body of SQL": "create function public.first(a int[]) returns int language sql"
    " begin atomic select array_length(a, 1); end",
    "default of an argument": "create function public.second(a int default array_length('{1}'::int[], 1)) returns int"
    " language sql as 'select a'",
    "domain": "create domain public.pair as int[] check (array_length(value, 1) = 2)",
    "trigger": "create trigger tells before update on public.t for each row when (old.a = new.a)"
    " execute function public.told()",
    "rule": "create rule keep as on delete to public.t where old.a @> old.b do instead nothing",
    "statistics": "create statistics public.of_length on (array_length(a, 1)), id from public.t",
    "partitioned table": "create table public.p (a int[]) partition by list (array_length(a, 1));"
    " create table public.p1 partition of public.p for values in (1)",
    "aggregate": "create aggregate public.collected(int) (sfunc = array_append, stype = int[])",
    "call behind DISTINCT ON": "create view public.firsts as select distinct on (id) array_length(a, 1) as length"
    " from public.t",
    "exclusion constraint": "alter table public.t add constraint apart"
    " exclude using gist (int4range(id, id, '[]') with &&) where (a @> b)",
}


WAYS = (
    ("none", "all"),
    ("all", "none"),
    ("only they", "all but they"),
    ("all but they", "only they"),
    ("all but they", "all"),
    ("all", "all but they"),
)


def _made(connection: psycopg.Connection, *texts: str) -> str:
    for text in texts:
        connection.execute(text.encode())
    connection.execute("reset search_path")
    return address(connection)


def _arrives(servers: Servers, connection: psycopg.Connection, new: str, found: Comparison) -> None:
    """Carry a plan out as anybody would; the database then says what `new` does."""
    carry_out(connection, found.plan)
    assert connection.execute("show search_path").fetchone() == ('"$user", public',)
    left = compared(servers, address(connection), new, Options(proof=None))
    assert not left.plan, left.plan.scripts()


@pytest.mark.parametrize("case", OBJECTS)
def test_each_kind_of_text_keeps_its_meaning(case: str, servers: Servers, shadow: Shadow) -> None:
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        old = _made(start.connection, NAMESAKES, TABLE)
        new = _made(goal.connection, NAMESAKES, TABLE, "set search_path = ''", OBJECTS[case])
        found = compared(servers, old, new)
        assert found.unproved is None
        assert found.plan.scripts() == compared(servers, old, new, Options(proof=None)).plan.scripts()
        # What is only implied has no place for a schema.
        assert (EMPTY_PATH in "".join(found.plan.scripts())) == (case == "implied operators")
        assert case == "implied operators" or '"pg_catalog".' in "".join(found.plan.scripts())
        _arrives(servers, start.connection, new, found)


@pytest.mark.parametrize("form", ["databases", "files"])
def test_namesakes_come_and_go_with_what_they_must_not_touch(
    form: str, servers: Servers, shadow: Shadow, tmp_path: Path
) -> None:
    states = {
        "none": (TYPE, TABLE),
        "only they": (NAMESAKES, TABLE),
        "all": (NAMESAKES, TABLE, "set search_path = '';", *OBJECTS.values()),
        "all but they": (TYPE, TABLE, "set search_path = '';", *OBJECTS.values()),
    }
    with ExitStack() as stack:
        where: dict[str, str] = {}
        for name, texts in states.items():
            session = stack.enter_context(shadow.session(scratch=True))
            where[name] = _made(session.connection, *texts)
            if form == "files":
                file = tmp_path / f"{name}.sql"
                file.write_text(";\n".join(texts))
                where[name] = str(file)
        for old, new in WAYS:
            found = compared(servers, where[old], where[new])
            assert found.unproved is None
            with shadow.session(scratch=True) as there:
                _made(there.connection, *states[old])
                _arrives(servers, there.connection, where[new], found)


CODE = """
create table public.cfg (k text); insert into public.cfg values ('real');
create function public.pick() returns text language plpgsql as
  'begin return (select k from cfg); exception when undefined_table then return ''fallback''; end';
create function public.stop(text, int) returns text language sql immutable as 'select $1';
create operator public.|| (leftarg = text, rightarg = int, function = public.stop);
create table public.u (id int primary key, a text, x int);
create function public.tells() returns trigger language plpgsql as 'begin perform pick(); return new; end';
create trigger tells before update on public.u for each row execute function public.tells();
"""


@pytest.mark.parametrize(
    ("new", "found"),
    [
        ("alter table public.u add c text not null default (public.pick() || 'x'::text)", "select c = 'realx' from u"),
        (
            "alter table public.u add d text not null default"
            " (public.pick() operator(pg_catalog.||) pg_catalog.array_length('{5,6}'::int[], 1))",
            "select d = 'real2' from u",
        ),
        (
            "alter table public.u alter x set default 5; alter table public.u alter x set not null",
            "select x = 5 from u",
        ),
    ],
)
def test_code_of_the_project_runs_in_the_usual_path(
    new: str, found: LiteralString, servers: Servers, shadow: Shadow
) -> None:
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        old = _made(start.connection, NAMESAKES, CODE, "insert into public.u (id) values (1)")
        wanted = _made(goal.connection, NAMESAKES, CODE, new)
        carry_out(start.connection, compared(servers, old, wanted).plan)
        assert start.connection.execute(found).fetchone() == (True,)
        assert not compared(servers, old, wanted, Options(proof=None)).plan


def test_event_triggers_find_what_they_name(servers: Servers, shadow: Shadow) -> None:
    watching = (
        "create table public.cfg (k text); insert into public.cfg values ('real');"
        "create function public.watches() returns event_trigger language plpgsql as"
        " 'begin if (select k from cfg) is null then raise exception $$nothing is set$$; end if; end';"
        "create event trigger watches on ddl_command_end execute function public.watches();"
    )
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        old = _made(start.connection, NAMESAKES, TABLE, watching)
        new = _made(
            goal.connection,
            NAMESAKES,
            TABLE,
            watching.replace(
                "create event", f"set search_path = '';{OBJECTS['view']}; reset search_path; create event"
            ),
        )
        found = compared(servers, old, new, Options(proof=None))
        start.connection.execute("insert into public.t (a, n) values ('{1,2}', 'n')")
        _arrives(servers, start.connection, new, found)
        assert start.connection.execute("select length, said from public.lengths").fetchall() == [(2, "n")]


def test_what_lets_others_go_on_reads_names_alike(servers: Servers, shadow: Shadow) -> None:
    online = Options(online=ONLINE)
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        old = _made(start.connection, NAMESAKES, TABLE)
        new = _made(goal.connection, NAMESAKES, TABLE, "set search_path = ''", OBJECTS["index"], OBJECTS["check"])
        found = compared(servers, old, new, online)
        assert any(step.alone for step in found.plan.steps)
        for script, alone in zip(found.plan.scripts(), found.plan.alone, strict=True):
            assert not (alone and "lock_timeout" in script)
            # Where no transaction is to be around a script, psql and its like send one statement after the other.
            for text in [each.text for each in split(script)] if alone else [script]:
                start.connection.execute(text.encode())
        assert not compared(servers, old, new, Options(proof=None)).plan


def test_an_extension_has_namesakes_that_no_dump_tells(servers: Servers, shadow: Shadow, tmp_path: Path) -> None:
    view = "create view public.v as select id from public.t where a operator(pg_catalog.@>) b"
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        if not start.connection.execute("select from pg_available_extensions where name = 'intarray'").rowcount:
            pytest.skip("the server has no intarray")
        old = _made(start.connection, "create extension intarray", TYPE, TABLE)
        new = _made(goal.connection, "create extension intarray", TYPE, TABLE, view)
        # A server without the extension would know nothing of its operators.
        snapshot = tmp_path / "new.json"
        snapshot.write_text(dumps(read(goal.connection)))
        for source in (new, str(snapshot)):
            found = compared(servers, old, source)
            assert found.unproved is None
            assert 'OPERATOR("pg_catalog".@>)' in "".join(found.plan.scripts())
        _arrives(servers, start.connection, new, found)


def test_a_search_path_that_operators_need_finds_no_namesakes(servers: Servers, shadow: Shadow) -> None:
    extensions = (
        "create extension citext; create extension intarray; create table public.m (x citext, a int[], b int[])"
    )
    view = "create view public.v as select x is distinct from 'a'::citext as other, a operator({}.@>) b as has from m"
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        if not start.connection.execute("select from pg_available_extensions where name = 'intarray'").rowcount:
            pytest.skip("the server has no intarray")
        old = _made(start.connection, extensions, view.format("public"))
        new = _made(goal.connection, extensions, view.format("pg_catalog"))
        start.connection.execute("insert into public.m values ('A', '{1,null}', '{1}')")
        found = compared(servers, old, new)
        assert found.unproved is None
        _arrives(servers, start.connection, new, found)
        # intarray's refuses nulls.
        assert start.connection.execute("select other, has from public.v").fetchall() == [(False, True)]


# Better matches than Postgres' own by rules that calls with casts do not meet.
UNSEEN = {
    "declared types of an aggregate": (
        "create function public.textcat(text, varchar) returns text language sql immutable as $$select 'ours'$$",
        "create aggregate public.joined(varchar) (sfunc = pg_catalog.textcat, stype = text, initcond = '');"
        " create view public.v as select public.joined(x.n) as found from (values ('a'::varchar)) x (n)",
        "a",
    ),
    "named arguments in another order": (
        "create function public.json_populate_record(from_json json, base public.pair) returns public.pair"
        " language sql immutable as 'select row(42)::public.pair'",
        "create view public.v as select ("
        "pg_catalog.json_populate_record(base => null::public.pair, from_json => '{\"n\": 1}')).n as found",
        1,
    ),
    "arrays that convert implicitly": (
        "create function public.array_fill(text, bigint[]) returns text[] language sql immutable as "
        "$$select '{ours}'$$",
        "create view public.v as select pg_catalog.array_fill('a'::text, '{1}'::int[]) as found",
        ["a"],
    ),
}


@pytest.mark.parametrize("case", UNSEEN)
def test_choices_by_other_rules_are_seen(case: str, servers: Servers, shadow: Shadow) -> None:
    own, new, value = UNSEEN[case]
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        old, wanted = (_made(each.connection, "create type public.pair as (n int)", own) for each in (start, goal))
        _made(goal.connection, new)
        found = compared(servers, old, wanted)
        assert found.unproved is None
        _arrives(servers, start.connection, wanted, found)
        assert start.connection.execute("select found from public.v").fetchall() == [(value,)]


def test_a_search_path_may_have_pg_catalog_behind_public(servers: Servers, shadow: Shadow) -> None:
    own = "create function public.lower(text) returns text language sql immutable as $$select 'ours'$$"
    view = "create view public.v as select pg_catalog.lower('A') as found"
    with shadow.session(scratch=True) as start, shadow.session(scratch=True) as goal:
        old, new = _made(start.connection, own), _made(goal.connection, own, view)
        name = start.connection.info.dbname
        start.connection.execute(f'alter database "{name}" set search_path = public, pg_catalog'.encode())
        found = compared(servers, old, new)
        with psycopg.connect(old, autocommit=True) as connection:
            carry_out(connection, found.plan)
            assert connection.execute("select found from public.v").fetchall() == [("a",)]


def test_namesakes_of_what_takes_one_type_alone_are_none(database: psycopg.Connection) -> None:
    database.execute("create extension if not exists citext; create extension if not exists hstore")
    database.execute(
        "create function public.lower(varchar) returns text language sql as 'select $1';"
        "create function public.round(float8, int) returns float8 language sql as 'select $1';"
        "create function public.mine(int[]) returns int language sql as 'select 1';"
        # Postgres' own is found before one that takes just the same.
        "create function public.cardinality(anyarray) returns int language sql as 'select 1'"
    )
    assert read(database).namesakes == ()
    database.execute("create function public.lower(int4range) returns int language sql as 'select 1'")
    database.execute("create function public.array_position(a int[], b int, c int default 1) returns int return 1")
    database.execute("create function public.concat(text, text) returns text language sql as 'select $1'")
    assert read(database).namesakes == ("array_position", "concat", "lower")


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ('SELECT "lower"("a") FROM "public"."lower"(1) "lower"("b")', {"lower"}),
        ('SELECT "public"."lower"("a"), "lower" FROM "t" "lower"("a")', set()),
        ('WITH RECURSIVE "lower"("a") AS (SELECT 1) SELECT FROM "f"() AS "upper"("a" "text")', {"f"}),
        ('SELECT ("a" -> \'@>\'), ("b" OPERATOR("ext".@>) "c")', {"->"}),
        ('CREATE AGGREGATE "public"."a"(integer) (\n    SFUNC = "array_append"\n)', {"array_append"}),
        ('CREATE OPERATOR "public".@> (LEFTARG integer)', set()),
        ('SELECT NULLIF("a", "b")', {"=", "<>"}),
        ('CREATE TRIGGER "t" AFTER INSERT ON "public"."t" FOR EACH ROW EXECUTE FUNCTION "public"."f"()', set()),
        ('CREATE INDEX "i" ON "public"."t" USING "btree" ("a", "lower"("b"))', {"lower"}),
        ('CREATE FUNCTION "public"."f"() AS $$select "lower"(\'a\') = \'b\'$$', set()),
    ],
)
def test_names_without_a_schema(sql: str, names: set[str]) -> None:
    assert {*bare_names(sql)} == names


OWN = """
select 'operator', oprname, array_remove(array[nullif(oprleft, 0)::regtype::text, oprright::regtype::text], null)
  from pg_operator where oprcode <> 0 and oprnamespace = 'pg_catalog'::regnamespace
union all
select 'function', proname, array(select t::regtype::text from unnest(proargtypes) t)
  from pg_proc
 where pronamespace = 'pg_catalog'::regnamespace and prokind = 'f' and not proretset and pronargs between 1 and 2
   and prorettype <> 'internal'::regtype
   and not proargtypes::oid[] && array['internal'::regtype, 'cstring'::regtype]::oid[]
 order by 1, 2, 3
"""
ANY = {
    **dict.fromkeys(("anyelement", '"any"', "anynonarray", "anycompatible", "anycompatiblenonarray"), "integer"),
    **dict.fromkeys(("anyarray", "anycompatiblearray"), "integer[]"),
    **dict.fromkeys(("anyrange", "anycompatiblerange"), "int4range"),
    **dict.fromkeys(("anymultirange", "anycompatiblemultirange"), "int4multirange"),
    "anyenum": "public.mood",
    "record": "public.pair",
}
LIKELY = ("integer", "bigint", "text", "integer[]", "int4range", "public.mood", "public.line", "public.pair")
ARGUMENTS = (
    *LIKELY,
    *("smallint", "numeric", "real", "double precision", "varchar", "char(3)", "name", "oid", "regclass", "boolean"),
    *("date", "timestamp", "timestamptz", "time", "interval", "bytea", "uuid", "json", "jsonb", "text[]"),
)


def _tried(connection: psycopg.Connection, sql: str) -> bool:
    try:
        with connection.transaction():
            connection.execute(sql.encode())
    except psycopg.Error:
        return False
    return True


def _use(sort: str, name: str, values: Sequence[str]) -> str:
    if sort == "function":
        return f'pg_catalog."{name}"({", ".join(values)})'
    *left, right = values
    return f"({' '.join(left)} operator(pg_catalog.{name}) {right})"


@pytest.mark.parametrize("seed", range(20 if os.environ.get("PGNORM_TEST_WHOLE") else 1))
def test_no_other_has_namesakes(database: psycopg.Connection, seed: int) -> None:
    chance = random.Random(seed)
    database.execute(f"{TYPE} create domain line as text; create type pair as (a int)")
    own = database.execute(OWN).fetchall()
    database.execute("set check_function_bodies = off; set quote_all_identifiers = on; set search_path = ''")
    made: dict[str, str] = {}
    several = {(sort, name) for sort, name, types in own if not ANY.keys().isdisjoint(types)}
    for number, (sort, name, types) in enumerate(own):
        if number % 4 and (sort, name) not in several:
            continue
        values = [f"null::{ANY.get(each, each)}" for each in types]
        if _tried(database, f"create view public.v{number} as select {_use(sort, name, values)} as x"):
            made[f"public.v{number}"] = name
    asked = "select pg_get_viewdef(%s::regclass)"
    database.execute("set search_path = pg_catalog")
    texts = {view: str(database.execute(asked, (view,)).fetchall()[0][0]) for view in made}
    assert len(texts) > 500
    database.execute("reset search_path")
    for sort, name in sorted({(sort, name) for sort, name, _ in own}):
        for number in range(20 if (sort, name) in several else 1):
            one, other = chance.choices(LIKELY if (sort, name) in several else ARGUMENTS, k=2)
            called = f"{name}" if sort == "function" else f"own of {name} {number}"
            sql = f"create function public.\"{called}\"({one}, {other}) returns boolean language sql as 'select true'"
            if sort == "operator":
                sql += f'; create operator public.{name} (leftarg = {one}, rightarg = {other}, function = "{called}")'
            _tried(database, sql)
    namesakes = read(database).namesakes
    assert namesakes
    for text in [text for text in texts.values() if {*bare_names(text)}.isdisjoint(namesakes)]:
        with database.transaction(force_rollback=True):
            database.execute(f"create view public.again as {text}".encode())
            database.execute("set local search_path = pg_catalog")
            assert database.execute(asked, ("public.again",)).fetchall() == [(text,)]
