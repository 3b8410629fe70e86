"""Errors of a load: their cause and their place."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Failure

BOTH = pytest.mark.parametrize("scratch", [False, True])


def test_what_drops_something_missing_does_not_wait(failure: "Failure") -> None:
    error = failure("drop function f()", "create function f() returns int return 1")
    assert (error.place, error.message.splitlines()[0]) == ("1.sql:1:1", "function f() does not exist")


def test_the_cause_is_reported_and_not_its_cascade(failure: "Failure") -> None:
    texts = (
        "grant select on v to public;\ncreate view v as\n  select id, now()\n  from t;",
        "create table t (id int,\n  m mod);\ncreate index on t (id);",
    )
    error = failure(*texts)
    assert error.place == "2.sql:2:5"
    assert error.message.splitlines() == [
        'type "mod" does not exist',
        "     1 | create table t (id int,",
        "     2 |   m mod);",
        "       |     ^",
    ]


@BOTH
@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("select 1;\n\n  create tabel t ();", "1.sql:3:10", 'syntax error at or near "tabel"'),
        ("create table t (a int,\r\n  é nope.x)", "1.sql:2:5", 'schema "nope" does not exist'),
        ("create table t ();\ncreate table t ()", "1.sql:2:1", 'relation "t" already exists'),
        ("select 1 \\gexec", "1.sql:1:10", 'syntax error at or near "\\"'),
        ("select 1;\n  \\i other.sql\n", "1.sql:2:3", "\\i stands for another file, and only psql follows it"),
        ("\\ir 'a b.sql'", "1.sql:1:1", "\\ir stands for another file, and only psql follows it"),
        ("select 1;\n\\gexec", "1.sql:2:1", "\\gexec stands for what a query answers, and only psql runs that"),
        ("select E'\\u12'", "1.sql:1:10", "invalid Unicode escape"),
        ("-- a\n /* b", "1.sql:2:2", "unterminated comment"),
        ("do $$ begin raise 'no' using detail = 'why', hint = 'so'; end $$", "1.sql:1:1", "no"),
    ],
)  # fmt: skip
def test_errors_have_their_place(failure: "Failure", text: str, place: str, message: str, scratch: bool) -> None:
    error = failure(text, scratch=scratch)
    assert (error.place, error.message.splitlines()[0]) == (place, message)
    if message == "no":
        assert error.message.splitlines()[1] == "DETAIL: why"
        assert error.hint == "so"


def test_a_lost_connection_is_told_with_its_place(failure: "Failure") -> None:
    error = failure("\nselect pg_terminate_backend(pg_backend_pid())")
    assert error.place == "1.sql:2:1"
    assert error.message.startswith("the server ended the connection")
