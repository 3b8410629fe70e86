"""Changes made in a database, as in a studio, brought back into the schema files in place."""

import difflib
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from addresses import address

from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.sql.statements import comments, split

Run = Callable[[str], tuple[int, str, str]]


@pytest.fixture
def studio(crm_migrated: Path, supabase_database: psycopg.Connection) -> psycopg.Connection:
    """A database with the project's migrations, which say what the files say."""
    for migration in sorted((crm_migrated / "supabase" / "migrations").glob("*.sql")):
        supabase_database.execute(migration.read_bytes())
    return supabase_database


def _texts(crm: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in sorted((crm / "supabase" / "schemas").glob("*.sql"))}


def _lines(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The lines that are gone, then those that are new, with their files."""
    return [
        f"{name}: {line}"
        for sign in ("- ", "+ ")
        for name, text in before.items()
        for line in difflib.ndiff(text.splitlines(), after[name].splitlines())
        if line.startswith(sign)
    ]


def _synced(run: Run, crm: Path, studio: psycopg.Connection, change: str) -> list[str]:
    """The lines that a change in the database makes other, once it is proved that the files say it and no more."""
    before = _texts(crm)
    studio.execute(change.encode())
    code, _, said = run(f"sync --db-url '{address(studio)}'")
    assert code == 0, said
    code, plan, said = run(f"diff --db-url '{address(studio)}' --to files --check")
    assert (code, plan) == (0, ""), said
    after = _texts(crm)
    code, _, said = run(f"sync --db-url '{address(studio)}' --check")
    assert code == 0, said
    assert _texts(crm) == after
    return _lines(before, after)


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        pytest.param(
            "alter table public.tasks add column priority smallint not null default 0;",
            [
                "01_tables.sql: -   deal_id     bigint references public.deals (id) on delete set null",
                "01_tables.sql: +   deal_id     bigint references public.deals (id) on delete set null,",
                "01_tables.sql: +   priority    smallint default 0 not null",
            ],
            id="column",
        ),
        pytest.param(
            "alter table public.tasks alter column title type varchar(80), alter column due_on set not null, "
            "alter column kind drop default;",
            [
                "01_tables.sql: -   kind        text not null default 'todo',",
                "01_tables.sql: -   title       text not null,",
                "01_tables.sql: -   due_on      date,",
                "01_tables.sql: +   kind        text not null,",
                "01_tables.sql: +   title       character varying(80) not null,",
                "01_tables.sql: +   due_on      date not null,",
            ],
            id="type",
        ),
        pytest.param(
            "comment on table public.sales is 'The team';",
            [
                "01_tables.sql: - comment on table public.sales is 'The sales team, one row per login';",
                "01_tables.sql: + comment on table public.sales is 'The team';",
            ],
            id="comment",
        ),
        pytest.param(
            "comment on column public.deals.board_position is null;"
            "comment on column public.deals.amount is 'Net, in the currency of the deal';",
            [
                "01_tables.sql: - comment on column public.deals.board_position is 'Place within the stage, 0 is the "
                "top';",
                "01_tables.sql: + comment on column public.deals.amount is 'Net, in the currency of the deal';",
            ],
            id="one comment less and one more",
        ),
        pytest.param(
            "drop index public.companies_owner_id_idx;",
            ["01_tables.sql: - create index companies_owner_id_idx on public.companies (owner_id);"],
            id="dropped index",
        ),
        pytest.param(
            "alter type public.deal_stage add value 'paused' after 'on_hold';",
            ["01_tables.sql: +   'paused',"],
            id="label",
        ),
        pytest.param(
            """alter policy "Team reads contacts" on public.contacts using (public.is_admin());""",
            [
                "05_policies.sql: -   for select to authenticated using (true);",
                "05_policies.sql: +   for select to authenticated using (public.is_admin());",
            ],
            id="clause",
        ),
        pytest.param(
            "create table public.sources (id bigint generated always as identity primary key, name text unique);"
            "alter table public.tags add column number int generated by default as identity;",
            [
                "01_tables.sql: +   number integer not null generated by default as identity,",
                "01_tables.sql: + create table public.sources (",
                "01_tables.sql: +   id bigint generated always as identity not null,",
                "01_tables.sql: +   name text,",
                "01_tables.sql: +   constraint sources_name_key unique (name),",
                "01_tables.sql: +   constraint sources_pkey primary key (id)",
                "01_tables.sql: + );",
                "01_tables.sql: + ",
            ],
            id="identity",
        ),
    ],
)
def test_edits_are_as_small_as_the_change(
    run: Run, crm: Path, studio: psycopg.Connection, change: str, lines: list[str]
) -> None:
    assert _synced(run, crm, studio, change) == lines


SESSION = """
alter table public.contacts add column birthday date;
alter table public.companies drop column street;
alter table public.companies alter column postcode type varchar(12);
alter table public.deals add constraint deals_currency_check check (currency ~ '^[A-Z]{3}$');
alter table public.tags drop constraint tags_color_check;
alter table public.tasks add column parent_id bigint references public.tasks (id);
create table public.sources (id bigint generated always as identity primary key, name text not null unique);
alter table public.sources enable row level security;
comment on table public.sources is 'Where contacts come from';
create policy "Team reads sources" on public.sources for select to authenticated using (true);
create index sources_name_idx on public.sources (lower(name));
grant select on public.sources to anon;
alter policy "Team reads companies" on public.companies using (public.current_sale_id() is not null);
drop policy "Author or admin deletes deal notes" on public.deal_notes;
create function public.full_name(c public.contacts) returns text language sql stable set search_path to ''
  as $$ select c.first_name || ' ' || c.last_name $$;
create or replace function public.is_admin() returns bool language sql stable security definer set search_path = ''
  as $$ select exists (select from public.sales s where s.user_id = auth.uid() and s.is_admin) $$;
create or replace view public.deal_board with (security_invoker = on) as
  select d.id, d.name, d.stage, d.board_position, d.amount, d.currency, d.expected_on,
    d.expected_on < current_date as overdue, c.name as company_name, c.logo_url as company_logo_url,
    btrim(s.first_name || ' ' || s.last_name) as owner_name, d.closed_at
  from public.deals d join public.companies c on c.id = d.company_id left join public.sales s on s.id = d.owner_id;
drop trigger companies_20_logo on public.companies;
comment on column public.deals.board_position is null;
alter type public.deal_stage add value 'paused' after 'on_hold';
revoke select on public.tags from authenticated;
"""


@pytest.mark.parametrize(
    ("change", "line"),
    [
        pytest.param("alter table public.tags force row level security;", "05_policies.sql: + alter", id="table"),
        pytest.param(
            "drop function public.search_contacts(text, int);", "06_grants.sql: - revoke execute", id="granted"
        ),
        pytest.param(
            'alter policy "Team works with tags" on public.tags rename to "All tags";',
            '05_policies.sql: + create policy "All tags" on public.tags',
            id="renamed",
        ),
        pytest.param(
            'alter policy "Team works with tags" on public.tags to anon;',
            "05_policies.sql: +   for all to anon",
            id="roles",
        ),
        pytest.param(
            'create table public.t (a serial primary key, "Weird Name" text, "select" int);',
            '01_tables.sql: +   "Weird Name" text,',
            id="serial",
        ),
        pytest.param(
            "create table public.odd (a text default E'\\n)' primary key, b text default '(' check (b <> E';\\n\\n)'),"
            '"ADD CONSTRAINT" int check ("ADD CONSTRAINT" > 0)); create table public.bare ();',
            "01_tables.sql: +   constraint odd_pkey primary key (a)",
            id="literals that look like the end of a list",
        ),
        pytest.param(
            "create materialized view public.m as select count(*) as n from public.deals;",
            "03_views.sql: + create materialized view public.m as",
            id="filled",
        ),
        pytest.param(
            "alter default privileges for role postgres in schema public grant select on tables to anon;",
            "06_grants.sql: + alter default privileges",
            id="default privileges",
        ),
    ],
)
def test_all_sorts_of_changes(run: Run, crm: Path, studio: psycopg.Connection, change: str, line: str) -> None:
    assert [each for each in _synced(run, crm, studio, change) if each.startswith(line)]


def test_a_session_of_many_changes(run: Run, crm: Path, studio: psycopg.Connection) -> None:
    before = _texts(crm)
    lines = _synced(run, crm, studio, SESSION)
    after = _texts(crm)
    for name, text in before.items():
        assert [said for each in comments(text) if (said := text[each.start : each.end]) not in after[name]] == []
    tables = [line.removeprefix("01_tables.sql: ") for line in lines if line.startswith("01_tables.sql")]
    assert "-   street       text," in tables
    assert "+   postcode     character varying(12)," in tables
    assert "+   birthday     date" in tables
    assert "+   constraint deals_currency_check check ((currency ~ '^[A-Z]{3}$'::text))" in tables
    assert "- comment on column public.deals.board_position is 'Place within the stage, 0 is the top';" in tables
    assert "06_grants.sql: + revoke select on table public.tags from authenticated;" in lines
    assert "05_policies.sql: + alter table public.sources enable row level security;" in lines


CONFLICTS = [
    pytest.param(
        ("01_tables.sql", "  title       text not null,", "  title       varchar(40) not null,"),
        "alter table public.tasks alter column title type varchar(80);",
        "01_tables.sql:112:1: column public.tasks.title was changed in the files and in the source",
        id="both changed",
    ),
    pytest.param(
        ("01_tables.sql", "create index companies_owner_id_idx on public.companies (owner_id);\n", ""),
        "drop index public.companies_owner_id_idx;"
        "create index companies_owner_id_idx on public.companies (owner_id, id)",
        "index public.companies_owner_id_idx is gone in the files, and is there, changed, in the source",
        id="dropped and changed",
    ),
    pytest.param(
        ("06_grants.sql", "-- What comes later", "grant select on public.tags to anon;\n-- What comes later"),
        "drop table public.tags",
        "table public.tags is there in the files, and is gone, changed, in the source",
        id="changed and dropped",
    ),
    pytest.param(
        (
            "05_policies.sql",
            "-- tags and",
            "create view public.some with (security_invoker) as select 1 as one;\n-- tags and",
        ),
        "create view public.some as select 2 as two",
        "view public.some was changed in the files and in the source",
        id="both made",
    ),
]


@pytest.mark.parametrize(("edit", "change", "message"), CONFLICTS)
def test_conflicts_leave_the_files_alone(
    run: Run, crm: Path, studio: psycopg.Connection, edit: tuple[str, str, str], change: str, message: str
) -> None:
    name, old, new = edit
    file = crm / "supabase" / "schemas" / name
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    before = _texts(crm)
    studio.execute(change.encode())
    code, out, said = run(f"sync --db-url '{address(studio)}'")
    assert (code, out) == (2, "")
    assert message in said
    assert "Nothing is written." in said
    assert _texts(crm) == before


@pytest.mark.parametrize("side", ["ours", "theirs"])
@pytest.mark.parametrize(("edit", "change", "message"), CONFLICTS)
def test_conflicts_are_decided_by_name(
    run: Run,
    crm: Path,
    studio: psycopg.Connection,
    edit: tuple[str, str, str],
    change: str,
    message: str,
    side: str,
) -> None:
    name, old, new = edit
    file = crm / "supabase" / "schemas" / name
    file.write_text(file.read_text().replace(old, new))
    before = _texts(crm)
    studio.execute(f"{change}; alter table public.deals add column more text".encode())
    code, _, said = run(f"sync --db-url '{address(studio)}' --{side} 'public.*' --{side} no_such.thing")
    assert code == 0, said
    subject = message.rpartition(": ")[2].partition(" was ")[0].partition(" is ")[0].removeprefix("01_tables.sql")
    assert f"As the {'files say' if side == 'ours' else 'source says'}: {subject}" in said
    assert "no conflict is about an object of the name no_such.thing" in said
    lines = _lines(before, _texts(crm))
    assert "01_tables.sql: +   more           text," in lines
    if side == "theirs":
        code, plan, said = run(f"diff --db-url '{address(studio)}' --to files --check")
        assert (code, plan) == (0, ""), said
    else:
        assert len(lines) == 1


def test_a_conflict_that_both_sides_are_to_win(run: Run, crm: Path, studio: psycopg.Connection) -> None:
    file = crm / "supabase" / "schemas" / "01_tables.sql"
    file.write_text(file.read_text().replace("  title       text not null,", "  title       varchar(40) not null,"))
    before = _texts(crm)
    studio.execute("alter table public.tasks alter column title type varchar(80)")
    code, _, said = run(f"sync --db-url '{address(studio)}' --ours 'public.*' --theirs tasks.title")
    assert (code, "--ours and --theirs both name column public.tasks.title" in said) == (2, True)
    assert _texts(crm) == before


def test_nobody_is_asked_without_a_terminal(run: Run, crm: Path) -> None:
    code, _, said = run("sync --interactive")
    assert (code, "Decide conflicts by --ours and --theirs" in said) == (2, True)


@pytest.mark.parametrize(("answer", "type_"), [("ours", "varchar(40)"), ("theirs", "character varying(80)")])
def test_on_a_terminal_conflicts_are_asked_about(
    crm: Path, studio: psycopg.Connection, answer: str, type_: str
) -> None:
    file = crm / "supabase" / "schemas" / "01_tables.sql"
    file.write_text(file.read_text().replace("  title       text not null,", "  title       varchar(40) not null,"))
    studio.execute("alter table public.tasks alter column title type varchar(80), add column note text")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "pgnorm.cli", "sync", "--interactive", "--db-url", address(studio)]
    with subprocess.Popen(command, cwd=crm, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        said = b""
        while b"Which counts?" not in said:
            said += os.read(ours, 1000)
        os.write(ours, f"{answer}\n".encode())
        assert process.wait() == 0, said
    os.close(ours)
    assert f"  title       {type_} not null,\n" in file.read_text()
    assert "  note        text\n" in file.read_text()


def test_both_sides_change_one_table_in_other_ways(run: Run, crm: Path, studio: psycopg.Connection) -> None:
    file = crm / "supabase" / "schemas" / "01_tables.sql"
    file.write_text(file.read_text().replace("  title       text not null,", "  title       varchar(40) not null,"))
    studio.execute("alter table public.tasks alter column title drop not null, add column note text")
    code, _, said = run(f"sync --db-url '{address(studio)}'")
    assert code == 0, said
    assert "  title       varchar(40),\n" in file.read_text()
    assert "  note        text\n);" in file.read_text()


def test_what_would_be_edited_is_shown(run: Run, crm: Path, studio: psycopg.Connection) -> None:
    before = _texts(crm)
    studio.execute("comment on table public.tags is 'Colours'")
    code, out, said = run(f"sync --db-url '{address(studio)}' --diff")
    assert code == 0, said
    assert "+comment on table public.tags is 'Colours';" in out
    code, out, said = run(f"sync --db-url '{address(studio)}' --check")
    assert (code, out) == (1, "")
    assert "Would edit supabase/schemas/01_tables.sql" in said
    assert _texts(crm) == before


def test_files_that_git_could_not_give_back(run: Run, same: Path, database: psycopg.Connection) -> None:
    schemas = same / "schemas"

    def git(*words: str) -> None:
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", *words]
        subprocess.run(command, cwd=schemas, check=True)

    def refused(*said: str) -> None:
        before = texts()
        code, _, err = run(f"sync --db-url '{address(database)}'")
        assert (code, [words for words in said if words not in err]) == (2, []), err
        assert texts() == before

    def texts() -> dict[str, str]:
        return {path.name: path.read_text() for path in sorted(schemas.glob("*.sql"))}

    (schemas / "02_more.sql").write_text("create table public.others (id int);\n")
    (same / "migrations" / "20240101000001_others.sql").write_text((schemas / "02_more.sql").read_text())
    for migration in sorted((same / "migrations").iterdir()):
        database.execute(migration.read_bytes())
    database.execute("comment on table public.notes is 'Words'")
    file = schemas / "01_tables.sql"
    changed, unknown = "has changes that git has not committed", "git does not have the file"
    git("init", "-q")
    refused("01_tables.sql: ", unknown)
    git("add", ".")
    refused("01_tables.sql: ", unknown)
    git("rm", "-q", "--cached", file.name)
    git("commit", "-q", "-m", "all the others")
    git("config", "status.showUntrackedFiles", "no")
    refused("01_tables.sql: ", unknown, "hint: Commit it first, or write into it with --force.")
    (schemas / ".gitignore").write_text("01_tables.sql\n")
    refused("01_tables.sql: ", unknown)
    git("add", "-f", ".")
    git("commit", "-q", "-m", "this one too")
    git("update-index", "--assume-unchanged", file.name)
    file.write_text(file.read_text() + "-- more\n")
    refused("01_tables.sql: ", changed)
    git("update-index", "--no-assume-unchanged", file.name)
    git("mv", file.name, ":(top)tables.sql")
    refused(":(top)tables.sql: ", unknown)
    git("commit", "-q", "-m", "renamed")
    refused(":(top)tables.sql: ", changed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(same / "nowhere"))
        refused(":(top)tables.sql: ", "there is no git on the PATH")
    git("add", "-u")
    git("commit", "-q", "-m", "what was changed")
    code, _, said = run(f"sync --db-url '{address(database)}'")
    assert code == 0, said
    code, _, said = run(f"sync --db-url '{address(database)}' --check")
    assert code == 0, said
    database.execute("comment on column public.notes.body is 'More words'")
    refused(":(top)tables.sql: ", changed)
    code, _, said = run(f"sync --db-url '{address(database)}' --force")
    assert code == 0, said
    assert "is 'More words'" in file.with_name(":(top)tables.sql").read_text()


def test_new_files_by_the_kinds_of_objects(run: Run, same: Path, database: psycopg.Connection) -> None:
    database.execute((same / "migrations" / "20240101000000_notes.sql").read_bytes())
    database.execute(
        "create function public.f() returns int language sql as 'select 1';"
        "create view public.v as select id from public.notes; create view public.w as select body from public.notes;"
        "create table public.more (a int); grant select on public.notes to public"
    )
    code, out, said = run(f"sync --db-url '{address(database)}' --diff")
    assert (code, "+++ b/schemas/02_functions.sql\n@@ -0,0 +1," in out) == (0, True), said
    assert [path.name for path in (same / "schemas").iterdir()] == ["01_tables.sql"]
    code, _, said = run(f"sync --db-url '{address(database)}'")
    assert code == 0, said
    names = ["01_tables.sql", "02_functions.sql", "03_views.sql", "06_grants.sql"]
    assert sorted(path.name for path in (same / "schemas").iterdir()) == names
    views = (same / "schemas" / "03_views.sql").read_text()
    assert views.startswith("create view public.v as")
    assert views.count("\n\ncreate view") == 1
    assert views.endswith(";\n")
    assert run(f"diff --db-url '{address(database)}' --to files --check")[0] == 0
    assert "say all of it already" in run(f"sync --db-url '{address(database)}'")[2]


def test_outside_of_a_project(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, said = run("sync")
    assert code == 2
    assert "there is no project" in said


def test_line_ends_stay(run: Run, crm: Path, studio: psycopg.Connection) -> None:
    files = [*(crm / "supabase" / "schemas").glob("*.sql")]
    for file in files:
        file.write_bytes(file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    studio.execute(
        "alter table public.tags add column a int; create table public.t (a int, b text);"
        "alter type public.deal_stage add value 'paused' after 'on_hold'; create view public.v as select 1 as a;"
    )
    code, _, said = run(f"sync --db-url '{address(studio)}'")
    assert code == 0, said
    assert all(file.read_bytes().count(b"\n") == file.read_bytes().count(b"\r\n") for file in files)


@pytest.mark.parametrize(
    ("tail", "change", "count"),
    [
        ("", "create view public.v as select 1 as a; create table public.u (a int);", 3),
        (" -- the end", "alter table public.t add column c int; create table public.u (a int);", 2),
        ("\n/* ; */\n", "drop table public.t; create table public.u (a int);", 2),
    ],
)
def test_a_last_statement_without_its_semicolon(
    run: Run, plain: Path, database: psycopg.Connection, tail: str, change: str, count: int
) -> None:
    (plain / "schemas" / "01_tables.sql").write_text(f"create table public.t (a int, b int){tail}")
    (plain / "migrations" / "1_t.sql").write_text("create table public.t (a int, b int)")
    database.execute(f"create table public.t (a int, b int); {change}".encode())
    code, _, said = run(f"sync --db-url '{address(database)}'")
    assert code == 0, said
    assert sum(file.read_text().count(";") for file in (plain / "schemas").iterdir()) == count
    assert run(f"diff --db-url '{address(database)}' --to files --check")[0] == 0


def test_what_tables_below_have_of_one_follows_it(run: Run, plain: Path, database: psycopg.Connection) -> None:
    text = (
        "create table public.t (\n    a int,\n    b int\n) partition by range (a);\n"
        "create table public.t1 partition of public.t for values from (0) to (9);\n"
        "create table public.t2 partition of public.t for values from (9) to (20) partition by range (a);\n"
        "create table public.t3 partition of public.t2 for values from (9) to (20);\n"
        "create table public.s (\n    c int\n);\ncreate table public.s1 (\n    d int\n) inherits (public.s);\n"
    )
    (plain / "schemas" / "01_tables.sql").write_text(text)
    (plain / "migrations" / "1_t.sql").write_text(text)
    database.execute(text.encode())
    database.execute(
        "alter table public.t drop column b, add column e text not null default 'x', add check (a > 1);"
        "alter table public.s add column f int, alter c type bigint, add check (f > 0)"
    )
    code, _, said = run(f"sync --db-url '{address(database)}'")
    assert code == 0, said
    after = (plain / "schemas" / "01_tables.sql").read_text()
    assert [line for line in text.splitlines() if line not in after.splitlines()] == ["    b int", "    c int"]
    assert run(f"diff --db-url '{address(database)}' --to files --check")[0] == 0


def test_commas_in_brackets_part_no_columns(run: Run, plain: Path, database: psycopg.Connection) -> None:
    text = "create table public.t (a int[] default array[1,2], b int[2], c text[] default array['x','y']);\n"
    (plain / "schemas" / "01_tables.sql").write_text(text)
    (plain / "migrations" / "1_t.sql").write_text(text)
    database.execute(text.encode())
    database.execute("alter table public.t drop column b, add column d int, alter a set default array[1,2,3]")
    code, _, said = run(f"sync --db-url '{address(database)}'")
    assert code == 0, said
    said = "a int[] default array[1, 2, 3], c text[] default array['x','y'], d integer"
    assert (plain / "schemas" / "01_tables.sql").read_text() == f"create table public.t ({said});\n"


def test_files_as_a_dump_writes_them(run: Run, crm: Path, studio: psycopg.Connection) -> None:
    schemas = crm / "supabase" / "schemas"
    for file in schemas.glob("*.sql"):
        file.unlink()
    assert run(f"dump --db-url '{address(studio)}' --split {schemas}")[0] == 0
    lines = _synced(
        run,
        crm,
        studio,
        "alter table public.tasks add column p bigint references public.tasks; drop view public.deal_board;"
        "alter table public.tags drop constraint tags_name_key; alter table public.companies drop column phone;",
    )
    assert '01_tables.sql: +     "p" bigint' in lines
    assert '01_tables.sql: -     "phone" "text",' in lines
    assert '01_tables.sql: -     ADD CONSTRAINT "tags_name_key" UNIQUE ("name");' in lines
    assert [line for line in lines if line.endswith('"public"."deal_board" OWNER TO "postgres";')]


def test_a_view_is_one_sides_with_its_columns(run: Run, plain: Path, database: psycopg.Connection) -> None:
    """The files gave a column another type, the database has a query without it."""
    old = "create table public.posts (id int primary key, body text, author text);\n"
    view = "create view public.live as select id, body from public.posts;\n"
    (plain / "migrations" / "1_a.sql").write_text(old + view)
    path = plain / "schemas" / "01_tables.sql"
    path.write_text(old.replace("body text", "body varchar(200)") + view)
    before = path.read_text()
    database.execute((old + view).encode())
    database.execute(
        "drop view public.live; create view public.live as select id, author from public.posts;"
        "comment on view public.live is 'What is read'"
    )
    at = f"--db-url '{address(database)}'"
    assert run(f"sync {at}")[0] == 2
    assert path.read_text() == before
    code, _, said = run(f"sync {at} --ours public.live")
    assert code == 0, said
    assert path.read_text() == before
    assert (plain / "schemas" / "03_views.sql").read_text() == "comment on view public.live is 'What is read';\n"


def test_what_is_said_in_other_words_stays_so(run: Run, plain: Path, database: psycopg.Connection) -> None:
    """A body without its header, one of several that are granted on, a nameless index."""
    base = """-- All of it
create table public.t (
    id  int generated by default as identity primary key,
    a   text default 'y', -- a letter
    b   int,
    c   int,
    constraint positive check (b > 0), -- never none
    constraint small check (c < 9)
);
create table public.u (a int);
create index on public.t (b, c);
create index on public.t (b);
create index on public.t (b);
create function public.f(n int) returns int as $body$
  select 1
$body$ language sql set search_path = '';
create function public.g() returns trigger language plpgsql as $$ begin return new; end $$;

-- t
create trigger one before insert on public.t for each row execute function public.g();

create trigger two before update on public.t for each row execute function public.g();

grant select (a, b), update (b) on public.t to pg_monitor;
grant select on public.t, public.u to pg_monitor;
"""
    file = plain / "schemas" / "01_tables.sql"
    file.write_text(base)
    (plain / "migrations" / "1_all.sql").write_text(base)
    database.execute(base.encode())
    database.execute(
        "alter table public.t drop column c, alter a type varchar(9), alter id set generated always;"
        "alter table public.t drop constraint positive, add constraint positive check (b > 1);"
        "alter table public.t alter b set statistics 500;"
        "drop index public.t_b_idx1; drop table public.u; drop trigger one on public.t;"
        "create or replace function public.f(n int) returns int stable language sql set search_path = '' as "
        "$$\n  select 2\n$$"
    )
    code, _, said = run(f"sync --db-url '{address(database)}'")
    assert code == 0, said
    assert _lines({"": base}, {"": file.read_text()}) == [
        ": -     id  int generated by default as identity primary key,",
        ": -     a   text default 'y', -- a letter",
        ": -     c   int,",
        ": -     constraint positive check (b > 0), -- never none",
        ": -     constraint small check (c < 9)",
        ": - create table public.u (a int);",
        ": - create index on public.t (b, c);",
        ": - create index on public.t (b);",
        ": -   select 1",
        ": - $body$ language sql set search_path = '';",
        ": - create trigger one before insert on public.t for each row execute function public.g();",
        ": - grant select on public.t, public.u to pg_monitor;",
        ": +     id  int generated always as identity primary key,",
        ": +     a   character varying(9) default 'y'::text, -- a letter",
        ": +     constraint positive check (b > 1) -- never none",
        ": +   select 2",
        ": + $body$ language sql stable set search_path = '';",
        ": + grant select on public.t to pg_monitor;",
        ": + ",
        ": + alter table only public.t alter column b set statistics 500;",
    ]
    assert run(f"diff --db-url '{address(database)}' --to files --check")[0] == 0


def test_privileges_on_the_sequence_of_a_renamed_table(run: Run, plain: Path, database: psycopg.Connection) -> None:
    grant = "grant usage on sequence public.t_id_seq to pg_monitor; -- its counter\n"
    base = f"create table public.t (\n    id int generated always as identity\n);\n{grant}"
    (plain / "schemas" / "01_tables.sql").write_text(base)
    (plain / "migrations" / "1_all.sql").write_text(base)
    database.execute(f"{base} alter table public.t rename to s".encode())
    code, _, said = run(f"sync --db-url '{address(database)}'")
    assert code == 0, said
    assert grant in (plain / "schemas" / "01_tables.sql").read_text()
    assert run(f"diff --db-url '{address(database)}' --to files --check")[0] == 0


def test_files_load_in_their_order_as_before(
    run: Run, plain: Path, database: psycopg.Connection, shadow: Shadow
) -> None:
    schemas = plain / "schemas"
    (schemas / "01_tables.sql").write_text(
        "-- Kept above it\ncreate table a (id int primary key);\n\ncreate table b (id int primary key);\n\n"
        "comment on table b is 'b';\n\ncreate table c (id int);\n\n"
        "create table d (id int primary key);\n"
    )
    (plain / "migrations" / "1_all.sql").write_text((schemas / "01_tables.sql").read_text())
    database.execute((schemas / "01_tables.sql").read_bytes())
    database.execute("""
        create table w (id serial primary key, n text);
        create table v (id bigint generated by default as identity primary key, w_id int references w);
        alter table a add column k serial;
        create sequence counted increment 2;
        create type mood as enum ('glad');
        alter table a add number int default nextval('counted'), add mood mood, add v_id bigint references v;
        alter table b add foreign key (id) references d;
        create table apart (id bigint primary key);
        create sequence apart_seq owned by apart.id;
        alter table apart alter id set default nextval('apart_seq');
        comment on table w is 'w';
        create view seen as select * from v;
        create function rows_of_v() returns setof v language sql as 'select * from v';
    """)
    code, _, said = run(f"sync --force --db-url '{address(database)}'")
    assert code == 0, said
    text = (schemas / "01_tables.sql").read_text()
    assert "k serial" in text
    assert "-- Kept above it\ncreate table a (" in text
    assert "a_k_seq" not in text
    with shadow.session(scratch=True) as session:
        for file in sorted(schemas.glob("*.sql")):
            for statement in split(file.read_text()):
                session.connection.execute(statement.text.encode())
        at = f"'{address(session.connection)}'"
        code, plan, said = run(f"diff --from {at} --to '{address(database)}' --check")
        assert (code, plan) == (0, ""), said


def test_what_means_another_one_in_the_files_gets_its_schema(
    run: Run, plain: Path, database: psycopg.Connection, shadow: Shadow
) -> None:
    made = (
        "create function array_length(int[], int) returns int language sql immutable as 'select 42';\n"
        "create function never(int[], int[]) returns boolean language sql immutable as 'select false';\n"
        "create operator @> (leftarg = int[], rightarg = int[], function = never);\n"
        "create table t (a int[], b int[], n int default 1);\n"
        "create view w as select a from t;\n"
    )
    file = _made(plain, database, made)
    database.execute(
        "create view v as select pg_catalog.array_length(a, 1) as n from t where a operator(pg_catalog.@>) b;"
        "create or replace view w as select a, pg_catalog.array_length(a, 1) as n from t;"
        "alter table t alter n set default pg_catalog.array_length('{1,2}'::int[], 1);"
        "alter table t add c int generated always as (pg_catalog.array_length(a, 1)) stored;"
        "alter table t add constraint longer check (pg_catalog.array_length(a, 1) > 1);"
        "create index long on t (pg_catalog.array_length(a, 1)) where a operator(pg_catalog.@>) b;"
        "create policy seen on t using (a operator(pg_catalog.@>) b);"
        "create table u (n int default pg_catalog.array_length('{1,2}'::int[], 1),"
        " a int[] check (a operator(pg_catalog.@>) '{1}'))"
    )
    at = f"--db-url '{address(database)}'"
    code, _, said = run(f"sync --force {at}")
    assert code == 0, said
    assert "n int default pg_catalog.array_length(" in file.read_text()
    code, _, said = run(f"sync --check {at}")
    assert code == 0, said
    with shadow.session(scratch=True) as session:
        for each in sorted((plain / "schemas").glob("*.sql")):
            session.connection.execute(each.read_text().encode())
        session.connection.execute("insert into public.t values ('{1,2}', '{1}')")
        assert session.connection.execute("select t.n, t.c, v.n, w.n from public.t, public.v, public.w").fetchall() == [
            (2, 2, 2, 2)
        ]


def test_operators_that_a_text_only_implies_are_named(run: Run, plain: Path, database: psycopg.Connection) -> None:
    made = (
        "create table t (a int[], b int[]);\n"
        "create function never(int[], int[]) returns boolean language sql immutable as 'select false';\n"
        "create operator = (leftarg = int[], rightarg = int[], function = never);\n"
    )
    file = _made(plain, database, made)
    view = "set search_path = ''; create view public.v as select a is distinct from b as n from public.t;"
    database.execute(f"{view} reset search_path".encode())
    at = f"--db-url '{address(database)}'"
    code, _, said = run(f"sync --force {at}")
    assert (code, file.read_text()) == (2, made)
    assert "In the files' search_path = is not Postgres' own: write it by hand behind SET search_path = ''" in said
    file.write_text(f"{made}{view} reset search_path;\n")
    code, _, said = run(f"sync --check {at}")
    assert code == 0, said


def test_each_side_has_the_name_that_the_options_give_it(run: Run, same: Path, database: psycopg.Connection) -> None:
    database.execute("create table notes (id int primary key, body text)")
    code, _, err = run(f"sync --db-url '{address(database)}'")
    assert (
        code,
        [
            line.partition(": ")[0]
            for line in err.splitlines()
            if "1 file" in line or "migration" in line or "database" in line
        ],
    ) == (0, ["source", "files", "base"]), err
    assert "\nfiles: 1 file of schemas\n" in run("sync --from files --canonical table --check")[2]
    assert "base: 1 file of schemas\n" in run(f"sync --db-url '{address(database)}' --base files")[2]
    assert same.is_dir()


@pytest.mark.parametrize("behind", ["", "create or replace view public.v as select x::text as said from public.u"])
def test_a_cast_that_has_another_function(run: Run, same: Path, database: psycopg.Connection, behind: str) -> None:
    """A view that goes by it is as it was in the files, be it made anew in the database or not."""
    made = (
        "create type public.kg as (n int);\n"
        "create function public.one(public.kg) returns text language sql as 'select ''one''';\n"
        "create function public.two(public.kg) returns text language sql as 'select ''two''';\n"
        "create cast (public.kg as text) with function public.one(public.kg);\n"
        "create table public.u (x public.kg);\n"
        "create view public.v as select x::text as said from public.u;\n"
    )
    migration = same / "migrations" / "20240101000000_notes.sql"
    for file in (migration, same / "schemas" / "01_tables.sql"):
        file.write_text(file.read_text() + made)
    cast = "create cast (public.kg as text) with function public.two(public.kg)"
    database.execute(f"{migration.read_text()}; drop cast (public.kg as text); {cast}; {behind}".encode())
    code, _, said = run(f"sync --db-url '{address(database)}' --force")
    assert (code, "Changed there: 1 cast\n" in said) == (0, True), said
    left = "view public.v calls public.one(public.kg) by a cast that is there no more: no file can say that\n"
    assert (left in said) is (not behind), said
    assert (same / "schemas" / "01_tables.sql").read_text().count(cast) == 1
    code, out, said = run(f"diff --from files --to '{address(database)}'")
    told = "On the new side these call functions that no cast has any more, which no statement makes so:\n"
    assert (code, out, f"{told}  view public.v: public.one(public.kg)\n" in said) == (0, "", not behind), said
    code, out, said = run(f"diff --from '{address(database)}' --to files")
    assert (code, "CREATE OR REPLACE VIEW" in out) == (0, not behind), said
    assert ("  ~ view public.v: functions of casts\n" in said) is (not behind)


def _made(project: Path, database: psycopg.Connection, text: str) -> Path:
    """The one schema file of a project whose migrations and database are made by the same text."""
    file = project / "schemas" / "01_all.sql"
    file.write_text(text)
    (project / "migrations" / "1_all.sql").write_text(text)
    database.execute(text.encode())
    return file
