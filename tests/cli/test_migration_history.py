"""`pgnorm migration repair` and `fetch`: the history and the files made to agree."""

from pathlib import Path

import psycopg
import pytest
from conftest import Refused, Run


@pytest.fixture
def migrations(folder: Path) -> Path:
    """The migrations folder of a Supabase project."""
    path = folder / "supabase" / "migrations"
    path.mkdir(parents=True)
    return path


def rows(database: psycopg.Connection) -> list[tuple[object, ...]]:
    return database.execute(
        "select version, name, statements from supabase_migrations.schema_migrations order by 1"
    ).fetchall()


def test_applied_writes_rows_and_runs_nothing(
    run: Run, migrations: Path, at: str, database: psycopg.Connection
) -> None:
    (migrations / "1_a.sql").write_text("create table t (a int); select 2;")
    (migrations / "2_b.sql").write_text("select 3;")
    assert run(f"migration repair {at} --status applied 1 2 1")[0] == 0
    assert rows(database) == [("1", "a", ["create table t (a int)", "select 2"]), ("2", "b", ["select 3"])]
    (migrations / "1_a.sql").write_text("select 4;")
    assert run(f"migration repair {at} --status applied 1")[0] == 0
    assert rows(database)[0] == ("1", "a", ["select 4"])
    assert run(f"migration repair {at} --status reverted 1")[0] == 0
    assert [version for version, *_ in rows(database)] == ["2"]
    assert database.execute("select to_regclass('t')").fetchone() == (None,)


def test_all_or_none(run: Run, refused: Refused, migrations: Path, at: str, database: psycopg.Connection) -> None:
    (migrations / "1_a.sql").write_text("select 1;")
    refused(f"migration repair {at} --status applied 1 2", "no migration in the folder has the version 2")
    assert run(f"migration repair {at} --status applied 1")[0] == 0
    refused(f"migration repair {at} --status reverted 1 2", "the history has no 2")
    assert [version for version, *_ in rows(database)] == ["1"]
    refused(f"migration repair {at} --status reverted", "Missing argument")


def test_reverted_forgets_what_was_carried_out_in_part(
    run: Run, refused: Refused, migrations: Path, at: str, database: psycopg.Connection
) -> None:
    (migrations / "1_a.sql").write_text("create table t (a int); vacuum t; select 1/0;")
    refused(f"migration up {at}", "2 of its 3 statements are carried out.")
    assert run(f"migration repair {at} --status reverted 1")[0] == 0
    assert "pending" in run(f"migration list {at}")[1]


TEXTS = [
    "create table t (a int);\ncreate function f() returns int language sql as $$ select 1; $$;\n",
    "select 1 -- last;",
    "select E'a\\';b' ; -- comment\n\n/* only ; */",
    "-- nothing\n;\nselect ';';",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_fetched_says_the_same(
    run: Run, migrations: Path, at: str, database: psycopg.Connection, text: str
) -> None:
    path = migrations / "20240101000000_a b.sql"
    path.write_text(text)
    assert run(f"migration up {at}")[0] == 0
    before = rows(database)
    path.unlink()
    code, _, err = run(f"migration fetch {at} --dry-run")
    assert (code, path.exists(), "Would write supabase/migrations/20240101000000_a b.sql" in err) == (0, False, True)
    assert run(f"migration fetch {at}")[0] == 0
    assert run(f"migration repair {at} --status applied 20240101000000")[0] == 0
    assert rows(database) == before
    assert "changed" not in run(f"migration list {at}")[1]


@pytest.mark.parametrize("text", [*TEXTS, "-- nothing", "select 1;\n/* last */"])
def test_a_file_as_the_supabase_cli_fetches_it_is_not_changed(
    run: Run, migrations: Path, at: str, database: psycopg.Connection, text: str
) -> None:
    path = migrations / "20240101000000_a.sql"
    path.write_text(text)
    assert run(f"migration up {at}")[0] == 0
    [(_, _, statements)] = rows(database)
    assert isinstance(statements, list)
    fetched = ";\n".join(statements) + ";\n"
    path.write_text(fetched)
    assert "changed" not in run(f"migration list {at}")[1]
    path.write_text(f"{fetched}select 2;\n")
    assert "the file was changed since" in run(f"migration list {at}")[1]


def test_files_that_are_there_stay(run: Run, migrations: Path, at: str, database: psycopg.Connection) -> None:
    path = migrations / "1_a.sql"
    path.write_text("select 1;")
    assert run(f"migration up {at}")[0] == 0
    path.write_text("select   1 ;")
    code, _, err = run(f"migration fetch {at}")
    assert (code, "The folder has all that was applied" in err, path.read_text()) == (0, True, "select   1 ;")


@pytest.mark.parametrize("version", ["../../x", "1/2", "x"])
def test_a_history_names_no_file_elsewhere(
    run: Run, refused: Refused, migrations: Path, at: str, database: psycopg.Connection, version: str
) -> None:
    (migrations / "1_a.sql").write_text("select 1;")
    assert run(f"migration up {at}")[0] == 0
    database.execute("insert into supabase_migrations.schema_migrations values (%s, '{select 1}', 'n')", (version,))
    refused(f"migration fetch {at}", "which is no file's name")


ROWS = {
    "a version that reads as another": [("1_a", "b")],
    "two of one name": [("2", "a"), ("3", "x"), ("2_a", "")],
    "a link that leads nowhere": [("4", "away")],
}


@pytest.mark.parametrize("found", ROWS.values(), ids=ROWS.keys())
def test_no_file_takes_the_place_of_another(
    run: Run, refused: Refused, migrations: Path, at: str, database: psycopg.Connection, found: list[tuple[str, str]]
) -> None:
    (migrations / "1_a_b.sql").write_text("select 1;")
    (migrations / "4_away.sql").symlink_to(migrations.parent.parent.parent / "away.sql")
    assert run(f"migration up {at}")[0] == 0
    before = sorted((path.name, path.is_file() and path.read_text()) for path in migrations.iterdir())
    for version, name in found:
        database.execute(
            "insert into supabase_migrations.schema_migrations values (%s, '{select 2}', %s)", (version, name)
        )
    refused(f"migration fetch {at}", "whose file would be called")
    assert sorted((path.name, path.is_file() and path.read_text()) for path in migrations.iterdir()) == before


@pytest.mark.parametrize("statements", ["select 'a", "/* a", "select 1; select 2"])
def test_statements_that_no_file_tells_apart(
    refused: Refused, run: Run, migrations: Path, at: str, database: psycopg.Connection, statements: str
) -> None:
    (migrations / "1_a.sql").write_text("select 1;")
    assert run(f"migration up {at}")[0] == 0
    row = "insert into supabase_migrations.schema_migrations values ('2', array[%s], 'b')"
    database.execute(row, (statements,))
    refused(f"migration fetch {at}", "supabase/migrations/2_b.sql: the statements of 2", "can't be told apart")
    assert [path.name for path in migrations.iterdir()] == ["1_a.sql"]


def test_names_of_the_history_stay_in_their_line(
    run: Run, migrations: Path, at: str, database: psycopg.Connection
) -> None:
    (migrations / "1_a.sql").write_text("select 1;")
    assert run(f"migration up {at}")[0] == 0
    database.execute("update supabase_migrations.schema_migrations set name = E'a\\n2  b  \\x1b[31m', version = '2'")
    assert run(f"migration list {at}")[1].splitlines()[1] == r"2  a\x0a2  b  \x1b[31m  applied, no such file"


@pytest.mark.parametrize("statements", ["null", "array[null, 'select 1']", "array[['a', 'b'], ['c', 'd']]"])
def test_a_row_without_statements_is_told(
    run: Run, migrations: Path, at: str, database: psycopg.Connection, statements: str
) -> None:
    path = migrations / "1_a.sql"
    path.write_text("select 1;")
    assert run(f"migration up {at}")[0] == 0
    path.unlink()
    database.execute(f"update supabase_migrations.schema_migrations set statements = {statements}".encode())
    code, _, err = run(f"migration fetch {at}")
    assert (code, "1: the history does not say which statements it had" in err) == (0, True)
    assert [*migrations.iterdir()] == []


def test_a_history_that_somebody_keeps_locked(
    run: Run, refused: Refused, migrations: Path, at: str, database: psycopg.Connection
) -> None:
    (migrations / "1_a.sql").write_text("select 1;")
    assert run(f"migration up {at}")[0] == 0
    with psycopg.connect(database.info.dsn, application_name="keeper") as holder:
        holder.execute("lock table supabase_migrations.schema_migrations")
        who = f"process {holder.info.backend_pid} (user "
        for command in ("list", "fetch"):
            said = refused(f"migration {command} {at}", "supabase_migrations.schema_migrations can't be read: ", who)
            assert "application keeper" in said
        holder.rollback()
    assert run(f"migration list {at}")[0] == 0
