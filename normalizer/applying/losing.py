"""Statements that lose stored data as their words say, of migrations that nobody has tried."""

from itertools import pairwise
from typing import Final

from ..sql.lexer import tokens
from ..sql.statements import Statement

_HOLDING: Final = frozenset({"TABLE", "FOREIGN", "SEQUENCE", "OWNED"})
"""Words behind DROP for what holds data; what anything else takes along goes by CASCADE."""
_OF_COLUMNS: Final = frozenset({"CONSTRAINT", "DEFAULT", "NOT", "EXPRESSION", "IDENTITY"})
"""Words behind a DROP in ALTER TABLE that names no column."""

_MAY_HOLD: Final = frozenset({"WITH", "MERGE", "COPY", "EXPLAIN"})
"""Beginnings of statements in which a DELETE can be."""
_EXPLAINING: Final = frozenset({"EXPLAIN", "ANALYZE", "VERBOSE"})


def loses(statement: Statement) -> bool:
    """True if a statement by its words drops what holds data, or takes rows away.

    What a function or a DO block does is not among its words, nor what a new type has no room for.
    """
    if statement.begins("DELETE") or statement.begins("TRUNCATE"):
        return True
    if not _MAY_HOLD.isdisjoint(statement.words[:1]) or _makes_table(statement):
        return _deletes(statement.text)
    if statement.begins("DROP"):
        return bool(_HOLDING.intersection(statement.words[1:2])) or _cascades(statement)
    if statement.begins("ALTER", "TABLE") or statement.begins("ALTER", "FOREIGN", "TABLE"):
        return any(
            first == "DROP" and then not in _OF_COLUMNS for first, then in pairwise(_keywords_outside(statement.text))
        )
    return statement.begins("ALTER", "TYPE") and ("DROP", "ATTRIBUTE") in pairwise(_keywords_outside(statement.text))


def _makes_table(statement: Statement) -> bool:
    """True of one that may fill a table with the rows that it takes away: `CREATE TABLE a AS WITH b AS (DELETE …`."""
    return statement.begins("CREATE") and "TABLE" in statement.words[1:4]


def _deletes(text: str) -> bool:
    """True if a DELETE is inside of a statement, or a MERGE that deletes."""
    found = list(tokens(text))
    merges = any(token.keyword == "MERGE" for token in found)
    for before, token, after in zip(found, found[1:], found[2:], strict=False):
        # Elsewhere it is a name.
        begins = before.text in ("(", ")") or before.keyword in _EXPLAINING
        if token.keyword == "DELETE" and after.keyword == "FROM" and begins:
            return True
    return merges and ("THEN", "DELETE") in pairwise(token.keyword for token in found)


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
