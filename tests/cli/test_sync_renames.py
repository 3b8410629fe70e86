"""Renames made in a database, as `pgnorm sync` brings them into the files."""

from pathlib import Path

import psycopg
import pytest
from addresses import address
from conftest import Run
from syncing import all_say

TEXT = """-- The people.
create table public.people (
    id   int primary key,
    name text, -- as they say it
    age  int
);
comment on column public.people.name is 'Full';
"""


def test_what_may_be_a_rename_is_told(run: Run, plain: Path, database: psycopg.Connection) -> None:
    (plain / "schemas" / "01_tables.sql").unlink()
    all_say(plain, database, TEXT)
    database.execute("alter table public.people rename column name to called")
    database.execute("alter table public.people rename constraint people_pkey to people_key")
    code, _, said = run(f"sync --db-url '{address(database)}' --force")
    told = "column public.people.name to called (the same definition, the same place, the same comment): "
    assert (code, f"{told}--rename public.people.name=called" in said) == (0, True), said
    assert "people_key" not in said
    assert run("diff --rename public.people.name=called")[1].startswith('ALTER TABLE "public"."people" RENAME COLUMN')
    assert "may only" not in run(f"sync --db-url '{address(database)}' --force")[2]


WHOLE = """-- The people.
create table public.people (
    id    int generated always as identity primary key,
    email text unique check (email <> 'email'), -- email, in small letters
    -- how old
    age   int default 3
);
comment on column public.people.email is 'Where to email';
comment on table public.people is 'All people';

-- what is sent
create table public.letters (
    id      int primary key,
    "to"    text references public.people (email), -- whom
    email   text
);
create index on public.people (age);
create view public.seen as
  select p.email, p.age -- no more
    from public.people p;
alter table public.people enable row level security;
create policy own on public.people using (email = current_user); -- theirs
grant select (id, email) on public.people to pg_monitor;
"""


def _renamed(run: Run, plain: Path, database: psycopg.Connection, change: str, *renames: str) -> str:
    """The file once the renames of a database are in it, and it says the same."""
    (plain / "schemas" / "01_tables.sql").unlink()
    file = all_say(plain, database, WHOLE)
    database.execute(change.encode())
    asked = "".join(f" --rename {each}" for each in renames)
    at = f"--db-url '{address(database)}'"
    code, _, said = run(f"sync {at} --force{asked}")
    assert (code, "can't be made where" in said) == (0, False), said
    assert f"has to be told too, or it drops what has another name:{asked}" in said
    code, plan, said = run(f"diff {at} --to files --check")
    assert (code, plan) == (0, ""), said + plan
    code, plan, said = run(f"diff{asked}")
    assert (code, "DROP" in plan) == (0, False), said + plan
    return file.read_text()


def test_a_column_is_renamed_where_it_stands(run: Run, plain: Path, database: psycopg.Connection) -> None:
    change = (
        "alter table public.people rename column email to mail; alter table public.people rename age to years;"
        "alter table public.people add column more text"
    )
    found = _renamed(run, plain, database, change, "public.people.email=mail", "people.age=years")
    said = """-- The people.
create table public.people (
    id    int generated always as identity primary key,
    mail text, -- email, in small letters
    -- how old
    years int default 3,
    more text,
    constraint people_email_check check ((mail <> 'email'::text)),
    constraint people_email_key unique (mail)
);
comment on column public.people.mail is 'Where to email';
comment on table public.people is 'All people';

-- what is sent
create table public.letters (
    id      int primary key,
    "to"    text references public.people (mail), -- whom
    email   text
);
create index people_age_idx on public.people (years);
-- no more
create view public.seen as
{0}
alter table public.people enable row level security;
create policy own on public.people using (mail = current_user); -- theirs
grant select (id, mail) on public.people to pg_monitor;
"""
    view = found[found.index("seen as\n") + len("seen as\n") : found.index("\nalter table")]
    assert found == said.format(view)


def test_a_table_is_renamed_where_it_stands(run: Run, plain: Path, database: psycopg.Connection) -> None:
    change = "alter table public.people rename to persons; alter table public.persons rename column age to years"
    found = _renamed(run, plain, database, change, "public.people=persons", "public.people.age=years")
    assert found.startswith(
        """-- The people.
create table public.persons (
    id    int generated always as identity (sequence name public.people_id_seq),
    email text, -- email, in small letters
    -- how old
    years int default 3,
"""
    )
    for line in (
        "comment on column public.persons.email is 'Where to email';",
        """    "to"    text references public.persons (email), -- whom""",
        "create index people_age_idx on public.persons (years);",
        "create policy own on public.persons using (email = current_user); -- theirs",
        "grant select (id, email) on public.persons to pg_monitor;",
    ):
        assert f"{line}\n" in found
    assert "public.people " not in found


@pytest.mark.parametrize(
    ("change", "asked", "lines"),
    [
        (
            "alter table public.status rename column status to state",
            "public.status.status=state",
            ["    state kind not null, -- the status", "comment on column public.status.state is 'status';"],
        ),
        (
            "alter table public.status rename column kind to sort",
            "public.status.kind=sort",
            ["    sort kind default 'kind', -- the kind"],
        ),
        (
            "alter table public.status rename to states",
            "public.status=states",
            ["create table public.states (", "    status kind not null, -- the status"],
        ),
        (
            "alter function public.told(int) rename to said",
            "public.told=said",
            ["create function public.said(n int) returns int language sql as $$ select n $$; -- told"],
        ),
        (
            "alter view public.shown rename to visible",
            "public.shown=visible",
            ["create view public.visible as select 1 as shown; -- shown"],
        ),
        (
            "alter type public.mood rename value 'kind' to 'good'",
            "public.mood.kind=good",
            ["create type public.mood as enum ('bad', 'good'); -- kind"],
        ),
    ],
    ids=["column", "column of a type", "table", "function", "view", "value"],
)
def test_one_name_of_several_things(
    run: Run, plain: Path, database: psycopg.Connection, change: str, asked: str, lines: list[str]
) -> None:
    (plain / "schemas" / "01_tables.sql").unlink()
    file = all_say(
        plain,
        database,
        "create domain public.kind as text;\ncreate type public.mood as enum ('bad', 'kind'); -- kind\n"
        "create table public.status (\n    status kind not null, -- the status\n"
        "    kind kind default 'kind', -- the kind\n    told int\n);\n"
        "comment on column public.status.status is 'status';\n"
        "create function public.told(n int) returns int language sql as $$ select n $$; -- told\n"
        "create view public.shown as select 1 as shown; -- shown\n",
    )
    database.execute(change.encode())
    at = f"--db-url '{address(database)}'"
    code, _, said = run(f"sync {at} --force --rename {asked}")
    assert (code, "can't be made where" in said) == (0, False), said
    assert [line for line in lines if line not in file.read_text().splitlines()] == [], file.read_text()
    assert run(f"diff {at} --to files --check")[:2] == (0, "")


def test_a_rename_that_does_not_fit(run: Run, plain: Path, database: psycopg.Connection) -> None:
    (plain / "schemas" / "01_tables.sql").unlink()
    file = all_say(plain, database, TEXT)
    database.execute("alter table public.people rename column name to called")
    at = f"--db-url '{address(database)}'"
    code, _, said = run(f"sync {at} --force --rename people.name=named")
    assert (code, "public.people.name to named: the new side has no public.people.named" in said) == (2, True), said
    assert file.read_text() == TEXT
    assert run(f"sync {at} --force --rename people.name=called")[0] == 0
    code, _, said = run(f"sync {at} --force --rename people.name=called")
    assert (code, "say all of it already" in said) == (0, True), said


def test_keys_without_a_name_keep_theirs(run: Run, plain: Path, database: psycopg.Connection) -> None:
    (plain / "schemas" / "01_tables.sql").unlink()
    file = all_say(
        plain,
        database,
        "create table public.t (\n    a int, -- a\n    b int,\n    primary key (a, b), -- the key\n"
        "    unique (b), -- alone\n    foreign key (a, b) references public.t (a, b)\n);\n",
    )
    database.execute("alter table t rename to u; alter table u drop constraint t_b_key, drop constraint t_a_b_fkey")
    at = f"--db-url '{address(database)}'"
    code, _, said = run(f"sync {at} --force --rename t=u")
    assert (code, "can't be made where" in said) == (0, False), said
    assert file.read_text() == (
        "create table public.u (\n    a int, -- a\n    b int,\n    constraint t_pkey primary key (a, b)\n);\n"
    )
    assert run(f"diff {at} --to files --check")[:2] == (0, "")


NAMESAKES = """create schema a;
create schema b;
create table a.t (id int primary key, x int); -- a
create table b.t (id int primary key, x int references a.t (id)); -- b
create table if not exists public.t (
    id int primary key,
    x int -- public
);
create view b.v as select t.x from b.t join a.t u on u.id = t.x; -- of both
create view a.v as select t.x as y from a.t; -- of a
create policy p on a.t using (x > 0); -- on a
create policy p on b.t using (x > 0); -- on b
create policy p on t using (x > 0); -- on public
comment on column t.x is 'public';
alter table t add constraint f foreign key (x) references a.t (id); -- to a
"""


@pytest.mark.parametrize(
    ("change", "asked", "lines"),
    [
        (
            "alter table a.t rename x to z; alter policy p on a.t rename to q",
            "--rename a.t.x=z --rename a.t.p=q",
            {
                "create table a.t (id int primary key, x int); -- a": (
                    "create table a.t (id int primary key, z int); -- a"
                ),
                "create view a.v as select t.x as y from a.t; -- of a": (
                    "create view a.v as select t.z as y from a.t; -- of a"
                ),
                "create policy p on a.t using (x > 0); -- on a": "create policy q on a.t using (z > 0); -- on a",
            },
        ),
        (
            "alter view a.v rename to w",
            "--rename a.v=w",
            {
                "create view a.v as select t.x as y from a.t; -- of a": (
                    "create view a.w as select t.x as y from a.t; -- of a"
                ),
            },
        ),
        (
            "alter table public.t rename x to z",
            "--rename public.t.x=z",
            {
                "    x int -- public": "    z int -- public",
                "create policy p on t using (x > 0); -- on public": "create policy p on t using (z > 0); -- on public",
                "comment on column t.x is 'public';": "comment on column t.z is 'public';",
                "alter table t add constraint f foreign key (x) references a.t (id); -- to a": (
                    "alter table t add constraint f foreign key (z) references a.t (id); -- to a"
                ),
            },
        ),
    ],
    ids=["column and policy", "view", "column of public"],
)
def test_what_has_the_name_in_another_schema_stays(
    run: Run, plain: Path, database: psycopg.Connection, change: str, asked: str, lines: dict[str, str]
) -> None:
    (plain / "schemas" / "01_tables.sql").unlink()
    file = all_say(plain, database, NAMESAKES)
    database.execute(change.encode())
    at = f"--db-url '{address(database)}'"
    code, _, said = run(f"sync {at} --force {asked}")
    assert (code, "can't be made where" in said) == (0, False), said
    before, after = NAMESAKES.splitlines(), file.read_text().splitlines()
    made = {line for line in after if line not in before}
    assert [line for line in before if line not in after and line not in lines] == []
    assert made.issuperset(lines.values())
    assert run(f"diff {at} --to files --check")[:2] == (0, "")


def test_a_statement_about_rows_names_the_columns_of_others_too(
    run: Run, plain: Path, database: psycopg.Connection
) -> None:
    (plain / "schemas" / "01_tables.sql").unlink()
    tables = "create table people (id int, a text);\ncreate table other (id int, a text, b text);\n"
    rows = (
        "insert into people (id, a) values (1, 'x') on conflict do nothing;\n"
        "insert into other (a) values ('people');\n"
        "insert into other (a) select people.a from people;\n"
        "update other set a = 'z' from people where people.id = other.id;\n"
    )
    file = all_say(plain, database, tables + rows)
    database.execute("alter table people rename a to b")
    at = f"--db-url '{address(database)}'"
    code, _, said = run(f"sync {at} --force --rename people.a=b")
    assert (code, "can't be made where" in said) == (0, False), said
    assert file.read_text() == (
        tables.replace("a text", "b text", 1)
        + rows.replace("people (id, a)", "people (id, b)").replace("people.a", "people.b")
    )
    assert run(f"diff {at} --to files --check")[:2] == (0, "")
