"""What was defined later is not overwritten by what had to wait."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Loaded, Value


def test_a_later_definition_is_not_overwritten(loaded: "Loaded", value: "Value") -> None:
    first = "create or replace function f(a int default g()) returns int return 1"
    second = "create or replace function f(a int) returns int return 2; create function f(a text) returns int return 3"
    with loaded(first, second, "create function g() returns int return 0") as (connection, report):
        assert value(connection, "select array_agg(prosrc || pronargdefaults) from pg_proc where proname = 'f'") == [
            "0",
            "0",
        ]
        assert value(connection, "select f(5)") == 2
        assert [note.message for note in report.notes] == ["left out: a later statement defines it anew"]


def test_an_overload_that_waited_is_no_overwriting(loaded: "Loaded", value: "Value") -> None:
    first = "create or replace function f(a int, b t default null) returns int return 1"
    second = "create or replace function f(a int) returns int return 2; create table t ()"
    with loaded(first, second) as (connection, _):
        assert value(connection, "select count(*)::int from pg_proc where proname = 'f'") == 2


@pytest.mark.parametrize(
    "between", ["create or replace view v as select 2 as x", "drop view if exists v; create view v as select 2 as x"]
)
def test_a_view_defined_anew_wins_over_one_that_waited(loaded: "Loaded", value: "Value", between: str) -> None:
    with loaded("create or replace view v as select 1 as x from t", between, "create table t ()") as (
        connection,
        _,
    ):
        assert value(connection, "select x from v") == 2
