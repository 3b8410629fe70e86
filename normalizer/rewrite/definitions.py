"""One CREATE FUNCTION, PROCEDURE or AGGREGATE in a file and its canonical text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Self, TypeAlias

from attrs import evolve, frozen

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.kinds.aggregates import Aggregate
from pgnorm.catalog.kinds.functions import Function, Procedure
from pgnorm.catalog.model import Printing, printed
from pgnorm.catalog.quoting import literal
from pgnorm.catalog.settings import LIST_SETTINGS, split_identifiers

from ..files.edits import Edit
from ..files.reading import SourceFile
from ..sql.lexer import TOKEN, token_end
from ..sql.statements import Statement
from .header import Header

if TYPE_CHECKING:
    from pgnorm.catalog.model import Target

Routine: TypeAlias = Function | Aggregate

KINDS: Final[dict[str, type[Function] | type[Aggregate]]] = {
    "FUNCTION": Function,
    "PROCEDURE": Procedure,
    "AGGREGATE": Aggregate,
}
_COMMON_SCHEMAS: Final = frozenset({"public", "pg_temp", "pg_catalog", "extensions"})


@frozen(kw_only=True, eq=False)
class Definition:
    """A statement of a file that makes a routine, and the routine as its own CREATE made it."""

    source: SourceFile
    statement: Statement
    header: Header
    routine: Routine
    left: str = ""
    """A reason from outside for which its text stays."""

    @property
    def place(self) -> str:
        """`file:line:column` of the statement."""
        return self.source.place(self.statement.start)

    @property
    def obstacle(self) -> str | None:
        """Why the text must stay as it is, None where it need not."""
        if self.header.body_comments:
            place = self.source.place(self.header.body_comments[0])
            return f"left as it is: its body is stored without the comment at {place}"
        return f"left as it is: {self.left}" if self.left else None

    def left_alone(self, because: str) -> Self:
        """The same, whose text stays."""
        return evolve(self, left=because)

    def edit(self, target: Target, body: str | None = None) -> Edit:
        """The edit that makes the text canonical for a server like `target`, with another `body` if one is given.

        Raises PgnormError where Postgres has no text for what it stores.
        """
        start, stop = self.statement.start, self.statement.stop
        return Edit(start=start, stop=stop, text=self._text(target, body))

    def _text(self, target: Target, body: str | None) -> str:
        self._refuse_empty_list()
        routine = self.routine
        if body is not None and isinstance(routine, Function):
            routine = routine.evolve(source=body)
        text = printed(routine.create(Printing(target=target))).removesuffix("\n")
        # A procedure or aggregate keeps the author's wording, as pg_dump's text lacks OR REPLACE.
        if self.header.keyword == "FUNCTION" or self.header.replaces:
            text = text.replace("CREATE ", "CREATE OR REPLACE ", 1)
        newline = self._newline()
        if newline != "\n":
            text = _with_line_ends(text, newline)
        before = self.source.text[self.source.text.rfind("\n", 0, self.statement.start) + 1 : self.statement.start]
        indent = "" if before.strip() else before
        return "".join(f"{comment}{newline}{indent}" for comment in self.header.comments) + text

    def _newline(self) -> str:
        """The line end of the header, or of the file where the header has none."""
        text, start, stop = self.source.text, self.statement.start, self.statement.stop
        first = next(_line_ends(text[start:stop]), -1)
        first = text.find("\n") if first < 0 else start + first
        return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"

    def _refuse_empty_list(self) -> None:
        for item in self.routine.config if isinstance(self.routine, Function) else ():
            name, _, value = item.partition("=")
            if name in LIST_SETTINGS and not value:
                raise PgnormError(
                    f"SET {name} FROM CURRENT of {self.routine.label} took over an empty list, which can't be written",
                    place=self.place,
                    hint=f"Write SET {name} TO '' in the function instead.",
                )

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings about what is most likely a mistake of the author."""
        found = []
        for item in self.routine.config if isinstance(self.routine, Function) else ():
            name, _, value = item.partition("=")
            if name == "search_path":
                found += [
                    f"SET search_path TO {literal(schema)} names one schema, whose name has a comma in it"
                    for schema in split_identifiers(value)
                    if _looks_like_list(schema)
                ]
        return tuple(found)


def _looks_like_list(schema: str) -> bool:
    return ", " in schema or ("," in schema and not _COMMON_SCHEMAS.isdisjoint(schema.split(",")))


def _with_line_ends(text: str, newline: str) -> str:
    """Canonical text with other line ends between its tokens; what is in literals stays."""
    parts = (part.replace("\n", newline) if group == "space" else part for group, part in _lexed(text))
    return "".join(parts)


def _line_ends(text: str) -> Iterator[int]:
    """Offsets of the line ends of a statement between its tokens: a line end in a literal is a part of that."""
    position = 0
    for group, part in _lexed(text):
        if group == "space" and "\n" in part:
            yield position + part.index("\n")
        position += len(part)


def _lexed(text: str) -> Iterator[tuple[str | None, str]]:
    """The tokens of a text, white space and comments too, each with the lexer's name for its group."""
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        assert match is not None, "every character is a token"
        end = token_end(text, match, str)
        yield match.lastgroup, text[position:end]
        position = end
