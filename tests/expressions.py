"""Expressions by chance over a type whose operators are in a schema of their own, and what parse trees say of them."""

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

import psycopg

TYPES: Final = (
    """
create schema ext;
create type ext.word;
create function ext.word_in(cstring) returns ext.word language internal immutable strict as 'textin';
create function ext.word_out(ext.word) returns cstring language internal immutable strict as 'textout';
create type ext.word (input = ext.word_in, output = ext.word_out, like = text, category = 'S', collatable = true);
create cast (ext.word as text) without function as implicit;
create cast (text as ext.word) without function as assignment;
create cast (varchar as ext.word) without function as assignment;
"""
    + "".join(
        f"create function ext.word_{name}(ext.word, ext.word) returns bool language internal immutable strict"
        f" as 'text_{name}';\n"
        for name in ("lt", "le", "ge", "gt")
    )
    + """
create function ext.word_eq(ext.word, ext.word) returns bool language internal immutable strict as 'texteq';
create function ext.word_ne(ext.word, ext.word) returns bool language internal immutable strict as 'textne';
create function ext.word_cmp(ext.word, ext.word) returns integer language internal immutable strict as 'bttextcmp';
create function ext.word_hash(ext.word) returns integer language internal immutable strict as 'hashtext';
create function ext.word_cat(ext.word, ext.word) returns ext.word language internal immutable strict as 'textcat';
create operator ext.= (leftarg = ext.word, rightarg = ext.word, function = ext.word_eq,
                       commutator = operator(ext.=), negator = operator(ext.<>), hashes, merges);
create operator ext.<> (leftarg = ext.word, rightarg = ext.word, function = ext.word_ne,
                        commutator = operator(ext.<>), negator = operator(ext.=));
create operator ext.< (leftarg = ext.word, rightarg = ext.word, function = ext.word_lt,
                       commutator = operator(ext.>), negator = operator(ext.>=));
create operator ext.<= (leftarg = ext.word, rightarg = ext.word, function = ext.word_le,
                        commutator = operator(ext.>=), negator = operator(ext.>));
create operator ext.>= (leftarg = ext.word, rightarg = ext.word, function = ext.word_ge,
                        commutator = operator(ext.<=), negator = operator(ext.<));
create operator ext.> (leftarg = ext.word, rightarg = ext.word, function = ext.word_gt,
                       commutator = operator(ext.<), negator = operator(ext.<=));
create operator ext.|| (leftarg = ext.word, rightarg = ext.word, function = ext.word_cat);
create operator class ext.word_ops default for type ext.word using btree as
  operator 1 ext.<, operator 2 ext.<=, operator 3 ext.=, operator 4 ext.>=, operator 5 ext.>,
  function 1 ext.word_cmp(ext.word, ext.word);
create operator class ext.word_hash_ops default for type ext.word using hash as
  operator 1 ext.=, function 1 ext.word_hash(ext.word);
"""
)
"""A type as citext is one: what it lacks it borrows from text by an implicit cast."""

TABLES: Final = """
create table public.words (n integer, m integer, w ext.word, v ext.word, list ext.word[], s text, c varchar(9));
create table public.other (like public.words);
create function public.touched() returns trigger language plpgsql as $$ begin return new; end $$;
"""

SIMPLE: Final = (
    "{w} = {w}", "{w} <> {w}", "{w} < {w}", "{w} >= {w}", "{w} = any ({l})", "{w} <> all (array[{w}, {w}])",
    "{w} in ({w}, {w})", "{w} not in ({w}, {w}, {w})", "{w} between {w} and {w}",
    "{w} not between symmetric {w} and {w}",
    "{w} is distinct from {w}", "{w} is not distinct from {w}", "nullif({w}, {w}) = {w}", "nullif({w}, {w}) is null",
    "coalesce({w}, {w}) = {w}", "greatest({w}, {w}) < least({w}, {w})", "({w} || {w}) = {w}", "({n}, {w}) = ({n}, {w})",
    "({w}, {w}) <> ({w}, {w})", "({w}, {w}) < ({w}, {w})", "row({n}, {w}) is distinct from row({n}, {w})",
    "({w}, {n}) in ((({w}, {n})))", "({w}, {n}) < ({w}, {n})", "({n}, {w}) >= ({n}, {w})",
    "case {w} when {w} then {b} else {b} end", "case when {b} then {w} = {w} end",
    "case {n} when {n} then {w} is distinct from {w} end", "{w} like {s}", "{w} ~ {s}", "{w} = {s}",
    "{s} in ({w}, {s})",
    "{s} is distinct from {s}", "{w} is distinct from {s}", "nullif({s}, {w}) = {s}", "{l} = array[{w}]", "{l} && {l}",
    "{c} in ('a', 'b')", "{n} between {n} and {n}", "{b} and {b}", "{b} or {b}", "not ({b})", "({b}) = ({b})",
    "({b}) is not true", "{w} operator(ext.=) {w}", "{s} operator(pg_catalog.=) {w}", "nullif({n}, {n}) = {n}",
)  # fmt: skip
"""What needs no query."""
QUERIES: Final = (
    "{w} in (select o.w from public.other o)", "{w} not in (select o.v from public.other o where {b})",
    "{w} = some (select o.w from public.other o)", "{w} <> all (select distinct o.w from public.other o)",
    "({n}, {w}) in (select o.n, o.v from public.other o)", "({w}, {w}) in (select o.w, o.v from public.other o)",
    "({n}, {n}) in (select o.n, o.n from public.other o)",
    "({w}, {w}) < (select o.w, o.v from public.other o limit 1)",
    "({w}, {n}) in (select o.w, o.n from public.other o)", "({w}, {n}) not in (select o.v, o.n from public.other o)",
    "({w}, {n}) >= (select o.w, o.n from public.other o limit 1)",
    "exists (select from public.other o join public.other p using (w))",
    "exists (select from public.other o natural join public.other p where {b})",
    "exists (select from public.other o full join public.other p using (v, n))",
    "exists (select o.w from public.other o group by o.w having o.w = {w})",
    "exists (select o.w from public.other o union select {w} order by 1)",
    "exists (select from (select o.w, rank() over (partition by o.v order by o.w) r from public.other o) q where {b})",
    "(select count(distinct o.w) from public.other o where o.w = {w}) > 1",
    "(select max(o.n) filter (where nullif(o.w, o.v) is not null) from public.other o) = {n}",
    "(select array_agg(o.w order by o.w using operator(ext.>)) from public.other o) = {l}",
    "exists (with recursive q(w) as (select {w} union select o.v from public.other o join q using (w)) table q)",
)  # fmt: skip
"""What only a query may say: a view, a policy, a rule or a body."""


class Expressions:
    """Makes boolean expressions by chance; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def simple(self, form: str | None = None, row: str = "", depth: int = 2) -> str:
        """One without a query, of `form` outermost, over the columns of `row` (`new.` in a trigger)."""
        return self._filled(form or self.chance.choice(SIMPLE), row, depth)

    def query(self, form: str | None = None, depth: int = 2) -> str:
        """One that may have queries in it."""
        return self._filled(form or self.chance.choice(QUERIES), "words.", depth)

    def _filled(self, form: str, row: str, depth: int) -> str:
        def fill(match: re.Match[str]) -> str:
            match match[1]:
                case "b":
                    return self.simple(row=row, depth=depth - 1) if depth else f"{row}m > 1"
                case "w":
                    return self.chance.choice([f"{row}w", f"{row}v", "'a'::ext.word", f"{row}w", f"{row}v"])
                case "n":
                    return self.chance.choice([f"{row}n", f"{row}m", "3"])
                case "s":
                    return self.chance.choice([f"{row}s", "'b'::text"])
                case "l":
                    return self.chance.choice([f"{row}list", "array['a', 'b']::ext.word[]"])
            return f"{row}c"

        return re.sub(r"\{(.)\}", fill, form)

    def schema(self, name: str, simple: str | None = None, query: str | None = None) -> Iterator[str]:
        """Statements that make a table of this name and put expressions of these forms everywhere about it."""

        def asked() -> str:
            return self.query(query).replace("words.", f"{name}.")

        yield f"create table public.{name} (like public.words)"
        yield f"alter table public.{name} add constraint {name}_check check ({self.simple(simple)})"
        yield f"alter table public.{name} add told bool generated always as ({self.simple(simple)}) stored"
        yield f"create index {name}_index on public.{name} (({self.simple(simple)})) where {self.simple(simple)}"
        yield f"create statistics public.{name}_statistics on ({self.simple(simple)}), n from public.{name}"
        yield (
            f"create trigger {name} before update on public.{name} for each row"
            f" when ({self.simple(simple, 'new.')}) execute function public.touched()"
        )
        yield f"create policy {name} on public.{name} using ({asked()}) with check ({self.simple(simple)})"
        listed = f"n, {self.simple(simple)} as a"
        yield f"create view public.{name}_view as select {listed} from public.{name} where {asked()}"
        yield f"create materialized view public.{name}_kept as select n from public.{name} where {asked()}"
        yield (
            f"create rule {name} as on update to public.{name} where {self.simple(simple, 'new.')}"
            " do also delete from public.other where public.other.n = new.n"
        )
        yield (
            f"create function public.{name}_body() returns bigint begin atomic"
            f" select count(*) from public.{name} where {asked()}; end"
        )


_OWN: Final = """
select proname::text from pg_proc where pronamespace = 'pg_catalog'::regnamespace
union select oprname::text from pg_operator where oprnamespace = 'pg_catalog'::regnamespace
"""
_NAMES: Final = """
select oid::pg_catalog.int8, oid::pg_catalog.regoperator::text from pg_catalog.pg_operator
union all select oid::pg_catalog.int8, oid::pg_catalog.regprocedure::text from pg_catalog.pg_proc
"""
_TREES: Final = """
select 'check ' || conname, conbin::text from pg_catalog.pg_constraint where conbin is not null
union all select 'column ' || c.relname || ' ' || a.attname, d.adbin::text from pg_catalog.pg_attrdef d
  join pg_catalog.pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
  join pg_catalog.pg_class c on c.oid = d.adrelid
union all select 'index ' || c.relname, coalesce(i.indpred::text, '') || coalesce(i.indexprs::text, '')
  from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
  where (i.indpred is not null or i.indexprs is not null)
union all select 'policy ' || polname, coalesce(polqual::text, '') || coalesce(polwithcheck::text, '')
  from pg_catalog.pg_policy
union all select 'rule ' || c.relname || ' ' || r.rulename, r.ev_qual::text || r.ev_action::text
  from pg_catalog.pg_rewrite r join pg_catalog.pg_class c on c.oid = r.ev_class where r.oid >= 16384
union all select 'trigger ' || tgname, tgqual::text from pg_catalog.pg_trigger where tgqual is not null
union all select 'function ' || proname, prosqlbody::text from pg_catalog.pg_proc where prosqlbody is not null
  and oid >= 16384
union all select 'statistics ' || stxname, stxexprs::text from pg_catalog.pg_statistic_ext where stxexprs is not null
"""
_OPERATORS: Final = re.compile(r":(?:opno|eqop|sortop|aggfnoid|winfnoid|funcid) (\d+)|:opnos \(o ([\d ]+)\)")


def meanings(connection: psycopg.Connection) -> Mapping[str, Counter[str]]:
    """Which operators, functions and aggregates the parse tree of each expression names, and how often."""
    connection.execute("select pg_catalog.set_config('search_path', '', false)")
    names: dict[int, str] = dict(connection.execute(_NAMES).fetchall())
    found: dict[str, Counter[str]] = {}
    for name, tree in connection.execute(_TREES):
        numbers = (number for match in _OPERATORS.finditer(tree) for number in (match[1] or match[2]).split())
        found[name] = Counter(names[int(number)] for number in numbers if number != "0")
    return found


def own_names(connection: psycopg.Connection) -> tuple[str, ...]:
    """The names of all functions and operators of Postgres' own."""
    return tuple(name for (name,) in connection.execute(_OWN))
