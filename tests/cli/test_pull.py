"""`pgnorm pull`: what somebody changed in a database, as a migration and in the schema files."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from addresses import address
from conftest import Refused, Run
from templates import Template

CHANGE: LiteralString = """
alter table public.tasks add column priority smallint not null default 0;
comment on table public.sales is 'The team';
create table public.sources (id bigint generated always as identity primary key, name text not null unique);
alter table public.sources enable row level security;
create policy "Team reads sources" on public.sources for select to authenticated using (true);
drop index public.companies_owner_id_idx;
"""


@pytest.fixture
def at(hosted: psycopg.Connection) -> str:
    """The option that names the database."""
    return f"--db-url '{address(hosted)}'"


@pytest.fixture
def hosted(crm_migrated: Path, crm_database: Template) -> Iterator[psycopg.Connection]:
    """A database to which all of the project's migrations are applied, which say what the files say."""
    del crm_migrated
    with crm_database.copied() as connection:
        yield connection


def _written(crm: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted((crm / "supabase").rglob("*")) if path.is_file()}


def _new(crm: Path, before: dict[Path, bytes]) -> Path:
    (path,) = _written(crm).keys() - before.keys()
    return path


def _versions(database: psycopg.Connection) -> set[object]:
    rows = database.execute("select version from supabase_migrations.schema_migrations").fetchall()
    return {version for (version,) in rows}


def _all_say_the_same(run: Run, at: str) -> None:
    for words in ("", at.replace("--db-url", "--from migrations --to")):
        code, out, err = run(f"diff {words} --check")
        assert (code, out) == (0, ""), err


def test_a_migration_and_the_files_say_what_was_changed(
    run: Run, crm: Path, at: str, hosted: psycopg.Connection
) -> None:
    hosted.execute(CHANGE)
    hosted.execute("insert into public.sources (name) values ('fair')")
    before, versions = _written(crm), _versions(hosted)
    code, out, err = run(f"pull {at} --repair")
    assert (code, out) == (0, ""), err
    path = _new(crm, before)
    assert path.name.endswith("_remote_schema.sql")
    assert "Edited supabase/schemas/01_tables.sql" in err
    assert "-- pgnorm-certificate: " in path.read_text()
    assert _versions(hosted) == versions | {path.name.partition("_")[0]}
    tables = (crm / "supabase" / "schemas" / "01_tables.sql").read_text()
    assert "  priority    smallint default 0 not null\n" in tables
    assert "companies_owner_id_idx" not in tables
    _all_say_the_same(run, at)
    assert "The database is up to date" in run(f"push {at}")[2]
    assert hosted.execute("select name from public.sources").fetchall() == [("fair",)]
    after = _written(crm)
    code, out, err = run(f"pull {at} --repair")
    assert (code, out, "No schema changes found" in err) == (0, "", True)
    assert _written(crm) == after


def test_the_migration_is_the_one_that_diff_writes(run: Run, crm: Path, at: str, hosted: psycopg.Connection) -> None:
    hosted.execute(CHANGE)
    before = _written(crm)
    assert run(f"diff --from migrations --to {at.removeprefix('--db-url ')} -f studio")[0] == 0
    path = _new(crm, before)
    text = path.read_text()
    path.unlink()
    code, _, err = run(f"pull studio {at} --no-repair --no-sync")
    assert code == 0, err
    assert _new(crm, before).read_text() == text


def test_nobody_is_asked_without_a_terminal(run: Run, crm: Path, at: str, hosted: psycopg.Connection) -> None:
    hosted.execute(CHANGE)
    before, versions = _written(crm), _versions(hosted)
    code, _, err = run(f"pull {at}")
    assert code == 0
    version = _new(crm, before).name.partition("_")[0]
    assert f"pgnorm migration repair --status applied {version} --db-url URL" in err
    assert _versions(hosted) == versions
    code, _, err = run(f"pull {at}")
    assert (code, f"the folder has migrations that are not applied there: {version}" in err) == (2, True)
    assert run(f"migration repair --status applied {version} {at}")[0] == 0
    assert "No schema changes found" in run(f"pull {at}")[2]


@pytest.mark.parametrize("answer", ["y", "n"])
def test_on_a_terminal_it_asks(crm: Path, hosted: psycopg.Connection, answer: str) -> None:
    hosted.execute("comment on table public.sales is 'The team'")
    before, versions = _written(crm), _versions(hosted)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "pgnorm.cli", "pull", "--db-url", address(hosted)]
    with subprocess.Popen(command, cwd=crm, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        said = b""
        while b"[y/N]" not in said:
            said += os.read(ours, 1000)
        assert _written(crm) == before
        os.write(ours, f"{answer}\n".encode())
        assert process.wait() == 0, said
    os.close(ours)
    assert _versions(hosted) - versions == ({_new(crm, before).name.partition("_")[0]} if answer == "y" else set())


def test_a_dry_run_shows_all_and_writes_nothing(run: Run, crm: Path, at: str, hosted: psycopg.Connection) -> None:
    hosted.execute(CHANGE)
    hosted.execute("grant select on public.tags to anon")
    before, versions = _written(crm), _versions(hosted)
    code, out, err = run(f"pull {at} --dry-run --repair")
    assert code == 0, err
    assert 'ADD COLUMN "priority"' in out
    assert "Would edit supabase/schemas/01_tables.sql" in err
    assert "Changes in access:" in err, err
    assert (_written(crm), _versions(hosted)) == (before, versions)


def test_conflicts_leave_everything_as_it_is(run: Run, crm: Path, at: str, hosted: psycopg.Connection) -> None:
    file = crm / "supabase" / "schemas" / "01_tables.sql"
    file.write_text(file.read_text().replace("  title       text not null,", "  title       varchar(40) not null,"))
    hosted.execute(CHANGE + "alter table public.tasks alter column title type varchar(80)")
    before, versions = _written(crm), _versions(hosted)
    code, _, err = run(f"pull {at} --repair")
    assert code == 2
    assert "column public.tasks.title was changed in the files and in the source" in err
    assert (_written(crm), _versions(hosted)) == (before, versions)


def test_what_the_files_have_before_the_migrations_stays(
    run: Run, crm: Path, at: str, hosted: psycopg.Connection
) -> None:
    file = crm / "supabase" / "schemas" / "01_tables.sql"
    file.write_text(file.read_text().replace("  title       text not null,", "  title       varchar(40) not null,"))
    hosted.execute(CHANGE)
    code, _, err = run(f"pull {at} --repair")
    assert code == 0, err
    code, out, _ = run("diff")
    assert [line for line in out.splitlines() if line.startswith("ALTER")] == [
        'ALTER TABLE "public"."tasks" ALTER COLUMN "title" TYPE character varying(40);'
    ]


def test_files_that_git_could_not_give_back(run: Run, crm: Path, at: str, hosted: psycopg.Connection) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "all"]):
        subprocess.run([*git, *words], cwd=crm, check=True)
    file = crm / "supabase" / "schemas" / "01_tables.sql"
    file.write_text(file.read_text() + "-- more\n")
    hosted.execute(CHANGE)
    before, versions = _written(crm), _versions(hosted)
    code, _, err = run(f"pull {at} --repair")
    assert (code, "01_tables.sql: the file has changes that git has not committed" in err) == (2, True)
    assert (_written(crm), _versions(hosted)) == (before, versions)
    assert run(f"pull {at} --repair --force")[0] == 0
    _all_say_the_same(run, at)


def test_versions_that_the_folder_lacks(refused: Refused, crm: Path, at: str, hosted: psycopg.Connection) -> None:
    hosted.execute(CHANGE)
    hosted.execute("insert into supabase_migrations.schema_migrations (version) values ('20990101000000')")
    before = _written(crm)
    refused(
        f"pull {at} --repair",
        "applied migrations that the folder lacks: 20990101000000",
        "`pgnorm migration fetch --db-url URL` writes their files",
    )
    assert _written(crm) == before


def test_a_history_that_takes_nothing_leaves_the_files_as_they_were(
    refused: Refused, crm: Path, at: str, hosted: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    _meanwhile(
        monkeypatch,
        hosted,
        "create function supabase_migrations.no() returns trigger language plpgsql as $$ begin raise 'no'; end $$;"
        "create trigger no before insert on supabase_migrations.schema_migrations"
        " for each row execute function supabase_migrations.no()",
    )
    hosted.execute(CHANGE)
    before, versions = _written(crm), _versions(hosted)
    refused(f"pull {at} --repair", ": no")
    assert (_written(crm), _versions(hosted)) == (before, versions)


def test_a_migration_that_another_tool_has_applied_meanwhile(
    refused: Refused, crm: Path, at: str, hosted: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    row: LiteralString = "insert into supabase_migrations.schema_migrations (version) values ('20990101000000')"
    _meanwhile(monkeypatch, hosted, row)
    hosted.execute(CHANGE)
    before, versions = _written(crm), _versions(hosted)
    refused(f"pull {at} --repair", "the history of migrations there was changed meanwhile", "Nothing is written")
    assert (_written(crm), _versions(hosted)) == (before, versions | {"20990101000000"})


def _meanwhile(monkeypatch: pytest.MonkeyPatch, database: psycopg.Connection, statements: LiteralString) -> None:
    """Have statements run in the database once it is read, before anything is written."""
    monkeypatch.setattr("pgnorm.cli.pull.tell_comparison", lambda *_, **__: database.execute(statements))


def test_hints_in_the_files_count(run: Run, crm: Path, at: str, hosted: psycopg.Connection) -> None:
    file = crm / "supabase" / "schemas" / "01_tables.sql"
    made = "create table public.tasks ("
    file.write_text(file.read_text().replace(made, f"-- pgnorm: ignore\n{made}"))
    hosted.execute("alter table public.tasks add column priority int")
    before = _written(crm)
    code, out, err = run(f"pull {at} --repair")
    assert (code, out, "No schema changes found" in err) == (0, "", True), err
    assert _written(crm) == before


def test_a_project_without_schema_files(run: Run, crm: Path, at: str, hosted: psycopg.Connection) -> None:
    for file in (crm / "supabase" / "schemas").glob("*.sql"):
        file.unlink()
    hosted.execute(CHANGE)
    code, _, err = run(f"pull {at} --repair")
    assert (code, "The project has no schema files" in err) == (0, True), err
    assert run(f"diff {at.replace('--db-url', '--from migrations --to')} --check")[0] == 0


def test_renames_that_are_asked_for(run: Run, crm: Path, at: str, hosted: psycopg.Connection) -> None:
    hosted.execute("alter table public.tasks rename column title to subject")
    tables = crm / "supabase" / "schemas" / "01_tables.sql"
    lines = tables.read_text().splitlines()
    before = _written(crm)
    (crm / "list.ts").write_text('supabase.from("tasks").select("title")\n')
    code, _, err = run(f"pull {at} --repair --rename public.tasks.title=subject")
    assert (code, "list.ts:1" in err) == (0, True), err
    assert 'RENAME COLUMN "title" TO "subject"' in _new(crm, before).read_text()
    assert [line for line in tables.read_text().splitlines() if line not in lines] == ["  subject     text not null,"]
    _all_say_the_same(run, at)


def test_a_decided_conflict_leaves_what_the_files_keep_for_the_next_migration(
    run: Run, crm: Path, at: str, hosted: psycopg.Connection
) -> None:
    file = crm / "supabase" / "schemas" / "01_tables.sql"
    file.write_text(file.read_text().replace("  title       text not null,", "  title       varchar(40) not null,"))
    hosted.execute(CHANGE + "alter table public.tasks alter column title type varchar(80)")
    code, _, err = run(f"pull {at} --repair --ours tasks.title")
    assert (code, "As the files say: column public.tasks.title" in err) == (0, True), err
    assert run(f"diff {at.replace('--db-url', '--from migrations --to')} --check")[0] == 0
    code, out, _ = run("diff")
    assert [line for line in out.splitlines() if line.startswith("ALTER")] == [
        'ALTER TABLE "public"."tasks" ALTER COLUMN "title" TYPE character varying(40);'
    ]


def test_what_can_not_be_combined(refused: Refused, crm: Path) -> None:
    refused("pull --no-sync --ours tasks", "--no-sync merges nothing")


def test_the_linked_database_is_the_default(refused: Refused, crm: Path) -> None:
    refused("pull --dry-run", "the project is not linked")
