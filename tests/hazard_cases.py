"""Forty usual changes of one schema, and what two other tools document or write for each of them."""

from typing import Final, NamedTuple

SCHEMA: Final = """
create type mood as enum ('sad', 'ok');
create domain amount as int;
create table people (id int primary key, name text);
create table deals (id int primary key, size int, code varchar(20), note text, mood mood, worth amount, owner int);
create table facts (at int not null);
create table rules (id int);
create table log (at int not null, line text) partition by list (at);
create table log_1 partition of log for values in (1);
create table log_2 (at int not null, line text);
create index deals_size on deals (size);
alter table deals add constraint size_known check (size is not null);
create view open_deals as select id, size from deals;
create materialized view notes as select id, note from deals;
create function twice(n int) returns int language sql as 'select n * 2';
create function touch() returns trigger language plpgsql as $$begin return new; end$$;
create sequence numbers;
"""
ROWS: Final = """
insert into people select n, n from generate_series(1, 50) n;
insert into deals select n, n, n, n, 'ok', n, n from generate_series(1, 50) n;
insert into facts select generate_series(1, 50);
insert into log values (1, 'a');
insert into log_2 values (2, 'b');
refresh materialized view notes;
"""

LOCKS: Final = "`ACQUIRES_ACCESS_EXCLUSIVE_LOCK`"
LOSES: Final = "`DELETES_DATA`"
ACCESS: Final = "`AUTHZ_UPDATE`"
BUILDS: Final = "`INDEX_BUILD`; built concurrently"
NOT_THERE: Final = "not supported"
RETYPES: Final = f"{LOCKS}, `IMPACTS_DATABASE_PERFORMANCE` (ANALYZE)"
VALID_LATER: Final = "–; NOT VALID, then VALIDATE"


class Case(NamedTuple):
    """A change: its name, the statements that make it in the files, what the others have for it."""

    name: str
    change: str
    stripe: str
    pgschema: str


CASES: Final = (
    Case("add a column", "alter table deals add x int", "–", "plain"),
    Case("add a column, constant default", "alter table deals add x int not null default 3", "–", "plain"),
    Case(
        "add a column, volatile default (1)",
        "alter table deals add x timestamptz default clock_timestamp()",
        "–",
        "plain",
    ),
    Case(
        "add a generated column",
        "alter table deals add x int generated always as (size * 2) stored",
        LOCKS,
        "plain",
    ),
    Case("add an identity column (1)", "alter table deals add x int generated always as identity", "–", "plain"),
    Case("drop a column", "alter table deals drop column note cascade", LOSES, "plain"),
    Case("rename a column, unsaid (2)", "alter table deals rename code to label", LOSES, "dropped and added"),
    Case("`int` to `bigint`", "alter table deals alter owner type bigint", RETYPES, "plain"),
    Case("`varchar(20)` to `varchar(40)` (3)", "alter table deals alter code type varchar(40)", RETYPES, "plain"),
    Case("`varchar(20)` to `varchar(10)`", "alter table deals alter code type varchar(10)", RETYPES, "plain"),
    Case("`text` to `int`", "alter table people alter name type int using name::int", RETYPES, "plain, `USING`"),
    Case("NOT NULL", "alter table deals alter owner set not null", "–; by a CHECK", "by a CHECK"),
    Case("no NOT NULL any more", "alter table facts alter at drop not null", "–", "plain"),
    Case("add a CHECK", "alter table deals add constraint c check (size > 0)", VALID_LATER, "NOT VALID, then VALIDATE"),
    Case("add a CHECK, NOT VALID", "alter table deals add constraint c check (size > 0) not valid", "–", "plain"),
    Case("drop a CHECK", "alter table deals drop constraint size_known", "–", "plain"),
    Case(
        "add a foreign key",
        "alter table deals add foreign key (owner) references people",
        VALID_LATER,
        "NOT VALID, then VALIDATE",
    ),
    Case("add a unique constraint (4)", "alter table deals add unique (size)", BUILDS, "plain"),
    Case("add a primary key (4)", "alter table facts add primary key (at)", BUILDS, "plain"),
    Case("add an index", "create index i on deals (owner)", BUILDS, "concurrently"),
    Case("add a unique index", "create unique index i on deals (owner)", BUILDS, "concurrently"),
    Case("drop an index", "drop index deals_size", "`INDEX_DROPPED`; concurrently", "plain"),
    Case(
        "another column in an index",
        "drop index deals_size; create index deals_size on deals (size, owner)",
        "`INDEX_BUILD`, `INDEX_DROPPED`; the new one first",
        "concurrently, the new one first",
    ),
    Case(
        "rename an index (2)",
        "alter index deals_size rename to by_size",
        "`INDEX_BUILD`, `INDEX_DROPPED`",
        "dropped and added",
    ),
    Case("drop a table", "drop table facts", LOSES, "`CASCADE`"),
    Case("add an enum value", "alter type mood add value 'glad'", "–", "plain"),
    Case("another column in a view (5)", "create or replace view open_deals as select id, size, note from deals",
         "–; dropped and made", "`CREATE OR REPLACE`"),
    Case("a column less in a view", "drop view open_deals; create view open_deals as select id from deals",
         "–; dropped and made", "dropped and made"),
    Case("change a materialized view (6)",
         "drop materialized view notes; create materialized view notes as select id from deals",
         "–; dropped and made", "dropped and made"),
    Case("attach a partition (7)", "alter table log attach partition log_2 for values in (2)", "refused", "none found"),
    Case("detach a partition (7)", "alter table log detach partition log_1", "refused", "none found"),
    Case("add a partition", "create table log_3 partition of log for values in (3)", "–; made, then attached", "plain"),
    Case("add a policy", "create policy seen on deals using (id > 0)", ACCESS, "plain"),
    Case("enable row security", "alter table deals enable row level security", ACCESS, "plain"),
    Case("grant", "grant select on deals to pg_monitor", ACCESS, "plain"),
    Case("another body in a function", "create or replace function twice(n int) returns int language sql as 'select n'",
         "–; `HAS_UNTRACKABLE_DEPENDENCIES` for plpgsql", "`CREATE OR REPLACE`"),
    Case("rename an argument (8)",
         "drop function twice; create function twice(m int) returns int language sql as 'select m * 2'",
         "–; `CREATE OR REPLACE` alone, which Postgres refuses", "dropped and made"),
    Case("add a trigger", "create trigger touched before insert on deals for each row execute function touch()",
         "–", "`CREATE OR REPLACE`"),
    Case("add a CHECK to a domain (9)", "alter domain amount add check (value > 0)", NOT_THERE, "plain"),
    Case("drop a sequence", "drop sequence numbers", f"{LOSES}, `HAS_UNTRACKABLE_DEPENDENCIES`", "`CASCADE`"),
)  # fmt: skip
