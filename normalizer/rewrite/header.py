"""The author's text of a routine beside its body: comments, wording, and what Postgres does not store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from pgnorm.catalog.model import Value

from ..sql.lexer import Token, tokens
from ..sql.statements import Statement, comments

_TYPE_ENDS: Final = frozenset(
    {"LANGUAGE", "TRANSFORM", "WINDOW", "IMMUTABLE", "STABLE", "VOLATILE", "LEAKPROOF", "CALLED", "STRICT"}
    | {"SECURITY", "EXTERNAL", "PARALLEL", "COST", "ROWS", "SUPPORT", "SET", "AS", "RETURN", "BEGIN", "NOT"}
)
_INTERVAL_FIELDS: Final = frozenset({"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"})
_CLOSING: Final = {"(": ")", "[": "]"}
_SECOND_WORDS: Final = frozenset({"VARYING", "PRECISION"})


class Header(Value):
    """A CREATE FUNCTION, PROCEDURE or AGGREGATE statement without its body. Spans are offsets in the file's text."""

    keyword: str
    """FUNCTION, PROCEDURE or AGGREGATE."""
    replaces: bool
    """True if it says OR REPLACE."""
    comments: tuple[str, ...]
    """The comments outside the body, up to the semicolon."""
    body_comments: tuple[int, ...]
    """Offsets of the comments inside a BEGIN ATOMIC or RETURN body, which is stored without them."""
    dropped: tuple[str, ...]
    """Words of the statement that Postgres does not store: `%TYPE`, type modifiers, FROM CURRENT."""


def header_of(text: str, statement: Statement) -> Header | None:
    """The header of a statement of `text` that makes a routine, None for any other statement."""
    if not statement.begins("CREATE"):
        return None
    replaces = statement.begins("CREATE", "OR", "REPLACE")
    keyword = next(iter(statement.words[3 if replaces else 1 :]), "")
    if keyword not in ("FUNCTION", "PROCEDURE", "AGGREGATE"):
        return None
    found = list(tokens(statement.text))
    depths = list(_depths(found))
    body = _sql_body(found, depths)
    body_start = statement.start + found[body].start if body is not None else statement.stop
    all_comments = comments(text, statement.start, statement.stop)
    return Header(
        keyword=keyword,
        replaces=replaces,
        comments=tuple(text[one.start : one.end] for one in all_comments if one.start < body_start),
        body_comments=tuple(one.start for one in all_comments if one.start > body_start),
        dropped=tuple(dict.fromkeys(_dropped(statement.text, found, depths, keyword))),
    )


def _depths(found: Sequence[Token]) -> Iterator[int]:
    depth = 0
    for token in found:
        depth -= token.text == ")"
        yield depth
        depth += token.text == "("


def _sql_body(found: Sequence[Token], depths: Sequence[int]) -> int | None:
    """The index of the first token of a BEGIN ATOMIC or RETURN body, which is the last clause."""
    opening = next((index for index, token in enumerate(found) if token.text == "("), len(found))
    for index in range(opening + 1, len(found) - 1):
        if depths[index] or found[index - 1].keyword in ("RETURNS", ".", "SETOF"):
            continue
        if found[index].keyword == "RETURN":
            return index
        if found[index].keyword == "BEGIN" and found[index + 1].keyword == "ATOMIC":
            return index
    return None


def _dropped(text: str, found: Sequence[Token], depths: Sequence[int], keyword: str) -> Iterator[str]:
    for first, last in _types(found, depths, keyword):
        yield from _lost_of_type(text, found[first:last])
    for index, token in enumerate(found[:-3]):
        if token.keyword == "SET" and not depths[index]:
            for there in range(index + 2, min(index + 5, len(found) - 1)):
                if found[there].keyword == "FROM" and found[there + 1].keyword == "CURRENT":
                    yield text[token.start : found[there + 1].end]


def _types(found: Sequence[Token], depths: Sequence[int], keyword: str) -> Iterator[tuple[int, int]]:
    """The stretches of tokens that hold types: each argument without its default, and what follows RETURNS."""
    opening = next((index for index, token in enumerate(found) if token.text == "("), None)
    if opening is None:
        return
    closing = next((at for at in range(opening + 1, len(found)) if found[at].text == ")" and not depths[at]), None)
    if closing is None:
        return
    start = opening + 1
    for index in range(start, closing + 1):
        if index == closing or (found[index].text == "," and depths[index] == 1):
            yield start, next((at for at in range(start, index) if _begins_default(found[at], depths[at])), index)
            start = index + 1
    if keyword == "AGGREGATE":
        yield closing + 2, len(found)
    elif closing + 1 < len(found) and found[closing + 1].keyword == "RETURNS":
        ends = (at for at in range(closing + 2, len(found)) if not depths[at] and found[at].keyword in _TYPE_ENDS)
        yield closing + 2, next(ends, len(found))


def _begins_default(token: Token, depth: int) -> bool:
    operator = not token.word and token.text[0] not in "'\"$" and "=" in token.text
    return depth == 1 and (token.keyword == "DEFAULT" or operator)


def _lost_of_type(text: str, found: Sequence[Token]) -> Iterator[str]:
    """Type modifiers, array bounds, fields of an interval and %TYPE among the tokens of types."""
    for index, (token, following) in enumerate(pairwise(found)):
        if token.text[-1] in _CLOSING and following.text[0].isdigit() and index:
            closing = _CLOSING[token.text[-1]]
            ends = (one.start + one.text.index(closing) + 1 for one in found[index + 1 :] if closing in one.text)
            before = index - 2 if index > 1 and found[index - 1].keyword in _SECOND_WORDS else index - 1
            start = found[before].start if found[before].text != ")" else token.end - 1
            yield text[start : next(ends, following.end)]
        elif token.keyword == "INTERVAL" and following.keyword in _INTERVAL_FIELDS:
            yield text[token.start : following.end]
        elif token.text == "%" and following.keyword == "TYPE":
            start = index - 1
            while start >= 2 and found[start - 1].text == ".":
                start -= 2
            yield text[found[max(start, 0)].start : following.end]
