"""Whether materialized views hold rows: an attribute of theirs, which a dump does not tell."""

from pathlib import Path
from typing import Final

import psycopg
import pytest
from addresses import address
from judge import carry_out

from pgnorm.normalizer.comparing import compare
from pgnorm.normalizer.comparison import Comparison, Options
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.project.sources import parse
from pgnorm.normalizer.proof.pg_dump import dumped
from pgnorm.normalizer.workspace import Workspace

TABLE: Final = "create table t (a int); insert into t values (7); create view v as select a from t;"
FIRST: Final = f"{TABLE} create materialized view m as select a from t;"
SECOND: Final = "create materialized view m2 as select a from m;"


def _compared(old: str, new: str) -> Comparison:
    with Workspace(None, tell=lambda _level, _message: None) as workspace:
        return compare(workspace, parse(old, None), parse(new, None), Options())


def _apply(connection: psycopg.Connection, found: Comparison) -> None:
    assert found.unproved is None
    carry_out(connection, found.plan)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (FIRST, FIRST + SECOND),
        (FIRST + SECOND, FIRST + SECOND.replace("select a", "select a + 1 as a")),
        (
            f"{FIRST} create view w as select a from m; create materialized view m2 as select a from w;",
            f"{FIRST} create view w as select a from m where a > 0; create materialized view m2 as select a from w;",
        ),
        (FIRST + SECOND, FIRST.replace("a int", "a bigint") + SECOND),
    ],
    ids=["added", "changed", "changed by a view", "changed by a column"],
)
def test_what_reads_a_materialized_view_of_a_live_database(
    database: psycopg.Connection, tmp_path: Path, before: str, after: str
) -> None:
    database.execute(before.encode())
    goal = tmp_path / "goal.sql"
    goal.write_text(after)
    _apply(database, _compared(address(database), str(goal)))
    assert database.execute("select count(*) from m2").fetchone() == (1,)
    assert not _compared(address(database), str(goal)).plan


def test_what_a_dump_makes_empty_is_filled_if_new_and_else_left_as_it_is(
    shadow: Shadow, database: psycopg.Connection, tmp_path: Path
) -> None:
    database.execute(f"{FIRST}{SECOND} create materialized view empty as select a from t with no data".encode())
    assert shadow.binaries is not None
    dump = tmp_path / "dump.sql"
    dump.write_text(dumped(database, shadow.binaries.bindir / "pg_dump"))
    assert "WITH NO DATA" in dump.read_text()
    assert not _compared(address(database), str(dump)).plan
    assert not _compared(str(dump), address(database)).plan
    by_hand = tmp_path / "by_hand.sql"
    by_hand.write_text(f"{FIRST}{SECOND} create materialized view empty as select a from t with no data;")
    assert not _compared(str(by_hand), str(dump)).plan
    table = tmp_path / "table.sql"
    table.write_text(TABLE)
    sql = "".join(_compared(str(table), str(dump)).plan.scripts())
    assert [line.split()[3] for line in sql.splitlines() if line.startswith("REFRESH")] == [
        '"public"."empty";',
        '"public"."m";',
        '"public"."m2";',
    ]


def test_what_is_made_anew_and_not_told_is_filled_as_it_was(
    shadow: Shadow, database: psycopg.Connection, tmp_path: Path
) -> None:
    empty = "create materialized view empty as select a from t with no data"
    database.execute(f"{FIRST.replace('a int', 'a bigint')}{empty}".encode())
    assert shadow.binaries is not None
    dump = tmp_path / "dump.sql"
    dump.write_text(dumped(database, shadow.binaries.bindir / "pg_dump"))
    database.execute(f"drop materialized view m, empty; drop view v; drop table t; {FIRST}{empty}".encode())
    _apply(database, _compared(address(database), str(dump)))
    filled = database.execute("select relname, relispopulated from pg_class where relkind = 'm' order by 1")
    assert filled.fetchall() == [("empty", False), ("m", True)]


def test_it_is_filled_or_emptied_where_it_stays(database: psycopg.Connection, tmp_path: Path) -> None:
    without = tmp_path / "without.sql"
    without.write_text(f"{TABLE} create materialized view m as select a from t with no data;")
    filled = tmp_path / "filled.sql"
    filled.write_text(FIRST)
    database.execute(FIRST.encode())
    _apply(database, _compared(address(database), str(without)))
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        database.execute("select from m")
    _apply(database, _compared(address(database), str(filled)))
    assert database.execute("select a from m").fetchall() == [(7,)]


def test_it_is_filled_after_all_that_a_function_reads(database: psycopg.Connection, tmp_path: Path) -> None:
    goal = tmp_path / "goal.sql"
    goal.write_text(
        "create table z (n int); create role pgnorm_keeper;"
        " create function most() returns int language plpgsql as 'begin return (select max(n) from public.z); end';"
        " create materialized view m as select public.most() as n;"
        " create materialized view mm as select n from m; alter materialized view m owner to pgnorm_keeper;"
    )
    empty = tmp_path / "empty.sql"
    empty.write_text("create role pgnorm_keeper;")
    database.execute("create role pgnorm_keeper")
    try:
        _apply(database, _compared(str(empty), str(goal)))
        assert database.execute("select n from mm").fetchall() == [(None,)]
    finally:
        database.execute("drop owned by pgnorm_keeper cascade; drop role pgnorm_keeper")


def test_what_needs_rows_to_be_filled_is_planned_all_the_same(database: psycopg.Connection, tmp_path: Path) -> None:
    old = tmp_path / "old.sql"
    old.write_text("create table t (a int);")
    database.execute(
        "create table t (a int); insert into t values (7);"
        " create materialized view m as select sum(a) / count(*) as mean from t;"
        " create materialized view n as select mean from m"
    )
    found = _compared(str(old), address(database))
    assert found.unproved is None
    assert "".join(found.plan.scripts()).count("REFRESH") == 2
    assert not _compared(address(database), address(database).replace("host=", " host=")).plan


@pytest.mark.parametrize(("first", "second"), [("a", "z"), ("z", "a")])
def test_one_that_reads_another_by_a_function_is_filled_after_it(
    database: psycopg.Connection, tmp_path: Path, first: str, second: str
) -> None:
    def declared(column: str, filled: str) -> str:
        return (
            f"create table t (x {column}); create materialized view {first} as select x from t;"
            " create function f() returns bigint language plpgsql as"
            f" $$ begin return (select count(*) from public.{first}); end $$;"
            f" create materialized view {second} as select public.f() as n, '{column}' as made;"
            f" create materialized view onto as select n from {second} {filled};"
        )

    old, new = tmp_path / "old.sql", tmp_path / "new.sql"
    old.write_text(declared("int", ""))
    new.write_text(declared("bigint", "with no data"))
    database.execute(f"{declared('int', '')} insert into t values (1)".encode())
    _apply(database, _compared(str(old), str(new)))
    assert database.execute(f"select n from {second}".encode()).fetchall() == [(1,)]
