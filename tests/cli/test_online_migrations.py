"""`pgnorm diff --online`: what it writes, and where that comes from."""

from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from addresses import address

if TYPE_CHECKING:
    from conftest import Refused, Run

OLD = "create table shelf (id integer, label text);\n"
NEW = OLD + "create index shelf_label on shelf (label);\n"

HEADS = {
    "goose": ("-- +goose Up\n{}-- +goose Down\n", "-- +goose NO TRANSACTION\n-- +goose Up\n"),
    "sql-migrate": ("-- +migrate Up\n{}-- +migrate Down\n", "-- +migrate Up notransaction\n"),
    "dbmate": ("-- migrate:up\n{}-- migrate:down\n", "-- migrate:up transaction:false\n"),
    "tern": ("{}---- create above / drop below ----\n", "---- tern: disable-tx ----\n"),
    "none": ("{}", "-- pgnorm: transaction=false\n-- 1 to add"),
}


def _project(folder: Path, old: str, new: str) -> None:
    (folder / "migrations").mkdir(exist_ok=True)
    (folder / "migrations" / "1_a.sql").write_text(old)
    for path in (folder / "schemas").glob("*.sql"):
        path.unlink()
    (folder / "schemas" / "01_tables.sql").write_text(new)


@pytest.mark.parametrize("tool", HEADS)
def test_a_migration_without_a_transaction_says_so_to_its_tool(run: "Run", plain: Path, tool: str) -> None:
    around, head = HEADS[tool]
    _project(plain, around.format(OLD), NEW)
    assert run("diff --online -f label")[0] == 0
    [written] = (plain / "migrations").glob("*_label.sql")
    assert written.read_text().startswith(head)
    assert "-- pgnorm: transaction=false\n" in written.read_text()
    assert 'CREATE INDEX CONCURRENTLY "shelf_label"' in written.read_text()
    code, _, err = run("diff --check")
    assert code == 0, err


def test_each_transaction_is_a_migration(run: "Run", plain: Path) -> None:
    new = OLD.replace("id integer", "id integer primary key") + "create view v as select label from shelf group by id;"
    _project(plain, OLD, new)
    code, _, err = run("diff --online -f key --no-header")
    assert code == 0, err
    parts = [path.read_text() for path in sorted((plain / "migrations").glob("*_key*.sql"))]
    alone = [text for text in parts if "CONCURRENTLY" in text]
    assert len(parts) > 2
    assert len(alone) == 1
    assert alone[0].count(";") == 1
    assert run("diff --check")[0] == 0


def test_the_settings_say_it_too(run: "Run", refused: "Refused", plain: Path) -> None:
    _project(plain, OLD, NEW)
    settings = (plain / "pgnorm.toml").read_text()
    (plain / "pgnorm.toml").write_text(f"online = true\n{settings}")
    assert " CONCURRENTLY " in run("diff")[1]
    assert " CONCURRENTLY " not in run("diff --no-online")[1]
    (plain / "pgnorm.toml").write_text(f'online = "x"\n{settings}')
    refused("diff", "`online` must be true or false")


def test_times(run: "Run", plain: Path) -> None:
    _project(plain, OLD, OLD.replace("label text", "label text check (label <> '')"))
    _, out, _ = run("diff --online --online-lock-timeout 500ms --online-statement-timeout 1min")
    first, second = out.split("-- Commit here.\n")
    assert first.startswith("SET lock_timeout = '500ms';\nSET statement_timeout = '1min';\n\n")
    assert first.endswith("\n\nRESET lock_timeout;\nRESET statement_timeout;\n\n")
    assert "timeout" not in second
    assert "timeout" not in run("diff --online --online-lock-timeout 0")[1]
    code, _, err = run("diff --online --online-lock-timeout soon")
    assert code == 2
    assert "expected a time" in err


def test_what_is_renamed_and_made_first(run: "Run", plain: Path) -> None:
    """Renames and roles have a transaction of their own where a build begins the plan."""
    _project(plain, OLD, "create role clerk; " + NEW.replace("label", "title"))
    code, out, err = run("diff --online --rename public.shelf.label=title")
    assert code == 0, err
    names, build = out.split("-- Commit here.\n")
    assert "CREATE ROLE" in names
    assert "RENAME COLUMN" in names
    assert "CREATE INDEX CONCURRENTLY" in build


def test_a_live_database_and_an_index_that_calls_a_function(
    run: "Run", plain: Path, database: psycopg.Connection
) -> None:
    """The function reads what the plan makes: the build outside of a transaction is tried on a row as any other."""
    reads = "create function f(i int) returns int immutable language plpgsql as 'begin return i + {}; end';"
    database.execute(f"{OLD} insert into shelf values (1, 'a'), (2, null);".encode())
    new = f"{reads.format('(select count(*) from public.t)')} {OLD} create table t (); create index i on shelf (f(id));"
    _project(plain, OLD, new)
    code, out, err = run(f"diff --online --db-url '{address(database)}'")
    assert code == 0, err
    for script in out.split("-- Commit here.\n"):
        database.execute(script.encode())
    assert run(f"diff --check --db-url '{address(database)}'")[0] == 0


def test_statements_are_for_the_version_that_another_one_stands_in_for(
    run: "Run", plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGNORM_PG_BINDIR", "bundled")
    _project(plain, OLD, OLD.replace("label text", "label text not null"))
    (plain / "pgnorm.toml").write_text("major_version = 15\n")
    code, out, err = run("diff --online")
    assert code == 0, err
    assert "stands in for it" in err
    assert 'CHECK ("label" IS NOT NULL) NOT VALID;' in out
    assert ' NOT NULL "label" NOT VALID' not in out
    (plain / "pgnorm.toml").write_text("")
    assert ' NOT NULL "label" NOT VALID;' in run("diff --online")[1]


def test_a_project_of_no_version_takes_that_of_the_database(
    run: "Run", plain: Path, database: psycopg.Connection
) -> None:
    database.execute(OLD.encode())
    _project(plain, OLD, OLD)
    code, _, err = run(f"diff --db-url '{address(database)}'")
    assert code == 0, err
    assert f"shadow: Postgres {database.info.server_version // 10000}." in err


def test_what_still_blocks_is_said(run: "Run", plain: Path) -> None:
    _project(plain, OLD, OLD.replace("id integer", "id bigint"))
    code, _, err = run("diff --online --fail-on blocks-writes")
    assert code == 1
    assert "readers and writers wait" in err
    code, _, err = run("diff --online --fail-on blocks-writes -f wider")
    assert (code, err.endswith("No migration is written\n")) == (1, True)
    assert not [*(plain / "migrations").glob("*_wider.sql")]
    _project(plain, OLD, NEW)
    assert run("diff --online --fail-on blocks-writes")[0] == 0
    assert run("diff --fail-on blocks-writes")[0] == 1
