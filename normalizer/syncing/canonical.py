"""Canonical texts of objects put together otherwise, token by token: nothing that stands in a literal counts."""

from collections.abc import Sequence
from typing import Final

from ..sql.lexer import tokens
from ..sql.statements import split

_DEPTH: Final = {"(": 1, ")": -1}


def with_elements(text: str, clauses: Sequence[str]) -> str:
    """A CREATE TABLE with more elements at the end of its list, as it is where it has no list."""
    found = list(tokens(text))
    start = next((at for at, token in enumerate(found) if token.text == "("), len(found))
    if not clauses or any(token.keyword == "OF" for token in found[:start]):
        return text
    depth = 0
    for at in range(start, len(found)):
        depth += _DEPTH.get(found[at].text, 0)
        if depth == 0:
            last = found[at - 1]
            first = "," if at - 1 > start else ""
            return f"{text[: last.end]}{first}\n    {f',{chr(10)}    '.join(clauses)}\n{text[found[at].start :]}"
    return text


def added_clause(text: str) -> str:
    """The clause that an ALTER TABLE adds: what is behind its ADD."""
    statement = split(text)[0]
    found = list(tokens(statement.text))
    at = next(at for at, token in enumerate(found) if token.keyword == "ADD")
    return statement.text[found[at + 1].start :]


def replaced(text: str, old: str, new: str) -> str:
    """A text with other SQL in the place of the tokens of `old`, where it has them in a row."""
    found, wanted = list(tokens(text)), [token.text for token in tokens(old)]
    for at in range(len(found) - len(wanted) + 1):
        if [token.text for token in found[at : at + len(wanted)]] == wanted:
            return text[: found[at].start] + new + text[found[at + len(wanted) - 1].end :]
    return text
