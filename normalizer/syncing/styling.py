"""Canonical SQL in the style of a file: its letter case of keywords, and quotes only where it has them."""

import re
from collections.abc import Callable, Collection
from functools import cache
from typing import Final

from ..sql.bare import qualified
from ..sql.lexer import Token, tokens

_CANONICAL: Final = " " * 4
_INDENT: Final = re.compile("^ +(?=[^ ])", re.MULTILINE)
_LISTS: Final = ("CREATE TABLE", "CREATE TYPE")
_PLAIN: Final = re.compile(r'"([a-z_][a-z0-9_]*)"')


class Style:
    """The style of a text, canonical for None, with the schema of Postgres' own at these names."""

    def __init__(self, text: str | None, names: Collection[str] = ()) -> None:
        self.names = names
        words = [token.text for token in tokens(text or "") if token.word]
        upper = sum(word.isupper() and len(word) > 1 for word in words)
        self.lower = upper * 2 < len(words)
        """True if keywords are in small letters."""
        self.quotes = text is None or text.count('"') * 2 > len(words)
        """True if names are quoted even where they need not be."""

        self.indent = min((len(found[0]) for found in _INDENT.finditer(text or "")), default=len(_CANONICAL))
        """Spaces with which lines of a list begin."""

    def of(self, sql: str) -> str:
        """Canonical SQL as the text would say it."""
        return _changed(qualified(sql, self.names), self._token, self._gap if sql.startswith(_LISTS) else str)

    def _gap(self, gap: str) -> str:
        return gap.replace(f"\n{_CANONICAL}", f"\n{' ' * self.indent}")

    def _token(self, token: Token) -> str:
        if token.word:
            return token.text.lower() if self.lower else token.text
        name = _PLAIN.fullmatch(token.text)
        if name is None or self.quotes or name[1] in _keywords():
            return token.text
        return name[1]


def between(sql: str, change: Callable[[str], str]) -> str:
    """SQL with what is between its tokens changed: line ends in literals stay."""
    return _changed(sql, lambda token: token.text, change)


def _changed(sql: str, token: Callable[[Token], str], gap: Callable[[str], str]) -> str:
    """SQL with its tokens, and what is between them, changed."""
    found: list[str] = []
    end = 0
    for each in tokens(sql):
        found += [gap(sql[end : each.start]), token(each)]
        end = each.end
    return "".join(found) + gap(sql[end:])


@cache
def _keywords() -> frozenset[str]:
    """The words that mean something else without quotes; a few types are among them (`"char"`)."""
    from pglast import keywords

    return frozenset(keywords.RESERVED_KEYWORDS | keywords.COL_NAME_KEYWORDS | keywords.TYPE_FUNC_NAME_KEYWORDS)
