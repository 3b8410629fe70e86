"""Names of functions and operators that deparsed SQL gives without their schema."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from .lexer import Token, tokens

IMPLIED: Final = frozenset({"=", "<>"})
"""The operators that an expression may use without naming them."""
_OPERATOR: Final = frozenset("+-*/<>=~!@#%^&|`?")
_NO_CALL: Final = frozenset({"AS", "WITH", "RECURSIVE"})
"""The words before a name with columns: `WITH "found"("id") AS …`."""


def bare_names(sql: str) -> Iterator[str]:
    """Names of what it calls, and of the operators in it; `=` and `<>` where an expression implies them. What else is
    written as a call (`FROM "f"() "alias"("id")`) is in it only where that can't be told from one."""
    split = list(tokens(sql))
    found = list(_pieces(split))
    for place, token in enumerate(found):
        before = found[place - 1] if place else None
        if before is not None and before.text == ".":
            continue
        if _OPERATOR.issuperset(token.text):
            yield token.text
        elif token.text.startswith('"') and (_is_called(found, place) or _is_value(found, place)):
            yield token.name
    if _implies_operators(split):
        yield from sorted(IMPLIED)


def implies_operators(sql: str) -> bool:
    """True if a text has an expression that uses an operator without naming it (ruleutils.c, get_rule_expr)."""
    return _implies_operators(list(tokens(sql)))


def _implies_operators(found: list[Token]) -> bool:
    words = {token.keyword for token in found if token.word}
    return not words.isdisjoint({"NULLIF", "IN", "NATURAL"}) or {"JOIN", "USING"} <= words or any(_pairs(found))


def _pairs(found: list[Token]) -> Iterator[bool]:
    for token, following in pairwise(found):
        if token.word:
            yield token.keyword == "DISTINCT" and following.keyword == "FROM"
            yield token.keyword == "CASE" and following.keyword != "WHEN"
            yield token.keyword == "ROW" and following.text == "("


def _pieces(found: list[Token]) -> Iterator[Token]:
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


def _is_called(found: list[Token], place: int) -> bool:
    """True if the arguments of a call follow, and not the columns of an alias."""
    follows = found[place + 1] if place + 1 < len(found) else None
    if follows is None or follows.text != "(" or follows.start != found[place].end:
        return False
    before = found[place - 1] if place else None
    # Behind `)` an alias can't be told from a call: `DISTINCT ON ("id") "array_length"("a", 1)`.
    return before is None or not (before.text[0] in "\"'" or before.keyword in _NO_CALL)


def calls_with_schema(sql: str) -> bool:
    """True if a text calls a function, or names an operator, of another schema than pg_catalog."""
    found = list(_pieces(list(tokens(sql))))
    for place, token in enumerate(found[:-2]):
        if token.text == "." and found[place - 1].name != "pg_catalog":
            follows = found[place + 2]
            if _OPERATOR.issuperset(found[place + 1].text) or (
                follows.text == "(" and follows.start == found[place + 1].end
            ):
                return True
    return False


def _is_value(found: list[Token], place: int) -> bool:
    """True if it is an option's: `SFUNC = "array_append"`."""
    return place > 1 and found[place - 1].text == "=" and found[place - 2].word
