"""Indexes that a statement makes concurrently, and leaves half made where it does not end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgnorm.catalog.model import Value
from pgnorm.catalog.quoting import ident

from ..sql.lexer import Token, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..sql.statements import Statement

_IF_ABSENT = ["IF", "NOT", "EXISTS"]


class IndexMade(Value):
    """An index that a statement makes: its name, and its table with the schema, if the statement says that."""

    name: str
    table: str


def index_made(statement: Statement | None) -> IndexMade | None:
    """The index that a statement makes concurrently, None for other statements and for one without a name."""
    if statement is None or not makes_index(statement):
        return None
    found = list(tokens(statement.text))
    words = [token.keyword for token in found]
    at = words.index("CONCURRENTLY") + 1
    at += len(_IF_ABSENT) * (words[at : at + len(_IF_ABSENT)] == _IF_ABSENT)
    if words[at + 1 : at + 2] != ["ON"]:
        return None
    table = at + 2 + words[at + 2 : at + 3].count("ONLY")
    return IndexMade(name=found[at].name, table=".".join(_dotted(found[table:])))


def makes_index(statement: Statement) -> bool:
    """True if a statement makes an index concurrently, with a name or without."""
    return statement.begins("CREATE") and "CONCURRENTLY" in statement.words


def _dotted(found: Sequence[Token]) -> list[str]:
    """The parts of the name that the tokens begin with, quoted."""
    parts = [ident(token.name) for token in found[:1]]
    for dot, part in zip(found[1::2], found[2::2], strict=False):
        if dot.text != ".":
            break
        parts.append(ident(part.name))
    return parts
