"""Changes made in a database, as in a studio, brought back into the schema files in place."""

import difflib
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from addresses import address

from pgnorm.normalizer.sql.statements import comments

Run = Callable[[str], tuple[int, str, str]]


@pytest.fixture
def studio(run: Run, crm: Path, supabase_database: psycopg.Connection) -> psycopg.Connection:
    """A database with the project's migrations, which say what the files say."""
    assert run("diff -f up_to_date")[0] == 0
    for migration in sorted((crm / "supabase" / "migrations").glob("*.sql")):
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
            "drop index public.companies_owner_id_idx;",
            ["01_tables.sql: - create index companies_owner_id_idx on public.companies (owner_id);"],
            id="dropped index",
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
    assert "would edit supabase/schemas/01_tables.sql" in said
    assert _texts(crm) == before


def test_files_that_git_could_not_give_back(run: Run, crm: Path, studio: psycopg.Connection) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "all"]):
        subprocess.run([*git, *words], cwd=crm, check=True)
    file = crm / "supabase" / "schemas" / "01_tables.sql"
    file.write_text(file.read_text() + "-- more\n")
    before = _texts(crm)
    studio.execute("comment on table public.tags is 'Colours'")
    code, _, said = run(f"sync --db-url '{address(studio)}'")
    assert code == 2
    assert "01_tables.sql: the file has changes that git has not committed" in said
    assert _texts(crm) == before
    code, _, said = run(f"sync --db-url '{address(studio)}' --force")
    assert code == 0, said
    assert "is 'Colours'" in file.read_text()


def test_outside_of_a_project(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, said = run("sync")
    assert code == 2
    assert "there is no project" in said
