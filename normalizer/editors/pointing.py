"""Names in a text that somebody points at, and the objects of a catalog that they may mean."""

from collections.abc import Iterator, Sequence
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, Object, Value

from ..compare.called import path_of
from ..sql.defined import target
from ..sql.lexer import Token, tokens
from ..sql.statements import split
from .symbols import name_of

_PUBLIC: Final = "public"
_BEFORE_WHOLES: Final = frozenset(
    {"FROM", "JOIN", "INTO", "UPDATE", "TABLE", "ONLY", "REFERENCES", "ON", "OF", "EXISTS", "FUNCTION", "PROCEDURE"}
)


class Pointed(Value):
    """A name in a text, by character offsets."""

    path: tuple[str, ...]
    """The name with what stands before it: schema, table."""
    start: int
    stop: int
    whole: bool
    """True if what stands there is more likely a table or function than a part of one."""
    beside: frozenset[str]
    """All words of the statement."""


def pointed(text: str, offset: int) -> Pointed | None:
    """The name at an offset, or that ends there; None where there is none, and in a text that is broken."""
    try:
        statement = next((each for each in split(text) if each.start <= offset <= each.end), None)
    except PgnormError:
        return None
    if statement is None or statement.psql or statement.copy_data:
        return None
    found = [*tokens(statement.text)]
    at = _at(found, offset - statement.start)
    if at is None:
        return None
    made = target(statement)
    name = name_of(statement, made) if made is not None else None
    body = _body(found[at])
    if body is not None:
        start, inner = body
        start += found[at].start
        within = [*_moved(inner, start)]
        at = _at(within, offset - statement.start)
        if at is None:
            return None
        beside, found = (*found, *within), within
    else:
        beside = tuple(found)
    token = found[at]
    if not _is_name(token):
        return None
    path = [token.name]
    first = at
    while first >= 2 and found[first - 1].text == "." and _is_name(found[first - 2]):
        first -= 2
        path.insert(0, found[first].name)
    before = found[first - 1].keyword if first else ""
    return Pointed(
        path=tuple(path),
        start=statement.start + token.start,
        stop=statement.start + token.end,
        whole=before in _BEFORE_WHOLES or token == name or [each.text for each in found[at + 1 : at + 2]] == ["("],
        beside=frozenset(each.name for each in beside if _is_name(each)),
    )


def meant(catalog: Catalog, found: Pointed) -> tuple[Object, ...]:
    """The objects that a name may mean, the likeliest: several only where routines share it."""
    wholes, parts = [], []
    for item in catalog.objects.values():
        if item.name != found.path[-1] or item.placement.derived:
            continue
        path = path_of(item)
        if item.parent is None:
            if found.path in (path, path[1:]):
                wholes.append(item)
        elif found.path in (path, path[1:]) or (found.path == path[-1:] and path[-2:-1] and path[-2] in found.beside):
            parts.append(item)
    wholes.sort(key=lambda item: (item.schema != _PUBLIC, item.schema not in found.beside))
    parts.sort(key=lambda item: (not item.placement.inside, item.schema != _PUBLIC))
    likely = [*wholes, *parts] if found.whole or len(found.path) > 2 else [*parts, *wholes]
    return _alike(likely)


def _alike(likely: Sequence[Object]) -> tuple[Object, ...]:
    first = likely[:1]
    return tuple(
        item for item in likely if item is first[0] or (item.overloaded and path_of(item) == path_of(first[0]))
    )


def _at(found: Sequence[Token], offset: int) -> int | None:
    """The token at an offset, else the one that ends there."""
    inside = (at for at, token in enumerate(found) if token.start <= offset < token.end)
    ending = (at for at, token in enumerate(found) if token.end == offset and _is_name(token))
    return next(inside, next(ending, None))


def _is_name(token: Token) -> bool:
    return token.word or token.text.startswith('"')


def _body(token: Token) -> tuple[int, str] | None:
    """The text in a dollar-quoted string, behind where in the token it begins."""
    if not token.text.startswith("$"):
        return None
    start = token.text.index("$", 1) + 1
    return start, token.text[start:-start]


def _moved(text: str, start: int) -> Iterator[Token]:
    try:
        yield from (token.evolve(start=token.start + start) for token in tokens(text))
    except PgnormError:  # a body that is no SQL
        return
