"""The way back that `pgnorm diff -f NAME --down` writes where the folder's tool keeps it, run on a real server."""

from pathlib import Path

import psycopg
import pytest
from conftest import Refused, Run, Value

from pgnorm.catalog.reader import read

FIRST = "create table public.notes (id int primary key, body text, status text);\n"
SCHEMA = """
create table public.notes (
  id int primary key,
  body text not null,
  stage text  -- pgnorm: renamed from status
);
create index notes_stage on public.notes (stage);
"""
TOOLS = {
    "goose": ({"1_a.sql": f"-- +goose Up\n{FIRST}-- +goose Down\ndrop table notes;\n"}, "-- +goose Down\n"),
    "sql-migrate": ({"1_a.sql": f"-- +migrate Up\n{FIRST}-- +migrate Down\ndrop table notes;\n"}, "-- +migrate Down\n"),
    "dbmate": ({"1_a.sql": f"-- migrate:up\n{FIRST}\n-- migrate:down\ndrop table notes;\n"}, "-- migrate:down\n"),
    "node-pg-migrate": (
        {"1_a.sql": f"-- Up Migration\n{FIRST}\n-- Down Migration\ndrop table notes;\n"},
        "-- Down Migration\n",
    ),
    "tern": (
        {"1_a.sql": f"{FIRST}---- create above / drop below ----\ndrop table notes;\n"},
        "---- create above / drop below ----\n",
    ),
    "golang-migrate": ({"1_a.up.sql": FIRST, "1_a.down.sql": "drop table notes;\n"}, "*_more.down.sql"),
    "undo": ({"1_a.sql": FIRST, "1_a.undo.sql": "drop table notes;\n"}, "*_more.undo.sql"),
    "flyway": ({"V1__a.sql": FIRST}, "U*__more.sql"),
}


def _project(plain: Path, files: dict[str, str], schema: str = SCHEMA) -> Path:
    for name, text in files.items():
        (plain / "migrations" / name).write_text(text)
    (plain / "schemas" / "01_tables.sql").write_text(schema)
    return plain / "migrations"


@pytest.mark.parametrize("tool", TOOLS)
def test_both_ways_are_written_and_rows_go_there_and_back(
    run: Run, plain: Path, database: psycopg.Connection, value: Value, tool: str
) -> None:
    files, where = TOOLS[tool]
    folder = _project(plain, files)
    database.execute(FIRST.encode())
    database.execute("insert into public.notes values (1, 'x', 'new')")
    before = read(database).objects
    code, _, err = run("diff -f more --down")
    assert code == 0, err
    added = {path for path in folder.iterdir() if path.name not in files}
    if "*" in where:
        [beside] = folder.glob(where)
        [forward] = added - {beside}
        forth, back = forward.read_text(), beside.read_text()
        assert f"Wrote migrations/{beside.name}\n" in err
    else:
        [written] = added
        forth, mark, back = written.read_text().rpartition(where)
        assert mark
    assert "pgnorm-certificate" not in back
    assert forth.count("pgnorm-certificate") == 1
    database.execute(forth.encode())
    assert value(database, "select stage from public.notes") == "new"
    database.execute(back.encode())
    assert value(database, "select status from public.notes") == "new"
    assert read(database).objects == before
    code, _, err = run("diff --check")
    assert code == 0, err
    assert "renamed from" not in (plain / "schemas" / "01_tables.sql").read_text()


def test_what_does_not_come_back_stands_above_it(run: Run, plain: Path) -> None:
    folder = _project(plain, TOOLS["undo"][0], "create table public.notes (id int primary key, status text);")
    code, _, err = run("diff -f more --down")
    assert code == 0, err
    assert "does not come back" not in err
    [back] = folder.glob("*_more.undo.sql")
    lines = back.read_text().splitlines()
    at = lines.index("-- These are made again, but what they held does not come back:")
    assert lines[at + 1] == "--   column public.notes.body"
    assert not any(line.startswith("--") for line in _bare(run, plain, folder))


def _bare(run: Run, plain: Path, folder: Path) -> list[str]:
    """The way back of one more migration, written without comments."""
    (plain / "schemas" / "01_tables.sql").write_text("create table public.notes (id int primary key);")
    code, _, err = run("diff -f less --down --no-header")
    assert code == 0, err
    [back] = folder.glob("*_less.undo.sql")
    return back.read_text().splitlines()


def test_a_folder_without_ways_back(refused: Refused, plain: Path) -> None:
    folder = _project(plain, {"1_a.sql": FIRST})
    refused("diff -f more --down", "nothing in this folder is a way back", "--reverse -o FILE")
    assert [path.name for path in folder.iterdir()] == ["1_a.sql"]


def test_a_way_of_several_transactions_is_no_file_to_go_back_from(refused: Refused, plain: Path) -> None:
    first = "create type public.mood as enum ('ok');\ncreate table public.days (id int, mood public.mood);\n"
    folder = _project(
        plain,
        {"1_a.up.sql": first, "1_a.down.sql": "drop table days; drop type mood;\n"},
        "create type public.mood as enum ('ok', 'sad');\n"
        "create table public.days (id int, mood public.mood default 'sad');\n",
    )
    refused("diff -f more --down", "the migration needs 2 transactions", "--reverse -o FILE")
    assert sorted(path.name for path in folder.iterdir()) == ["1_a.down.sql", "1_a.up.sql"]
    assert "sad" in (plain / "schemas" / "01_tables.sql").read_text()


def test_what_can_not_run_in_a_transaction_has_no_way_back_in_its_file(refused: Refused, plain: Path) -> None:
    folder = _project(plain, TOOLS["dbmate"][0], f"{FIRST}create index on public.notes (status);\n")
    refused("diff -f more --down --online", "can't run in a transaction", "--reverse -o FILE")
    assert len([*folder.iterdir()]) == 1


def test_nothing_to_do_writes_no_way_back(run: Run, plain: Path) -> None:
    folder = _project(plain, TOOLS["undo"][0], FIRST)
    code, _, err = run("diff -f more --down")
    assert code == 0
    assert err.endswith("No schema changes found\n")
    assert len([*folder.iterdir()]) == 2


@pytest.mark.parametrize(
    "words", ["--down", "-f more --down --reverse --to migrations --from files", "-f more --down --calls"]
)
def test_it_is_the_way_back_of_a_migration(refused: Refused, plain: Path, words: str) -> None:
    _project(plain, TOOLS["undo"][0])
    refused(f"diff {words}", "--down")
