"""Objects that a text declares, as an editor's outline has them."""

from collections.abc import Iterator

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value
from pgnorm.catalog.quoting import legible

from ..sql.defined import Target, target
from ..sql.lexer import Token, tokens
from ..sql.statements import Statement, split
from ..sql.subjects import named_parts


class Symbol(Value):
    """An object that a statement makes, or a part of one, by character offsets: all of it, and its name."""

    keyword: str
    name: str
    start: int
    stop: int
    name_start: int
    name_stop: int
    parts: "tuple[Symbol, ...]" = ()


def symbols(text: str) -> tuple[Symbol, ...]:
    """The objects that a text creates, in its order; none where a literal or a comment in it never ends."""
    try:
        found = split(text)
    except PgnormError:
        return ()
    return tuple(_symbol(each, made) for each in found if (made := target(each)) is not None)


def name_of(statement: Statement, made: Target) -> Token:
    """The token of a statement that is the name of what it makes."""
    found = [*tokens(statement.text)]
    return next((token for token in found[1:] if token.name == made.name), found[0])


def _symbol(statement: Statement, made: Target) -> Symbol:
    at = name_of(statement, made)
    owner = (made.table,) if made.table else ()
    return Symbol(
        keyword=made.kind,
        name=".".join(map(legible, (made.schema, *owner, made.name))),
        start=statement.start,
        stop=statement.stop,
        name_start=statement.start + at.start,
        name_stop=statement.start + at.end,
        parts=tuple(_parts(statement)),
    )


def _parts(statement: Statement) -> Iterator[Symbol]:
    for keyword, first, last in named_parts(statement):
        at = first
        if keyword == "CONSTRAINT":
            at = next(token for token in tokens(statement.text) if token.start > first.start)
        yield Symbol(
            keyword=keyword,
            name=legible(at.name),
            start=statement.start + first.start,
            stop=statement.start + last.end,
            name_start=statement.start + at.start,
            name_stop=statement.start + at.end,
        )
