"""Statements of files put into the words of Postgres, one by one."""

from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from itertools import pairwise
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.kinds.constraints import Constraint
from pgnorm.catalog.kinds.identities import Identity
from pgnorm.catalog.kinds.tables import Table
from pgnorm.catalog.model import Catalog, Object, ObjectId, Value

from ..compare.difference import inside
from ..dump.layouts import Layout
from ..files.edits import Edit
from ..files.reading import SourceFile
from ..sql.lexer import tokens
from ..sql.statements import comments
from .canonical import with_elements
from .commenting import with_comments
from .editing import Editor
from .placing import Placed, words_of
from .sheets import Manner
from .styling import Style
from .tables import TableEdit

_CANONICAL: Final = Manner(fine=False, loose=False, styled=False, inline=True)
_UNNAMED: Final = {"_pkey": "primary", "_fkey": "foreign", "_key": "unique", "_check": "check", "_excl": "exclude"}
_UNLESS_THERE: Final = ("IF", "NOT", "EXISTS")


class Left(Value):
    """An object whose statement stays as it is."""

    item: Object
    reason: str
    place: str
    """The place of the statement, empty where there is none or are several."""


class Wording(Editor):
    """Edits that put statements into the words of the catalog that they make."""

    def __init__(self, files: Sequence[SourceFile], made: Catalog, layout: Layout) -> None:
        super().__init__(files, made, made, layout, _CANONICAL)

    def reworded(self, items: Iterable[Object], left: MutableMapping[ObjectId, Left]) -> Iterator[Object]:
        """The ones of the objects whose statements become others. What can't be is added to those that are `left`."""
        for item in items:
            found = () if item.id in left else self._saying(item)
            if len(found) == 1:
                try:
                    if self._reword(item, found[0]):
                        yield item
                except PgnormError as error:
                    left[item.id] = self.left(item, error.message)
            elif found or (item.parent is None and item.id not in left):
                reason = "several statements make it" if found else "no statement of the files makes it by itself"
                left[item.id] = self.left(item, reason)

    def left(self, item: Object, reason: str) -> Left:
        """An object left as it is."""
        found = self._saying(item)
        return Left(item=item, reason=reason, place=found[0].place if len(found) == 1 else "")

    def _saying(self, item: Object) -> tuple[Placed, ...]:
        """The statements that make an object."""
        return self.places.making(item) or self.places.alike(self.texts.of(item))

    def _reword(self, item: Object, placed: Placed) -> bool:
        """Put the canonical text into the place of a statement, if it is another one. Raises PgnormError where that
        would say less."""
        text, said = placed.file.text, placed.statement
        if any("pgnorm:" in text[each.start : each.end] for each in comments(text, said.start, said.end)):
            raise PgnormError("a hint stands inside of it")
        sql = self._whole(item, placed) if isinstance(item, Table) else self.texts.of(item)
        sql = _kept(sql.removesuffix(";"), placed)
        if isinstance(item, Table):
            sql = with_comments(sql, placed)
        if placed.lined(sql) == text[said.start : said.end]:
            return False
        if isinstance(item, Table):
            self.sheets.add(placed.file, Edit(start=said.start, stop=said.end, text=placed.lined(sql)))
        else:
            self.sheets.replace(placed, sql, canonical=True)
        return True

    def _whole(self, item: Table, placed: Placed) -> str:
        """The text of a table with the constraints and identities that its statement has."""
        if placed.is_below:
            raise PgnormError("it takes columns from another table")
        edit = TableEdit(placed, Style(None), self.target, fine=False)
        listed = {each.column: {token.keyword for token in each.found} for each in edit.elements}
        parts = [
            each
            for each in inside(self.goal, item.id, self._arrangement.apart)
            if not (self._is_apart(each) if isinstance(each, Constraint) else _column(each) not in listed)
        ]
        constraints = [each for each in self.goal.parts.get(item.id, ()) if isinstance(each, Constraint)]
        clauses = [self.texts.clause(each) for each in constraints if each not in parts and not self._is_apart(each)]
        below = [each for part in parts for each in self.goal.parts.get(part.id, ()) if isinstance(each, Identity)]
        within = [each for each in below if "IDENTITY" in listed[_column(each)]]
        return with_elements(self.texts.with_parts(item, (*parts, *within)), clauses)

    def _is_apart(self, item: Constraint) -> bool:
        """True if a constraint is added by a statement of its own."""
        named = ("constraint", item.name)
        unnamed = [("add", word) for suffix, word in _UNNAMED.items() if item.name.endswith(suffix)]
        return any(
            pair == named or pair in unnamed
            for each in self.places.beginning("alter", "table", *words_of(item.table)[1:])
            for pair in pairwise(each.words)
        )


def _column(part: Object) -> str:
    """The column that a part of a table is, or is about."""
    return part.name


def _kept(sql: str, placed: Placed) -> str:
    """SQL with the IF NOT EXISTS and the OR REPLACE of the statement whose place it takes."""
    words = placed.statement.words
    if words[1:3] == ("OR", "REPLACE") and not sql.startswith("CREATE OR REPLACE "):
        sql = sql.replace("CREATE ", "CREATE OR REPLACE ", 1)
    at = next((at for at in range(len(words)) if words[at : at + 3] == _UNLESS_THERE), None)
    if at is not None and words[0] == "CREATE":
        name = next(token.start for token in tokens(sql) if token.text.startswith('"'))
        sql = f"{sql[:name]}{' '.join(_UNLESS_THERE)} {sql[name:]}"
    return sql
