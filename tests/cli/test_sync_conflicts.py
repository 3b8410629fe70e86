"""Each sort of object changed in the files and in a database, and not alike: named with both texts and its place."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import psycopg
from addresses import address

Run = Callable[[str], tuple[int, str, str]]

# A statement as both had it, as the files have it, how the database was changed, and what is said of it.
CASES: Final = {
    "schema": (
        "create schema s; comment on schema s is 'Old';",
        "create schema s; comment on schema s is 'Ours';",
        "comment on schema s is 'Theirs'",
        "schema s was changed in the files and in the source\n  comment: `Ours` in the files, `Theirs` in the source",
    ),
    "enum": (
        "create type mood as enum ('sad', 'ok');",
        "create type mood as enum ('sad', 'ok', 'glad');",
        "alter type mood add value 'angry'",
        "enum public.mood was changed in the files and in the source\n"
        "  labels: `sad`, `ok`, `glad` in the files, `sad`, `ok`, `angry` in the source",
    ),
    "domain": (
        "create domain code as text;",
        "create domain code as text default 'a';",
        "alter domain code set default 'b'",
        "domain public.code was changed in the files and in the source\n"
        "  default: `'a'::\"text\"` in the files, `'b'::\"text\"` in the source",
    ),
    "composite type": (
        "create type pair as (a int);",
        "create type pair as (a int, b int);",
        "alter type pair add attribute c int",
        "composite type public.pair was changed in the files and in the source\n"
        "  attributes: `a integer`, `b integer` in the files, `a integer`, `c integer` in the source",
    ),
    "sequence": (
        "create sequence numbers;",
        "create sequence numbers increment by 2;",
        "alter sequence numbers increment by 3",
        "sequence public.numbers was changed in the files and in the source\n"
        "  increment: 2 in the files, 3 in the source",
    ),
    "column": (
        "create table typed (a text);",
        "create table typed (a varchar(40));",
        "alter table typed alter a type varchar(80)",
        "column public.typed.a was changed in the files and in the source\n"
        "  type: `character varying(40)` in the files, `character varying(80)` in the source",
    ),
    "new column": (
        "create table gaining (a int);",
        "create table gaining (a int, b int);",
        "alter table gaining add b text",
        "column public.gaining.b was changed in the files and in the source\n"
        '  type: `integer` in the files, `"text"` in the source',
    ),
    "default": (
        "create table filled (a int default 1);",
        "create table filled (a int default 2);",
        "alter table filled alter a set default 3",
        "default public.filled.a was changed in the files and in the source\n"
        "  expression: `2` in the files, `3` in the source",
    ),
    "identity": (
        "create table counted (a int generated always as identity);",
        "create table counted (a int generated always as identity (increment by 2));",
        "alter table counted alter a set increment by 3",
        "identity public.counted.a was changed in the files and in the source\n"
        "  increment: 2 in the files, 3 in the source",
    ),
    "check": (
        "create table checked (a int, constraint positive check (a > 0));",
        "create table checked (a int, constraint positive check (a > 1));",
        "alter table checked drop constraint positive, add constraint positive check (a > 2)",
        "check constraint public.checked.positive was changed in the files and in the source\n"
        '  definition: `CHECK (("a" > 1))` in the files, `CHECK (("a" > 2))` in the source',
    ),
    "key": (
        "create table keyed (a int, b int, c int, constraint k unique (a));",
        "create table keyed (a int, b int, c int, constraint k unique (b));",
        "alter table keyed drop constraint k, add constraint k unique (c)",
        "constraint public.keyed.k was changed in the files and in the source\n"
        '  definition: `UNIQUE ("b")` in the files, `UNIQUE ("c")` in the source',
    ),
    "foreign key": (
        "create table whole (id int primary key); create table part (w int constraint f references whole);",
        "create table whole (id int primary key); "
        "create table part (w int constraint f references whole on delete cascade);",
        "alter table part drop constraint f, add constraint f foreign key (w) references whole on delete set null",
        "foreign key public.part.f was changed in the files and in the source\n"
        '  definition: `FOREIGN KEY ("w") REFERENCES "public"."whole"("id") ON DELETE CASCADE` in the files, '
        '`FOREIGN KEY ("w") REFERENCES "public"."whole"("id") ON DELETE SET NULL` in the source',
    ),
    "index": (
        "create table sought (a int, b int, c int); create index i on sought (a);",
        "create table sought (a int, b int, c int); create index i on sought (b);",
        "drop index i; create index i on sought (c)",
        "index public.i was changed in the files and in the source\n"
        '  definition: `CREATE INDEX "i" ON "public"."sought"',
    ),
    "view": (
        "create table seen (a int, b int, c int); create view v as select a from seen;",
        "create table seen (a int, b int, c int); create view v as select a, b from seen;",
        "create or replace view v as select a, c from seen",
        "view public.v was changed in the files and in the source\n"
        "  columns: `a integer`, `b integer` in the files, `a integer`, `c integer` in the source\n"
        "  definition: `SELECT",
    ),
    "materialized view": (
        "create table held (a int); create materialized view m as select a from held;",
        "create table held (a int); create materialized view m as select a + 1 as a from held;",
        "drop materialized view m; create materialized view m as select a + 2 as a from held",
        "materialized view public.m was changed in the files and in the source",
    ),
    "function": (
        "create function f() returns int language sql as 'select 1';",
        "create function f() returns int language sql as 'select 2';",
        "create or replace function f() returns int language sql as 'select 3'",
        "function public.f() was changed in the files and in the source\n"
        "  body: `select 2` in the files, `select 3` in the source",
    ),
    "procedure": (
        "create procedure p() language sql as 'select 1';",
        "create procedure p() language sql security definer as 'select 1'; comment on procedure p is 'Ours';",
        "comment on procedure p is 'Theirs'",
        "procedure public.p() was changed in the files and in the source\n"
        "  comment: `Ours` in the files, `Theirs` in the source",
    ),
    "trigger": (
        "create table fired (a int); create trigger t before insert on fired execute function "
        "suppress_redundant_updates_trigger();",
        "create table fired (a int); create trigger t before update on fired execute function "
        "suppress_redundant_updates_trigger();",
        "drop trigger t on fired; create trigger t before delete on fired execute function "
        "suppress_redundant_updates_trigger()",
        "trigger public.fired.t was changed in the files and in the source\n  definition: `CREATE TRIGGER",
    ),
    "policy": (
        "create table guarded (a int); create policy p on guarded using (true);",
        "create table guarded (a int); create policy p on guarded using (a > 1);",
        "alter policy p on guarded using (a > 2)",
        "policy public.guarded.p was changed in the files and in the source\n"
        '  USING: `("a" > 1)` in the files, `("a" > 2)` in the source',
    ),
    "rule": (
        "create table ruled (a int); create rule r as on insert to ruled do also select 1;",
        "create table ruled (a int); create rule r as on insert to ruled do also select 2;",
        "create or replace rule r as on insert to ruled do also select 3",
        'rule public.ruled.r was changed in the files and in the source\n  definition: `CREATE RULE "r"',
    ),
    "options of a table": (
        "create table loose (a int);",
        "create table loose (a int) with (fillfactor = 70);",
        "alter table loose set (fillfactor = 80)",
        "table public.loose was changed in the files and in the source\n"
        "  options: `fillfactor=70` in the files, `fillfactor=80` in the source",
    ),
    "privileges": (
        "create table granted (a int); grant select on granted to pg_monitor;",
        "create table granted (a int); grant select, insert on granted to pg_monitor;",
        "grant update on granted to pg_monitor",
        "table public.granted was changed in the files and in the source\n"
        '  privileges: `GRANT INSERT ON TABLE "public"."granted" TO "pg_monitor"` in the files, '
        '`GRANT UPDATE ON TABLE "public"."granted" TO "pg_monitor"` in the source',
    ),
    "default privileges": (
        "alter default privileges grant select on tables to pg_monitor;",
        "alter default privileges grant select, insert on tables to pg_monitor;",
        "alter default privileges grant update on tables to pg_monitor",
        "default privileges of postgres on tables was changed in the files and in the source\n"
        '  privileges: `ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" GRANT INSERT ON TABLES TO "pg_monitor"` in the '
        'files, `ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" GRANT UPDATE ON TABLES TO "pg_monitor"` in the source',
    ),
    "gone": (
        "create table going (a int);",
        "",
        "alter table going add b int; create index on going (b)",
        "column public.going.b is gone in the files, and is there, changed, in the source",
    ),
}


def test_each_sort_of_conflict(run: Run, plain: Path, database: psycopg.Connection) -> None:
    file = plain / "schemas" / "01_tables.sql"
    base, ours = ("".join(f"{case[side]}\n" for case in CASES.values()) for side in (0, 1))
    (plain / "migrations" / "1_all.sql").write_text(base)
    file.write_text(ours)
    database.execute(base.encode())
    for _, _, change, _ in CASES.values():
        for statement in change.split("; "):
            database.execute(statement.encode())
    code, out, said = run(f"-v sync --db-url '{address(database)}'")
    assert (code, out) == (2, "")
    for line, (sort, (_, statement, _, message)) in enumerate(CASES.items(), 1):
        assert message in said, f"{sort}:\n{said}"
        assert not statement or f"schemas/01_tables.sql:{line}:" in said, sort
    assert said.rstrip().endswith("and run it again.")
    assert "Nothing is written." in said
    assert file.read_text() == ours
    assert [path.name for path in (plain / "schemas").iterdir()] == ["01_tables.sql"]
