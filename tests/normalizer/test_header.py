"""What the author's text of a routine says beside its body."""

import pytest

from pgnorm.normalizer.rewrite.header import Header, header_of
from pgnorm.normalizer.sql.statements import split


def header(sql: str) -> Header:
    found = header_of(sql, split(sql)[0])
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("sql", "keyword", "replaces"),
    [
        ("create function f() returns int as ''", "FUNCTION", False),
        ("create /* a */ or -- b\n replace procedure p() as ''", "PROCEDURE", True),
        ("CREATE AGGREGATE a(int) (sfunc = f)", "AGGREGATE", False),
    ],
)
def test_the_wording_is_seen(sql: str, keyword: str, replaces: bool) -> None:
    found = header(sql)
    assert (found.keyword, found.replaces) == (keyword, replaces)


@pytest.mark.parametrize(
    "sql", ["create table function (a int)", "drop function f()", 'create "FUNCTION" f', "alter function f() stable"]
)
def test_other_statements_have_none(sql: str) -> None:
    assert header_of(sql, split(sql)[0]) is None


def test_comments_are_those_of_the_header_or_of_a_parsed_body() -> None:
    found = header(
        "create function f(a int /* 1 */) returns int -- 2\n as $$ -- no\n $$ /* 3 */ language sql -- 4\n;-- no"
    )
    assert found.comments == ("/* 1 */", "-- 2", "/* 3 */", "-- 4")
    assert found.body_comments == ()
    sql = "create function f() returns int -- 1\n begin /* 2 */ atomic select 1; -- 3\n end -- 4\n;"
    found = header(sql)
    assert found.comments == ("-- 1",)
    assert [sql[start : start + 4] for start in found.body_comments] == ["/* 2", "-- 3", "-- 4"]
    found = header("create function return(a int default 1) returns return /* 1 */ return /* 2 */ 1;")
    assert (found.comments, len(found.body_comments)) == (("/* 1 */",), 1)


@pytest.mark.parametrize(
    ("arguments", "dropped"),
    [
        ("a varchar(10), b numeric(5,2)", ("varchar(10)", "numeric(5,2)")),
        ("a character varying (3), b bit varying(3)", ("character varying (3)", "bit varying(3)")),
        ("a timestamp(3) with time zone", ("timestamp(3)",)),
        ("a interval year to month, b interval(2)", ("interval year", "interval(2)")),
        ("a int[3], b char(2)[4]", ("int[3]", "char(2)", "[4]")),
        ("a s.t.c%type, b t.c % TYPE", ("s.t.c%type", "t.c % TYPE")),
        ("a int default round(1.5, 2), b text = 'x'::varchar(3), c int[]='{}'", ()),
        ('a int[], b text[][], variadic c "char"[]', ()),
        ("", ()),
    ],
)
def test_what_postgres_does_not_store_is_named(arguments: str, dropped: tuple[str, ...]) -> None:
    assert header(f"create function f({arguments}) returns int language sql as 'select 1'").dropped == dropped


def test_results_and_settings_lose_too() -> None:
    sql = "create function f() returns table (a numeric(4), b t.c%type) cost 10 set search_path from current as ''"
    assert header(sql).dropped == ("numeric(4)", "t.c%type", "set search_path from current")
    assert header("create aggregate a (varchar(3)) (sfunc = f, stype = numeric(3))").dropped == (
        "varchar(3)",
        "numeric(3)",
    )
    assert header("create procedure p(a int) set a.b from current as ''").dropped == ("set a.b from current",)
