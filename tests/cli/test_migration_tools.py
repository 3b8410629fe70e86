"""Migrations as tools write them: what runs, in which order, and what a new one looks like."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Refused, Run

SCHEMA = "create table shelf (id integer, label text);\n"
FIRST, SECOND = "create table shelf (id integer);\n", "alter table shelf add label text;\n"
BACK = "alter table shelf drop label;\n"


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / "migrations" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "schemas" / "01_tables.sql").write_text(SCHEMA)


TOOLS = {
    "goose": (
        {
            "2_a.sql": f"-- +goose Up\n-- +goose StatementBegin\n{FIRST}-- +goose StatementEnd\n"
            "-- +goose Down\ndrop table shelf;\n",
            "10_b.sql": f"-- +goose Up\n{SECOND}\n-- +goose Down\n{BACK}",
        },
        "the ways back in 2 files are not run",
        ("*_more.sql", "-- +goose Up\n-- +goose StatementBegin\n", "\n-- +goose StatementEnd\n"),
    ),
    "dbmate": (
        {"1_a.sql": f"-- migrate:up\n{FIRST}{SECOND}\n-- migrate:down\ndrop table shelf;\n"},
        "the way back in 1 file is not run",
        ("*_more.sql", "-- migrate:up\n", "\n-- migrate:down\n"),
    ),
    "golang-migrate": (
        {
            "1_a.up.sql": FIRST,
            "1_a.down.sql": "drop table shelf;\n",
            "2_b.up.sql": SECOND,
            "2_b.down.sql": BACK,
        },
        "the ways back in 2 files are not run",
        ("*_more.up.sql", "", ""),
    ),
    "flyway": (
        {
            "V1.10__c.sql": SECOND,
            "V1_2__b.sql": "alter table shelf rename to drawer;\nalter table drawer rename to shelf;\n",
            "old/V1__a.sql": FIRST,
            "U1.10__c.sql": BACK,
            "R__last.sql": "do $$ begin perform label from shelf; end $$;\n",
        },
        "the way back in 1 file is not run",
        ("V*__more.sql", "", ""),
    ),
    "flyway with a baseline": (
        {"V1__a.sql": "no sql\n", "B2__all.sql": FIRST, "V2__b.sql": "no sql\n", "V3__c.sql": SECOND},
        None,
        ("V*__more.sql", "", ""),
    ),
    "atlas": (
        {"20250101.sql": FIRST, "20250102030405.sql": SECOND, "atlas.sum": "h1:x=\n"},
        None,
        ("*_more.sql", "", ""),
    ),
    "numbers before dots and dashes": (
        {"1-a.sql": FIRST, "2.b.sql": SECOND, "README.md": "# No migration\n"},
        None,
        ("*_more.sql", "", ""),
    ),
    "sqitch": (
        {
            "sqitch.plan": "%syntax-version=1.0.0\n%project=shop\n\nshelf 2026-01-01T00:00:00Z A <a@b.c> # first\n"
            "@v1 2026-01-01T00:00:00Z A <a@b.c>\n\nnames [shelf] 2026-01-02T00:00:00Z A <a@b.c>\n"
            "shelf [shelf@v1] 2026-01-03T00:00:00Z A <a@b.c> # again\n",
            "deploy/shelf@v1.sql": f"-- Deploy shop:shelf to pg\nBEGIN;\n{FIRST}COMMIT;\n",
            "deploy/names.sql": SECOND,
            "deploy/shelf.sql": "comment on table shelf is 'x';\ncomment on table shelf is null;\n",
            "revert/shelf.sql": "drop table shelf;\n",
            "verify/shelf.sql": "select 1/0;\n",
        },
        "the way back in 1 file is not run",
        None,
    ),
    "folders": (
        {"2_a/up.sql": FIRST, "2_a/down.sql": "drop table shelf;\n", "10_b/up.sql": SECOND},
        "the way back in 1 file is not run",
        None,
    ),
}


@pytest.mark.parametrize("tool", TOOLS)
def test_ways_forth_are_run_in_their_order_and_ways_back_are_told(run: "Run", plain: Path, tool: str) -> None:
    files, told, new = TOOLS[tool]
    _write(plain, files)
    code, out, err = run("diff --check")
    assert (code, out) == (0, ""), err
    assert err.endswith("No schema changes found\n")
    assert err.count("not run") == bool(told)
    assert told is None or f"\nfrom: {told}\n" in err
    assert "skipped" not in err
    (plain / "schemas" / "02.sql").write_text("create table box (id integer);\n")
    if new is None:
        code, _, err = run("diff -f more")
        assert code == 2
        assert "a migration of this folder is more than one file" in err
        return
    assert run("diff -f more")[0] == 0
    name, head, tail = new
    [written] = (plain / "migrations").glob(name)
    text = written.read_text()
    assert text.startswith(head)
    assert text.endswith(tail)
    assert 'CREATE TABLE "public"."box"' in text
    code, _, err = run("diff --check")
    assert code == 0, err


def test_a_place_holds_where_only_a_part_is_run(refused: "Refused", plain: Path) -> None:
    _write(plain, {"1_a.sql": "-- +goose Down\ndrop table nowhere;\n-- +goose Up\n  create table t (a nothing);\n"})
    refused("diff", 'migrations/1_a.sql:4:21: type "nothing" does not exist')


def test_a_plan_that_names_no_script(refused: "Refused", plain: Path) -> None:
    _write(plain, {"sqitch.plan": "%project=x\n\nshelf 2026-01-01T00:00:00Z A <a@b.c>\n", "deploy/other.sql": FIRST})
    refused("diff", "sqitch.plan:3:1: the plan names", "deploy/shelf.sql, which is not there")


def test_names_that_tell_no_order_are_refused(refused: "Refused", plain: Path) -> None:
    _write(plain, {"shelf.sql": FIRST, "more.sql": SECOND})
    refused("diff", "the names of its files tell no order of migrations: more.sql, shelf.sql")


def test_a_folder_of_migrations_as_a_source(run: "Run", folder: Path) -> None:
    for name, text in (("1_a.up.sql", FIRST + SECOND), ("1_a.down.sql", "drop table shelf;\n")):
        (folder / "m").mkdir(exist_ok=True)
        (folder / "m" / name).write_text(text)
    (folder / "all.sql").write_text(SCHEMA)
    code, _, err = run("diff --check --from m --to all.sql")
    assert code == 0, err
    assert "the way back in 1 file is not run\n" in err


def test_what_the_cli_of_supabase_passes_over_stays_passed_over(run: "Run", folder: Path) -> None:
    for name, text in (
        ("schemas/a.sql", FIRST),
        ("migrations/10_a.sql", "create table box ();\n"),
        ("migrations/9_b.sql", f"drop table box;\n{FIRST}"),
        ("migrations/20250101.sql", "no sql\n"),
    ):
        path = folder / "supabase" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    code, _, err = run("diff --check")
    assert code == 0, err
    assert "supabase/migrations/20250101.sql is skipped" in err


def test_fix_functions_writes_the_way_back_as_it_was(run: "Run", plain: Path) -> None:
    back = "-- migrate:down\ndrop function f();\n"
    path = plain / "migrations" / "1_f.sql"
    path.write_text(f"-- migrate:up\ncreate function f() returns int language sql as 'select 1';\n{back}")
    code, _, err = run("fix-functions migrations/1_f.sql")
    assert code == 0, err
    text = path.read_text()
    assert text.startswith("-- migrate:up\nCREATE OR REPLACE FUNCTION")
    assert text.endswith(back)
    assert "the way back in 1 file is not run" in err
