"""`pgnorm migration baseline`: the first migration of a database that is there already."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import psycopg
import pytest
from addresses import address

Run = Callable[[str], tuple[int, str, str]]


class Refused(Protocol):
    """Runs a line that must fail with 2 and these words; gives stderr."""

    def __call__(self, line: str, *said: str) -> str: ...


@pytest.fixture
def at(database: psycopg.Connection) -> str:
    """The option that names the database, which has something in it."""
    database.execute(
        "create type mood as enum ('sad'); create table t (a int primary key, m mood);"
        "create view v as select a from t; insert into t values (1, 'sad')"
    )
    return f"--db-url '{address(database)}'"


@pytest.fixture
def project(plain: Path) -> Path:
    """A plain project without migrations."""
    (plain / "pgnorm.toml").write_text('history = "pgnorm.migrations"\n')
    return plain


def test_it_says_what_the_database_has_and_counts_as_applied(
    run: Run, refused: Refused, project: Path, at: str, database: psycopg.Connection
) -> None:
    code, _, err = run(f"migration baseline {at}")
    assert (code, "is applied, as the history says" in err) == (0, True), err
    (path,) = (project / "migrations").iterdir()
    assert path.name.endswith("_baseline.sql")
    assert run(f"migration list {at}")[1].split()[1:] == ["baseline", "applied"]
    code, out, _ = run(f"diff --from migrations --to '{address(database)}' --check")
    assert (code, out) == (0, "")
    assert database.execute("select count(*) from t").fetchone() == (1,)
    refused(f"migration baseline {at}", "a baseline is the first migration")
    path.unlink()
    refused(f"migration baseline {at}", "a baseline is the first migration")


def test_a_name_of_its_own(run: Run, project: Path, at: str) -> None:
    assert run(f"migration baseline start {at}")[0] == 0
    assert [path.name[15:] for path in (project / "migrations").iterdir()] == ["start.sql"]


def test_no_file_where_the_history_can_not_be_written(
    refused: Refused, project: Path, at: str, database: psycopg.Connection
) -> None:
    database.execute("create schema pgnorm; create view pgnorm.migrations as select '1'::text as version where false")
    refused(f"migration baseline {at}", "migrations")
    assert [*(project / "migrations").iterdir()] == []
