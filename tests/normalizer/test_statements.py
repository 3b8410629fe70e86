"""Splitting SQL text into statements."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pglast.parser import ParseError, scan

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.sql.statements import comments, split

ONE_STATEMENT = [
    "select ';', E'\\';', \";\", $$;$$, $a$;$$;$a$, U&';', b';'",
    "select 'it''s;', \"a\"\";b\"",
    "select E'a'\n  '\\';'",
    "select E'a' -- ;\n '\\';'",
    "select /* ; /* ; */ ; */ 1 -- ;\n + 1",
    "select a$b$ , c$b$",
    "select $1$a$;$a$",
    "select 1 as début$ü$, $ü$;$ü$",
    "create rule r as on insert to t do also (insert into u values (1); delete from v; )",
    "create function f() returns int begin atomic select 1; select case when true then 2 end; select 3; end",
    "create or replace /* x */ procedure p() begin atomic insert into t select 1 as end; end",
    "create function f(a int) returns int language sql begin /* c */ atomic select (case a when 1 then 2 end); end",
    "create function begin() returns int as 'select 1' language sql",
    "create function f() returns text as $$ begin; end; $$ language plpgsql",
    "grant select on t to :'role'",
    "select 1 \\g x",
    "select 1-1/2, 1.5e3, 0x1F, x'1F' operator(pg_catalog.*) 2",
]


@pytest.mark.parametrize("text", ONE_STATEMENT)
def test_one_statement_stays_one(text: str) -> None:
    whole = f"-- before ;\n{text} ;\n/* ; */ select 2"
    first, second = split(whole)
    assert first.text == whole[first.start : first.end] == text
    assert whole[first.end : first.stop] == " ;"
    assert (second.text, second.end, second.stop) == ("select 2", len(whole), len(whole))


def test_spans_are_in_characters_and_empty_statements_are_none() -> None:
    text = "\ufeff;; select '🐘' ; ;\r\n-- end"
    (statement,) = split(text[1:])
    assert text[1:][statement.start : statement.stop] == "select '🐘' ;"
    assert split(" -- nothing\n;") == ()


def test_words_are_upper_case_unless_quoted() -> None:
    (statement,) = split('create /* or */ table if NOT exists "Public"."a""b" (c$1 int, é numeric(10, 0x1f))')
    assert statement.words == ("CREATE", "TABLE", "IF", "NOT", "EXISTS", '"Public"', '"a""b"', "C$1")
    assert statement.begins("CREATE", "TABLE")
    assert not statement.begins("CREATE", "VIEW")


def test_a_statement_without_semicolon_ends_with_its_last_token() -> None:
    (statement,) = split("select 1 -- one\n/* two */\n")
    assert (statement.text, statement.stop) == ("select 1", 8)


def test_lines_for_psql_are_statements_of_their_own() -> None:
    text = "\\restrict it's\r\nselect 1;\n\\connect db\n\\if\nselect 2;\n  \\unrestrict it's"
    found = split(text)
    assert [(one.text, one.psql) for one in found] == [
        ("\\restrict it's", True),
        ("select 1", False),
        ("\\connect db", True),
        ("\\if", True),
        ("select 2", False),
        ("\\unrestrict it's", True),
    ]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_data_of_a_copy_is_a_statement_of_its_own(line_end: str) -> None:
    lines = ["copy public.t (a, b) from", "stdin with (format csv);", "it's;1", "\\.x", "\\.", "select 1;"]
    copy, data, last = split(line_end.join(lines))
    assert (copy.words[:1], copy.copy_data) == (("COPY",), False)
    assert (data.text.split(line_end), data.copy_data) == (["it's;1", "\\.x", "\\."], True)
    assert last.text == "select 1"


def test_a_copy_without_data_lines_and_other_copies_take_nothing() -> None:
    assert len(split("copy t from 'f';\nselect 1;")) == 2
    assert len(split("copy (select 1) to stdout;\nselect 1;")) == 2
    assert len(split("copy t from stdin")) == 1
    unfinished = split("copy t from stdin;\n1\n2\n")
    assert unfinished[-1].text == "1\n2\n"
    assert [one.text for one in split("\\copy t from stdin\n1\n\\.\nselect 1")][1:] == ["1\n\\.", "select 1"]


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("select 1;\n  'it''s;", "a.sql:2:3", "string literal"),
        ("select E'\\'", "a.sql:1:8", "string literal"),
        ('select "a""', "a.sql:1:8", "quoted identifier"),
        ("\n/* /* */", "a.sql:2:1", "comment"),
        ("é $a$ $$", "a.sql:1:3", "dollar-quoted string"),
    ],
)
def test_what_never_ends_is_refused_at_its_start(text: str, place: str, what: str) -> None:
    with pytest.raises(PgnormError) as error:
        split(text, label="a.sql")
    assert (error.value.place, error.value.message) == (place, f"unterminated {what}")


def test_comments_are_found_outside_of_literals() -> None:
    text = "-- a\r\ncreate function f(/* b /* */ */ a int) as $$ -- no\n $$ language sql -- c\n;/* d */"
    found = [text[one.start : one.end] for one in comments(text)]
    assert found == ["-- a", "/* b /* */ */", "-- c", "/* d */"]
    (statement,) = split(text)
    inside = [text[one.start : one.end] for one in comments(text, statement.start, statement.stop)]
    assert inside == ["/* b /* */ */", "-- c"]


PIECES = [
    *("'a'", "'it''s;'", "E'\\';'", "e'\\\\'", "E'a'\n'\\';'", "U&'\\0061'", "x'1F'", "n'x'", "'", "\\"),
    *('"a;""b"', 'U&"a"', "$$;$$", "$a$;$b$;$a$", "$1", "a$b$", "$", "/* ; /* ; */ */", "/*;*/", "-- ;\n", "--\n"),
    *("(", ")", ";", "\n", " ", "::", "<", "@", "-", "/", "*", "a", "é", "1", "1a", "1.5e3", "case", "end", "\f"),
]


@example("'a'-- ;\n'a'")
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_spans_are_those_of_the_lexer_of_postgres(text: str) -> None:
    try:
        tokens = [(one.start, one.end + 1, one.name) for one in scan(text)]
    except ParseError:
        return
    if "\\" in {text[start:end] for start, end, _ in tokens}:
        return
    spans: list[list[int]] = []
    depth, fresh = 0, True
    for start, end, name in tokens:
        if name in ("SQL_COMMENT", "C_COMMENT"):
            continue
        depth = max(0, depth + {"ASCII_40": 1, "ASCII_41": -1}.get(name, 0))
        if name == "ASCII_59" and not depth:
            fresh = True
            continue
        if fresh:
            spans.append([start, end])
        spans[-1][1] = end
        fresh = False
    assert [[one.start, one.end] for one in split(text)] == spans
    found = [(start, end) for start, end, name in tokens if name in ("SQL_COMMENT", "C_COMMENT")]
    # A literal may go on behind a comment: for Postgres that is one token, for whoever keeps comments it is none.
    literals = [(start, end) for start, end, name in tokens if name == "SCONST"]
    ours = [(one.start, one.end) for one in comments(text)]
    assert [one for one in ours if not any(start < one[0] < end for start, end in literals)] == found


def test_comments_are_found_between_the_parts_of_a_literal() -> None:
    text = "select E'\\' -- no' -- a\n -- b\n 'c\\' -- no', 'd' -- e\n 'f'"
    assert [text[one.start : one.end] for one in comments(text)] == ["-- a", "-- b", "-- e"]


def test_a_backslash_that_a_setting_makes_an_escape_is_refused_at_its_place() -> None:
    off = "set standard_conforming_strings = off;\n"
    for literal in ("'it\\'s'", "'a\\\\b'", "n'\\'"):
        with pytest.raises(PgnormError, match="backslash") as raised:
            split(f"{off}select 1, {literal};", label="a.sql")
        assert raised.value.place == "a.sql:2:11"
    for text in ("select 'a', E'\\'', $$\\$$;", "set standard_conforming_strings to on;\nselect '\\';"):
        assert len(split(f"{off}{text}")) == text.count(";") + 1
    assert len(split("set standard_conforming_strings = 'on';\nselect '\\';")) == 2
    assert len(split(f"{off}reset standard_conforming_strings;\nselect '\\';")) == 3
