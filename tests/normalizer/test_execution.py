"""Statements as they are run: by whom, in which database, and until when."""

import signal
import threading
from typing import TYPE_CHECKING

import pytest
from waiting import PATIENCE, asleep, until

from pgnorm.normalizer.files.reading import SourceFile
from pgnorm.normalizer.load.loader import load
from pgnorm.normalizer.load.pending import NeedsScratch
from pgnorm.normalizer.postgres.shadow import Shadow
from pgnorm.normalizer.sql.statements import Statement

if TYPE_CHECKING:
    from conftest import Loaded, Value


@pytest.mark.parametrize(
    "text",
    [
        "create type e as enum ('a'); commit; alter type e add value 'b'; create table t (e e default 'b')",
        "create procedure p() language plpgsql as 'begin commit; end'; call p()",
        "create table t (id int primary key, r int references t deferrable initially deferred);"
        "insert into t values (1, 1); alter table t add column x int",
        "discard all; create table t ()",
    ],
)
def test_what_one_transaction_cannot_hold_asks_for_a_scratch_database(loaded: "Loaded", text: str) -> None:
    before = "create type e2 as enum ('a');"
    with (
        pytest.raises(NeedsScratch) as reason,
        loaded(before, "alter type e2 add value 'c';" + text + ";select 'c'::e2", kind="migrations"),
    ):
        pass
    assert reason.value.place.startswith("2.sql:")
    with loaded(before, "alter type e2 add value 'c';" + text + ";select 'c'::e2", kind="migrations", scratch=True):
        pass


def test_temporary_tables_of_one_name_in_two_files(loaded: "Loaded", value: "Value") -> None:
    text = "create temporary table x on commit drop as select 1 as a; create or replace view v as select 1 as one"
    with pytest.raises(NeedsScratch), loaded(text, text):
        pass
    with loaded(text, text, scratch=True) as (connection, _):
        assert value(connection, "select one from v") == 1


def test_the_owner_is_made_and_owns(loaded: "Loaded", value: "Value") -> None:
    with loaded("create table t (); reset role; create table u ()", owner="pgnorm_alice") as (connection, _):
        assert value(
            connection, "select array_agg(distinct tableowner::text) from pg_tables where schemaname = 'public'"
        ) == ["pgnorm_alice"]
        assert value(connection, "select current_user") != "pgnorm_alice"


def test_statements_are_told_as_soon_as_they_ran(shadow: Shadow, value: "Value") -> None:
    first = "create or replace function f(a int default g()) returns int return 1"
    second = (
        "create or replace function f(a int) returns int return 2; create function g() returns int return 0; select 1"
    )
    seen: list[tuple[str, object]] = []
    with shadow.session() as session:

        def tell(source: SourceFile, statement: Statement) -> None:
            count = value(
                session.connection,
                "select array_agg(pg_get_functiondef(oid) ~ 'RETURN 1$') from pg_proc where proname = 'f'",
            )
            seen.append((source.place(statement.start), count))

        load(session.connection, _files(first, second), kind="declared", transaction=True, on_statement=tell)
    assert [place for place, _ in seen] == ["2.sql:1:1", "2.sql:1:59", "1.sql:1:1", "2.sql:1:101"]


def test_an_interrupt_ends_a_load_and_its_statement(shadow: Shadow) -> None:
    with shadow.session() as session:
        info = session.connection.info
        address = f"host={info.host} port={info.port} user={info.user} dbname={info.dbname}"

        def interrupt() -> None:
            until(lambda: asleep(address))
            signal.raise_signal(signal.SIGINT)

        thread = threading.Thread(target=interrupt)
        with pytest.raises(KeyboardInterrupt):
            thread.start()
            load(session.connection, _files(f"select pg_sleep({PATIENCE})"), kind="declared", transaction=True)
        thread.join()


def _files(*texts: str) -> list[SourceFile]:
    return [SourceFile(path=None, label=f"{number}.sql", text=text) for number, text in enumerate(texts, 1)]
