"""Telling looks from meaning in function bodies."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pglast.parser import parse_plpgsql_json

from pgnorm.normalizer.compare import bodies
from pgnorm.normalizer.compare.bodies import Difference, classify

BODY = """
<<outer>>
declare
  n integer := 1;  -- a counter
  "Q" text default 'It''s  A';
begin
  for i in 1..10 loop
    n := n + f(a => i);
    if n <> 3 then raise exception 'N is %', n; elsif n > 4 then null; end if;
  end loop;
  execute 'Select  1';
  execute $x$ Select 1 -- c $x$;
  return n::integer;
end;
"""


def changed(*pairs: tuple[str, str]) -> str:
    text = BODY
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text


SAME_BUT = [
    (Difference.IDENTICAL, BODY),
    (Difference.LAYOUT, BODY.strip()),
    (Difference.LAYOUT, BODY.replace("\n", "\r\n")),
    (Difference.LAYOUT, BODY.replace("\n  ", "\n\t")),
    (Difference.LAYOUT, changed(("-- a counter", "--  a  counter  "))),
    (Difference.LAYOUT, changed(("n + f(a => i)", "n+f( a=>i )"), ("<<outer>>", "<< outer >>"))),
    (Difference.CASE, changed(("for i in", "FOR I IN"))),
    (Difference.CASE, changed(("for i in", "FOR  I IN"))),
    (Difference.SPELLING, changed(("n := n", "n = n"))),
    (Difference.SPELLING, changed(("n := n", "N = n"), ("for", "FOR"))),
    (Difference.SPELLING, changed((":= 1", "default 1"))),
    (Difference.SPELLING, changed((":= 1", "= 1"))),
    (Difference.SPELLING, changed(("default 'It", "= 'It"))),
    (Difference.SPELLING, changed(("n integer", "n INT"))),
    (Difference.SPELLING, changed(("n::integer", "n::int"))),
    (Difference.SPELLING, changed(("<>", "!="))),
    (Difference.SPELLING, changed(("elsif", "elseif"))),
    (Difference.SPELLING, changed(("raise exception", "raise"))),
    (Difference.SPELLING, changed(("a => i", "a := i"))),
    (Difference.SPELLING, changed(("\nend;", "\nend"))),
    (Difference.SPELLING, changed(("\nend;", "\nend outer;"))),
    (Difference.SPELLING, changed(("\nend;", "\nend outer"))),
    (Difference.COMMENTS, changed(("-- a counter", ""))),
    (Difference.COMMENTS, changed(("-- a counter", "-- A counter"))),
    (Difference.COMMENTS, changed(("-- a counter", "/* a counter */"))),
    (Difference.COMMENTS, changed(("\nend;", "\nEND /* outer */"))),
    (Difference.MEANING, changed(("-- a counter", "/*+ a counter */"))),
    (Difference.MEANING, changed(("\nend;", "\nend /*+ a */;"))),
    (Difference.MEANING, changed(("It''s  A", "It''s A"))),
    (Difference.MEANING, changed(("It''s  A", "it''s  A"))),
    (Difference.MEANING, changed(("It''s  A", "It''s\nA"))),
    (Difference.MEANING, changed(('"Q"', '"q"'))),
    (Difference.MEANING, changed(("Select  1", "select  1"))),
    (Difference.MEANING, changed(("-- c", ""))),
    (Difference.MEANING, changed(("$x$ Select", "$x$  Select"))),
    (Difference.MEANING, changed(("<> 3", "= 3"))),
    (Difference.MEANING, changed(("n > 4", "n := 4"))),
    (Difference.MEANING, changed(("n integer", "n bigint"))),
    (Difference.MEANING, changed(("raise exception", "raise notice"))),
    (Difference.MEANING, changed(("n + f", "n - f"))),
    (Difference.MEANING, changed(("return n", "return 'n"))),
]


@pytest.mark.parametrize(("difference", "body"), SAME_BUT)
def test_the_gravest_class_is_told(difference: Difference, body: str) -> None:
    assert classify("plpgsql", BODY, body) is difference
    assert classify("plpgsql", body, BODY) is difference
    assert difference.cosmetic == (difference.name in ("LAYOUT", "CASE", "SPELLING", "COMMENTS"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("begin a := b = c; end", "begin a := b := c; end"),
        ("begin f(a := 1); end", "begin f(a = 1); end"),
        ("begin select int from t; end", "begin select integer from t; end"),
        ("begin x := case when a then elseif end; end", "begin x := case when a then elsif end; end"),
        ("declare elseif int; begin null; end", "declare elsif int; begin null; end"),
        ("declare n int%type; begin null; end", "declare n integer%type; begin null; end"),
        ("declare c cursor for select default; begin null; end", "declare c cursor for select =; begin null; end"),
        ("begin elseif := 1; end", "begin elsif := 1; end"),
        ("begin raise exception; end", "begin raise; end"),
        ("begin x := case a when 1 then 2 end y; end", "begin x := case a when 1 then 2 end; end"),
        ("begin return 1 - -1; end", "begin return 1 --1;\n; end"),
        ("begin return a @ -1; end", "begin return a @- 1; end"),
        ("begin return 'a'\n 'b'; end", "begin return 'a' 'b'; end"),
        ("begin return É; end", "begin return é; end"),
        ("begin return int4 '1'; end", "begin return int '1'; end"),
        ("declare n bool; begin null; end", "declare n boolean; begin null; end"),
        ("begin null", "begin 'null"),
    ],
)
def test_what_is_not_provably_the_same_has_meaning(old: str, new: str) -> None:
    assert classify("plpgsql", old, new) is Difference.MEANING
    assert classify("plpgsql", new, old) is Difference.MEANING


def uncommented(body: str) -> str:
    return re.sub(r"--.*|/\*.*?\*/", "", body.replace(" -- c $x$", " $x$"))


@pytest.mark.parametrize("body", [body for difference, body in SAME_BUT if difference is not Difference.MEANING])
def test_words_alone_tell_no_difference_of_looks_for_one_of_meaning(body: str) -> None:
    assert classify("plpgsql", uncommented(BODY), uncommented(body)) < Difference.MEANING


def test_other_words_are_told_without_the_lexer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "_scan", lambda text: pytest.fail(f"{text} is scanned"))
    assert classify("sql", "select 1", "select 2") is Difference.MEANING
    assert classify("plpgsql", "begin return a; end", "begin return a + b; end") is Difference.MEANING


def test_sql_has_fewer_synonyms() -> None:
    assert classify("sql", "select a != b", "SELECT a <> b;;") is Difference.SPELLING
    assert classify("sql", "select a::int[]", "select a::integer[]") is Difference.SPELLING
    assert classify("sql", "select a::character varying(3)", "select a::varchar(3)") is Difference.SPELLING
    assert classify("sql", "select cast(a as int)", "select cast(a as integer)") is Difference.SPELLING
    assert classify("sql", "select int from t", "select integer from t") is Difference.MEANING
    assert classify("sql", "select 1 where a = b", "select 1 where a := b") is Difference.MEANING
    assert classify("sql", "select 1 -- one", "select 1") is Difference.COMMENTS


def test_every_byte_of_another_language_has_meaning() -> None:
    assert classify("plpython3u", "return 1", "return  1") is Difference.MEANING
    assert classify("plpython3u", "return 1", "return 1") is Difference.IDENTICAL


PARTS = st.sampled_from(
    [
        *("declare", "begin", "end", ";", "x", "y", "int", "integer", "char", "varying", "constant", ":=", "=", "=>"),
        *("default", "cast", "(", ")", "[", "]", "as", "::", "elsif", "elseif", "raise", "exception", "f", "using"),
        *("loop", "if", "then", "else", "!=", "<>", '"x"', "/*+ h */", "/* c */", "-- c\n", "timestamp", "without"),
        *("time", "zone", "<<l>>", "cursor", "for", "%", ".", "type", "É", "$1", "1"),
    ]
)


@given(st.lists(PARTS, max_size=30), st.sampled_from(["plpgsql", "sql"]), st.data())
def test_any_two_texts_have_one_class(parts: list[str], language: str, data: st.DataObject) -> None:
    text = " ".join(parts)
    other = " ".join(data.draw(st.permutations(parts)))
    assert classify(language, text, other) is classify(language, other, text)
    assert classify(language, text, text + " ") in (Difference.LAYOUT, Difference.IDENTICAL)
    assert classify(language, text, "\n".join(parts)) <= Difference.LAYOUT
    assert classify(language, text, text.upper()) <= Difference.CASE or '"' in text or "h" in text or "c" in text


def tree(body: str) -> object:
    quoted = "create function f() returns int language plpgsql as $body$" + body + "$body$"
    text = re.sub(r'"lineno":\s*\d+,?', "", parse_plpgsql_json(quoted))
    text = re.sub(r'("query": *"[\w\[\]]+) *:?= *', r"\1 := ", text)
    return json.loads(re.sub(r",\s*}", "}", text))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("declare n int := 1; begin n := 2; end", "declare n integer default 1; begin n = 2; end;"),
        ("declare n character varying(3); begin end", "declare n varchar(3); begin end"),
        ("<<l>> begin if a then return 1; elsif b then return 2; end if; end",) * 2,
        ("begin if a then null; elsif b then end if; end", "begin if a then null; elseif b then end if; end"),
        ("begin raise exception 'a'; end", "begin raise 'a'; end"),
        ("begin raise exception using message = 'a'; end", "begin raise using message := 'a'; end"),
        ("begin <<l>> loop exit; end loop l; end", "begin <<l>> loop exit; end loop; end"),
        ("declare x int[]; begin x[1] := 1; end", "declare x int[]; begin x[1] = 1; end"),
        ("declare n int; begin get diagnostics n = row_count; end",
         "declare n int; begin get diagnostics n := row_count; end"),
    ],
)  # fmt: skip
def test_postgres_reads_both_spellings_alike(old: str, new: str) -> None:
    assert classify("plpgsql", old, new) <= Difference.SPELLING
    assert tree(old) == tree(new)
