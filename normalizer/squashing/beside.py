"""Statements that change what the platform provides: no plan makes such changes, so they are carried over."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from ..compare.difference import Difference
from ..sql.defined import target
from ..sql.lexer import tokens
from .effects import Step

CHANGING: Final = ("CREATE", "ALTER", "DROP", "COMMENT", "GRANT", "REVOKE", "SECURITY", "REASSIGN")
"""First words of statements that change what there is, and no rows."""


def about(found: Iterable[Difference], steps: Iterable[Step], owns: Callable[[str], bool]) -> Iterator[Step]:
    """The steps that may have made the differences, since they name what differs; of those that create something only
    such as are not the project's, whose schemas it `owns`."""
    named = [frozenset({each.item.name, *((each.item.parent.name,) if each.item.parent else ())}) for each in found]
    for step in steps:
        if step.statement.words and step.statement.words[0] in CHANGING and not _makes_own(step, owns):
            names = {token.name for token in tokens(step.statement.text) if token.word or token.text.startswith('"')}
            if any(each <= names for each in named):
                yield step


def _makes_own(step: Step, owns: Callable[[str], bool]) -> bool:
    made = target(step.statement)
    return made is not None and made.kind != "EXTENSION" and owns(made.schema)
