"""Names of functions and operators that deparsed SQL gives without their schema, and the text with their schema."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from .lexer import Token, tokens

IMPLIED: Final = frozenset({"=", "<>"})
"""The operators that an expression may use without naming them."""
_OPERATOR: Final = frozenset("+-*/<>=~!@#%^&|`?")
_ALIASED: Final = frozenset({"AS", "WITH", "RECURSIVE", "ORDINALITY"})
"""The words before a name with columns: `WITH "found"("id") AS …`."""
_ASSIGNING: Final = frozenset({"SET", "WITH"})
"""The words before parentheses in which `=` gives an option its value."""
_OPTIONS_ONLY: Final = re.compile("(CREATE|CREATE OR REPLACE|ALTER) (AGGREGATE|COLLATION|OPERATOR|TEXT SEARCH|TYPE) ")


def bare_names(sql: str) -> Iterator[str]:
    """Names of what it calls, and of the operators in it; `=` and `<>` where an expression implies them."""
    found = list(tokens(sql))
    yield from (token.name for token in _bare(sql, found))
    if _implies_operators(found):
        yield from sorted(IMPLIED)


def qualified(sql: str, names: Collection[str], *, rows: bool = True) -> str:
    """The text with the schema of Postgres' own ahead of those of `names` that have none; without `rows`, not of
    operators between rows, whose columns may need different ones. What an expression implies has no place for it."""
    if not any(name in sql for name in names):
        return sql
    found = list(tokens(sql))
    kept = () if rows else [found[place + 1].start for place in ends_of_rows(found[:-1])]
    text, position = "", 0
    for token in _bare(sql, found):
        if token.name in names and token.start not in kept:
            name = f'"pg_catalog".{token.text}'
            text += sql[position : token.start] + (name if token.text.startswith('"') else f"OPERATOR({name})")
            position = token.end
    return text + sql[position:]


def has_only_options(sql: str) -> bool:
    """True if a statement has options and no expression."""
    return _OPTIONS_ONLY.match(sql) is not None


def _bare(sql: str, split: Sequence[Token]) -> Iterator[Token]:
    """The names without a schema of functions that it calls, and its operators: ruleutils.c puts a space at each side
    of these, and parentheses around all of an expression."""
    found = list(_pieces(split))
    ends = _parentheses(found)
    options = has_only_options(sql)
    assigning = [False]
    for place, token in enumerate(found):
        before = found[place - 1] if place else None
        if token.text == "(":
            assigning.append(before is not None and before.keyword in _ASSIGNING)
        elif token.text == ")" and assigning[1:]:
            assigning.pop()
        elif token.keyword == "SET":
            assigning[-1] = True
        elif before is None or before.text == ".":
            continue
        elif token.text.startswith('"'):
            if _is_value(found, place) if options else _is_called(found, place, ends):
                yield token
        elif not (options or (token.text == "=" and assigning[-1])) and _is_operator(found, place):
            yield token


def _parentheses(found: Sequence[Token]) -> Mapping[int, int]:
    """The place of the parenthesis that belongs to the one at a place."""
    opened: list[int] = []
    ends: dict[int, int] = {}
    for place, token in enumerate(found):
        if token.text == "(":
            opened.append(place)
        elif token.text == ")" and opened:
            ends[place] = opened.pop()
            ends[ends[place]] = place
    return ends


def _is_called(found: Sequence[Token], place: int, ends: Mapping[int, int]) -> bool:
    """True if the arguments of a call follow, and not the columns of an alias."""
    before, words = found[place - 1], [token.keyword for token in found[place + 1 : place + 2]]
    if words != ["("] or found[place + 1].start != found[place].end:
        return False
    if before.text == ")":  # an alias, but for `DISTINCT ON ("id") "lower"("a")` and `OPERATOR("ext".@>) "lower"("a")`
        start = ends.get(place - 1, 0)
        words = [token.keyword for token in found[max(start - 2, 0) : start]]
        return words == ["DISTINCT", "ON"] or words[1:] == ["OPERATOR"]
    if before.text == ",":  # `WITH "a" AS (…), "lower"("id") AS (…)`
        end = ends.get(place + 1, place)
        words = [token.keyword for token in found[end + 1 : end + 3]]
        return words[:1] != ["AS"] or words[1:] not in (["("], ["MATERIALIZED"], ["NOT"])
    return not (before.text[0] in "\"'" or before.keyword in _ALIASED)


def _is_operator(found: Sequence[Token], place: int) -> bool:
    """True if it is none of `"count"(*)`, `INCREMENT BY -1`, `"fillfactor"='70'`."""
    before, token = found[place - 1], found[place]
    if not _OPERATOR.issuperset(token.text):
        return False
    closing = {",", ")"} if before.keyword in {"WITH", "USING"} else ()
    if any(each.text not in closing for each in found[place + 1 : place + 2] if each.start == token.end):
        return False
    return before.end < token.start or before.text == "("


def _is_value(found: Sequence[Token], place: int) -> bool:
    """True if it is an option's, without a schema: `SFUNC = "array_append"`."""
    return found[place - 1].text == "=" and [token.text for token in found[place + 1 : place + 2]] != ["."]


def _pieces(found: Iterable[Token]) -> Iterator[Token]:
    """The tokens, those of one operator (`->`) together."""
    last: Token | None = None
    for token in found:
        if last is not None and last.end == token.start and _OPERATOR.issuperset(last.text + token.text):
            last = last.evolve(text=last.text + token.text)
            continue
        if last is not None:
            yield last
        last = token
    if last is not None:
        yield last


def implies_operators(sql: str) -> bool:
    """True if a text has an expression that uses an operator without naming it (ruleutils.c, get_rule_expr)."""
    return _implies_operators(list(tokens(sql)))


def _implies_operators(found: list[Token]) -> bool:
    words = {token.keyword for token in found if token.word}
    return not words.isdisjoint({"NULLIF", "NATURAL"}) or {"JOIN", "USING"} <= words or any(_pairs(found))


def _pairs(found: list[Token]) -> Iterator[bool]:
    for token, following in pairwise(found):
        # That of `FOR VALUES IN (…)` and `PROCEDURE "p"(IN "a" integer)` is another.
        yield following.keyword == "IN" and token.keyword not in {"VALUES", "(", ","}
        if token.word:
            yield token.keyword == "DISTINCT" and following.keyword == "FROM"
            yield token.keyword == "CASE" and following.keyword != "WHEN"
            yield token.keyword == "ROW" and following.text == "("


def calls_with_schema(sql: str) -> bool:
    """True if a text calls a function, or names an operator, of another schema than pg_catalog."""
    found = list(_pieces(tokens(sql)))
    for place, token in enumerate(found[:-2]):
        if token.text == "." and found[place - 1].name != "pg_catalog":
            follows = found[place + 2]
            if _OPERATOR.issuperset(found[place + 1].text) or (
                follows.text == "(" and follows.start == found[place + 1].end
            ):
                return True
    return False


def ends_of_rows(found: Sequence[Token]) -> Iterator[int]:
    """The places of the parentheses that end rows: what is in them has a comma, and no name of a function is before."""
    opened: list[tuple[bool, bool]] = []
    for place, token in enumerate(found):
        if token.text == "(":
            before = found[place - 1] if place else None
            opened.append((before is None or not _calls(before), False))
        elif token.text == "," and opened:
            opened[-1] = (opened[-1][0], True)
        elif token.text == ")" and opened and all(opened.pop()):
            yield place


def _calls(token: Token) -> bool:
    """True if a parenthesis behind it begins a list of arguments, or of columns."""
    return token.text.startswith('"') or (token.word and token.keyword not in _BEFORE_EXPRESSIONS)


_BEFORE_EXPRESSIONS: Final = frozenset(
    {"ALL", "AND", "ANY", "CASE", "CHECK", "ELSE", "FILTER", "HAVING", "NOT", "ON", "OR", "ROW", "SELECT", "THEN"}
    | {"USING", "VALUES", "WHEN", "WHERE"}
)
