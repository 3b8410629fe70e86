"""Statements that lose stored data as their words say, of migrations that nobody has tried."""

from itertools import pairwise
from typing import Final

from ..sql.lexer import tokens
from ..sql.statements import Statement

_HOLDING: Final = frozenset({"TABLE", "FOREIGN", "SEQUENCE", "OWNED"})
"""Words behind DROP for what holds data; what anything else takes along goes by CASCADE."""
_OF_COLUMNS: Final = frozenset({"CONSTRAINT", "DEFAULT", "NOT", "EXPRESSION", "IDENTITY"})
"""Words behind a DROP in ALTER TABLE that names no column."""


def loses(statement: Statement) -> bool:
    """True if a statement by its words drops what holds data, or takes rows away.

    What a function or a DO block does is not among its words, nor what a new type has no room for.
    """
    if statement.begins("DELETE") or statement.begins("TRUNCATE"):
        return True
    if statement.begins("DROP"):
        return bool(_HOLDING.intersection(statement.words[1:2])) or _cascades(statement)
    if statement.begins("ALTER", "TABLE") or statement.begins("ALTER", "FOREIGN", "TABLE"):
        return any(
            first == "DROP" and then not in _OF_COLUMNS for first, then in pairwise(_keywords_outside(statement.text))
        )
    return statement.begins("ALTER", "TYPE") and ("DROP", "ATTRIBUTE") in pairwise(_keywords_outside(statement.text))


def _cascades(statement: Statement) -> bool:
    return _keywords_outside(statement.text)[-1:] == ["CASCADE"]


def _keywords_outside(text: str) -> list[str]:
    """The words of a statement that stand outside of parentheses."""
    depth, found = 0, []
    for token in tokens(text):
        depth += (token.text == "(") - (token.text == ")")
        if not depth:
            found.append(token.keyword)
    return found
