"""`pgnorm sync` where migrations are not applied in the source, or in another text: what they do stays in the files."""

from pathlib import Path

import psycopg
import pytest
from addresses import address
from conftest import Refused, Run
from templates import Template

FIRST = """create table people (id int primary key, name text not null, old text);
create index by_name on people (name);
"""
PENDING = "alter table people drop old, add vat text;\ncreate table orders (id int primary key);\n"
BY_HAND = "alter table people add born date"
FILE = """create table people (
  id int primary key,
  name text not null,
  vat text -- who pays
);
create index by_name on people (name);
create table orders (id int primary key);
"""
SYNCED = FILE.replace("vat text -- who pays", "vat text, -- who pays\n  born date")


@pytest.fixture
def file(plain: Path) -> Path:
    """The schema file of a project with a history, which says what two migrations do."""
    (plain / "pgnorm.toml").write_text('history = "pgnorm.migrations"\n')
    (plain / "migrations" / "1_first.sql").write_text(FIRST)
    (plain / "migrations" / "2_vat.sql").write_text(PENDING)
    file = plain / "schemas" / "01_tables.sql"
    file.write_text(FILE)
    return file


def _applied(run: Run, file: Path, at: str, database: psycopg.Connection) -> None:
    """Have the first migration applied there, and a change made by hand."""
    (pending := file.parents[1] / "migrations" / "2_vat.sql").unlink()
    code, _, said = run(f"migration up {at}")
    assert code == 0, said
    pending.write_text(PENDING)
    database.execute(BY_HAND.encode())


def test_what_is_pending_stays_in_the_files(run: Run, file: Path, at: str, database: psycopg.Connection) -> None:
    _applied(run, file, at, database)
    code, _, said = run(f"sync {at}")
    assert code == 0, said
    assert file.read_text() == SYNCED
    assert "Not applied there, so the files keep what they do: 2\n" in said
    assert "Changed there: 1 column\n" in said
    code, _, said = run(f"sync {at} --check")
    assert (code, file.read_text()) == (0, SYNCED), said
    # Once it is applied, files and database are one.
    assert run(f"migration up {at} --force")[0] == 0
    assert run(f"sync {at} --check")[0] == 0
    assert run(f"diff --from files --to '{address(database)}' --check")[:2] == (0, "")


def test_what_was_applied_in_another_text_counts_as_it_was(
    run: Run, file: Path, at: str, database: psycopg.Connection
) -> None:
    assert run(f"migration up {at}")[0] == 0
    database.execute(BY_HAND.encode())
    (file.parents[1] / "migrations" / "2_vat.sql").write_text(f"{PENDING}create index by_vat on people (vat);\n")
    text = f"{FILE}create index by_vat on people (vat);\n"
    file.write_text(text)
    code, _, said = run(f"sync {at}")
    assert (code, file.read_text()) == (0, SYNCED + text.removeprefix(FILE)), said


def test_a_part_of_a_migration_counts_as_far_as_it_went(
    run: Run, file: Path, at: str, database: psycopg.Connection
) -> None:
    _applied(run, file, at, database)
    database.execute("insert into people values (1, 'Ann'), (2, 'Ann')")
    table, index = "create table orders (id int primary key);\n", "create unique index {}by_unique on people (name);\n"
    pending = file.parents[1] / "migrations" / "2_vat.sql"
    pending.write_text(table + index.format("concurrently "))
    assert run(f"migration up {at} --force")[0] == 2
    text = FIRST + table + index.format("")
    file.write_text(text)
    database.execute("drop table orders")
    code, _, said = run(f"sync {at}")
    wanted = text.replace("old text", "old text, born date").replace(table, "")
    assert (code, file.read_text(), "keep what they do: 2\n" in said) == (0, wanted, True), said


def test_what_the_folder_lacks_is_refused(
    run: Run, refused: Refused, file: Path, at: str, database: psycopg.Connection
) -> None:
    assert run(f"migration up {at}")[0] == 0
    (file.parents[1] / "migrations" / "2_vat.sql").unlink()
    refused(f"sync {at}", "the database has applied migrations that the folder lacks: 2")
    assert file.read_text() == FILE


def _no_history(database: psycopg.Connection) -> None:
    database.execute(f"{FIRST}{BY_HAND}".encode())


def test_without_a_history_what_a_migration_may_do_is_not_taken_away(
    run: Run, refused: Refused, file: Path, at: str, database: psycopg.Connection
) -> None:
    said = "no history tells which migrations are applied there, and nothing is there of what these do: "
    everything = "migrations/1_first.sql, migrations/2_vat.sql"
    (file.parents[1] / "migrations" / "3_rows.sql").write_text("insert into orders values (1);\n")
    for settings in ('history = "pgnorm.migrations"\n', ""):
        (file.parents[1] / "pgnorm.toml").write_text(settings)
        refused(f"sync {at}", f"{said}{everything}")
    _no_history(database)
    (file.parents[1] / "before.sql").write_text(f"{FIRST}{BY_HAND};\n")
    for source in (at, "--from before.sql", "--from migrations@1"):
        refused(f"sync {source}", f"{said}migrations/2_vat.sql")
    assert file.read_text() == FILE
    code, _, told = run(f"sync {at} --base migrations@1")
    assert (code, file.read_text()) == (0, SYNCED), told


def test_it_is_taken_away_where_all_is_said_to_be_applied(
    run: Run, file: Path, at: str, database: psycopg.Connection
) -> None:
    _no_history(database)
    code, _, said = run(f"sync {at} --base migrations")
    assert (code, "vat" in file.read_text(), "orders" in file.read_text()) == (0, False, False), said


def test_without_a_history_changes_of_what_is_there_are_taken(
    run: Run, file: Path, at: str, database: psycopg.Connection
) -> None:
    database.execute(f"{FIRST}{PENDING}".encode())
    database.execute("alter table people drop vat; drop index by_name; alter table orders add n int")
    code, _, said = run(f"sync {at}")
    assert code == 0, said
    assert file.read_text() == (
        "create table people (\n  id int primary key,\n  name text not null\n);\n"
        "create table orders (id int primary key, n integer);\n"
    ), said


def test_a_history_of_supabase_tells_it_too(run: Run, crm_migrated: Path, crm_database: Template) -> None:
    tables = crm_migrated / "supabase" / "schemas" / "01_tables.sql"
    said = "alter table public.tags add column vat text;\n"
    tables.write_text(f"{tables.read_text()}{said}")
    (crm_migrated / "supabase" / "migrations" / "20990101000000_vat.sql").write_text(said)
    before = tables.read_text()
    with crm_database.copied() as hosted:
        at = f"--db-url '{address(hosted)}'"
        code, _, told = run(f"sync {at} --check")
        assert (code, "keep what they do: 20990101000000\n" in told) == (0, True), told
        hosted.execute("comment on table public.sales is 'The team'")
        code, _, told = run(f"sync {at}")
        assert code == 0, told
    assert tables.read_text() == before.replace("The sales team, one row per login", "The team")


def test_files_that_are_behind_the_migrations_are_said_to_be(
    run: Run, file: Path, at: str, database: psycopg.Connection
) -> None:
    assert run(f"migration up {at}")[0] == 0
    assert database.execute("select count(*) from orders").fetchone() == (0,)
    assert "say all of it already" in run(f"sync {at}")[2]
    file.write_text(FILE.replace("create table orders (id int primary key);\n", ""))
    for source in (at, "--from migrations"):
        code, _, said = run(f"sync {source}")
        assert (code, "say all of it already" in said) == (0, False), said
        assert "The schema files differ from it all the same: 1 table" in said
        assert "`pgnorm sync --from migrations --base files`" in said
    assert "`pgnorm sync --from migrations --base files`" in run("check --output-format text")[1]
    code, _, said = run("sync --from migrations --base files --force")
    assert code == 0, said
    assert run("diff --check")[:2] == (0, ""), file.read_text()
