"""Operators that an expression has no place to qualify, and the search_path in which they are found.

`old.mail IS DISTINCT FROM new.mail` uses the operator `=` of citext's schema where that is in the search_path, and that
of text elsewhere, in silence.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from pgnorm.catalog.model import Object
from pgnorm.catalog.quoting import ident

from .difference import deparsed
from .lexer import tokens


def reaching(sql: str, items: Iterable[Object], *, afterwards: str) -> str:
    """`sql`, which creates `items`, in the search_path that it needs to mean the same, with `afterwards` behind it; as
    it is where it needs none."""
    schemas = {schema for item in items for schema, _ in item.operators_used}
    if not schemas or not _implies_operators(sql):
        return sql
    return f"SET search_path = {', '.join(map(ident, sorted(schemas)))};\n\n{sql.strip()}\n\n{afterwards}\n"


def unnamed(items: Iterable[Object]) -> Iterator[Object]:
    """Those whose text means what it says only where the search_path has the schemas of their operators."""
    for item in items:
        if item.operators_used and any(_implies_operators(str(getattr(item, name))) for name in deparsed(item)):
            yield item


def _implies_operators(sql: str) -> bool:
    """Whether a text has an expression that uses an operator without naming it (ruleutils.c, get_rule_expr)."""
    words = {token.keyword for token in tokens(sql) if token.word}
    return not words.isdisjoint({"NULLIF", "IN", "ROW", "NATURAL"}) or {"JOIN", "USING"} <= words or any(_pairs(sql))


def _pairs(sql: str) -> Iterator[bool]:
    for token, following in pairwise(tokens(sql)):
        if token.word:
            yield token.keyword == "DISTINCT" and following.keyword == "FROM"
            yield token.keyword == "CASE" and following.keyword != "WHEN"
