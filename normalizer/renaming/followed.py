"""Objects that a statement which renames gave another name: what each was called before."""

from collections.abc import Iterator

from pgnorm.catalog.model import Catalog, Object

from ..compare.difference import differences
from ..sql.lexer import tokens
from ..sql.statements import Statement
from .proposing import proposals


def renames(statement: Statement) -> bool:
    """True if a statement by its words gives something another name."""
    return statement.begins("ALTER") and any(token.keyword == "RENAME" for token in tokens(statement.text))


def renamed(before: Catalog, after: Catalog) -> Iterator[tuple[Object, Object]]:
    """Pairs, old and new, of what a statement has renamed, each followed by its parts, which belong to another name."""
    for each in proposals(before, after, differences(before, after)):
        yield from _with_parts(each.old, each.new, before, after)


def _with_parts(old: Object, new: Object, before: Catalog, after: Catalog) -> Iterator[tuple[Object, Object]]:
    yield old, new
    there = {(part.kind, part.name): part for part in after.parts.get(new.id, ())}
    for part in before.parts.get(old.id, ()):
        # A default has the name of its column.
        same = there.get((part.kind, new.name if part.name == old.name else part.name))
        if same is not None and same.id != part.id:
            yield from _with_parts(part, same, before, after)
