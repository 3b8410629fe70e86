"""A CREATE TABLE edited column by column and constraint by constraint."""

import re
from collections.abc import Iterator
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.kinds.columns import Column
from pgnorm.catalog.kinds.identities import Identity
from pgnorm.catalog.model import Catalog, Placement, Target
from pgnorm.catalog.quoting import ident, spell_types

from ..files.edits import Edit
from ..sql.lexer import Token
from .placing import BY_HAND, Placed
from .serials import serial
from .styling import Style
from .table_text import Clause, Element, elements
from .weaving import woven

_REST: Final = re.compile(r"[ \t]*(?:--[^\n\r]*|/\*[^\n\r]*?\*/[ \t]*)?(?=[\r\n]|\Z)")
_COUNTING: Final = " START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1)"
_BY_SUFFIX: Final = {"_fkey": "REFERENCES", "_key": "UNIQUE", "_check": "CHECK", "_pkey": "PRIMARY"}
"""The clause of a column that makes a constraint of this name, where it says none."""


class TableEdit:
    """Edits of one CREATE TABLE, collected and then made together: commas depend on all of them."""

    def __init__(self, placed: Placed, style: Style, target: Target, *, fine: bool) -> None:
        self.placed = placed
        self.text = placed.file.text
        self.style = style
        self.fine = fine
        """True if of a constraint only what differs becomes other."""
        self.target = target
        self.elements = elements(placed)
        self._gone: set[int] = set()
        self._new: dict[int, list[str]] = {}
        self._edits: list[Edit] = []

    def column(self, name: str) -> int | None:
        """The number of a column among the elements."""
        return next((at for at, each in enumerate(self.elements) if each.column == name), None)

    def drop_column(self, name: str) -> bool:
        """Take a column away; False where it is not there."""
        at = self.column(name)
        if at is not None:
            self._gone.add(at)
        return at is not None

    def add_column(self, item: Column, catalog: Catalog, order: tuple[str, ...], *, identities: bool) -> None:
        """Put a column behind the one before it in `order`, or behind the last."""
        parts = catalog.parts.get(item.id, ())
        canonical = item.definition([part for part in parts if part.placement is Placement.INLINE], self.target)
        said = serial(item, catalog, self.target) or canonical
        found = [part for part in parts if isinstance(part, Identity)] if identities else []
        text = self.style.of(" ".join((said, *(identity_clause(part, self.target) for part in found))))
        before = order[: order.index(item.name)] if item.name in order else ()
        above = [at for name in before if (at := self.column(name)) is not None]
        columns = [at for at, each in enumerate(self.elements) if each.column is not None]
        at = above[-1] if above else (columns[-1] if columns else len(self.elements) - 1)
        self._new.setdefault(at, []).append(self._aligned(text, self.style.of(ident(item.name))))

    def add_constraint(self, clause: str) -> None:
        """Put a constraint behind all else."""
        self._new.setdefault(len(self.elements) - 1, []).append(self.style.of(clause))

    def drop_constraint(self, name: str, table: str) -> bool:
        """Take a constraint away, an element of its own or a clause of a column; False where it is not found."""
        columns = {each.column for each in self.elements if each.column is not None}
        for at, each in enumerate(self.elements):
            if name in (each.constraint, each.usual_name(table, columns)):
                self._gone.add(at)
                return True
        for at, each in enumerate(self.elements):
            for clause in each.clauses() if each.column is not None else ():
                if _named(clause, table, each.column or "") == name:
                    if at not in self._gone:
                        self._remove(clause)
                    return True
        return False

    def alter_column(self, new: Column, changed: frozenset[str]) -> frozenset[str]:
        """Change the type or NOT NULL of a column; the names of what it can't change."""
        at = self.column(new.name)
        if at is None:
            return changed
        each = self.elements[at]
        if changed & {"type", "collation"}:
            collate = each.clause("COLLATE")
            if collate is not None:
                self._remove(collate)
            said = spell_types(new.type, self.target.major) + (f" COLLATE {new.collation}" if new.collation else "")
            self._replace(each.type, self.style.of(said))
        if "not_null" in changed:
            self._clause(each, "NOT", "NOT NULL" if new.not_null else None)
        if changed & {"generated", "expression"}:
            self._clause(each, "GENERATED", new.generation(self.target) if new.generated else None)
        return changed - {"type", "type_storage", "collation", "not_null", "not_null_name", "generated", "expression"}

    def set_clause(self, column: str, keyword: str, clause: str | None) -> bool:
        """Give a column a clause of this sort, another one, or none; False where the column is not there."""
        at = self.column(column)
        if at is not None:
            self._clause(self.elements[at], keyword, clause)
        return at is not None

    def alter_constraint(self, name: str, old: str, new: str) -> bool:
        """Change a constraint that is an element of its own where it stands; False where none has its name."""
        for each in self.elements:
            if each.constraint == name:
                start, stop = each.found[0].start, each.found[-1].end
                said = woven(self.text[start:stop], old, new, self.style) if self.fine else None
                self._edits.append(Edit(start=start, stop=stop, text=said or self.style.of(new)))
                return True
        return False

    def edits(self) -> Iterator[Edit]:
        """All of them as edits of the file.

        Raises PgnormError where nothing would be left to put something behind.
        """
        yield from self._edits
        staying = [at for at in range(len(self.elements)) if at not in self._gone]
        new: dict[int, list[str]] = {}
        for at, said in sorted(self._new.items()):
            behind = max((other for other in staying if other <= at), default=None)
            if behind is None:
                raise PgnormError("no column of the table stays", place=self.placed.place, hint=BY_HAND)
            new.setdefault(behind, []).extend(said)
        for at, each in enumerate(self.elements):
            if at in self._gone:
                yield self._removal(each)
                continue
            ends = at == staying[-1]
            if ends and at not in new and each.comma is not None:
                yield Edit(start=each.comma.start, stop=each.comma.end, text="")
            elif each.comma is None and (at in new or not ends):
                yield Edit(start=each.found[-1].end, stop=each.found[-1].end, text=",")
            if at in new:
                yield self._insertion(each, new[at], is_last=ends)

    def _insertion(self, each: Element, new: list[str], *, is_last: bool) -> Edit:
        joined = [f"{said}," for said in new]
        if is_last:
            joined[-1] = joined[-1].removesuffix(",")
        end = each.comma.end if each.comma is not None else each.found[-1].end
        rest = _REST.match(self.text, end)
        first = self.elements[0].found[0].start
        indent = self.text[self.text.rfind("\n", 0, first) + 1 : first]
        if rest is None or indent.strip():
            return Edit(start=end, stop=end, text="".join(f" {said}" for said in joined))
        lines = "".join(f"\n{indent}{said}" for said in joined)
        return Edit(start=rest.end(), stop=rest.end(), text=self.placed.lined(lines))

    def _removal(self, each: Element) -> Edit:
        """The edit that takes an element away with its comma and the comment behind it."""
        start = each.found[0].start
        stop = each.comma.end if each.comma is not None else each.found[-1].end
        line = self.text.rfind("\n", 0, start) + 1
        rest = _REST.match(self.text, stop)
        if self.text[line:start].strip() or rest is None:
            blank = len(self.text[stop:]) - len(self.text[stop:].lstrip(" \t"))
            return Edit(start=start, stop=stop + blank, text="")
        newline = self.text.find("\n", rest.end())
        return Edit(start=line, stop=newline + 1 if newline >= 0 else rest.end(), text="")

    def _clause(self, each: Element, keyword: str, said: str | None) -> None:
        """Put a clause of a column in the place of the one that it has, or behind the type; None takes it away."""
        found = each.clause(keyword)
        if found is not None and said is None:
            self._remove(found)
        elif found is not None:
            self._replace(found.found, self.style.of(said or ""))
        elif said is not None:
            behind = each.clause("NOT") if keyword in ("DEFAULT", "GENERATED") else None
            collate = each.clause("COLLATE")
            token = (behind or collate or Clause(keyword="", found=each.type)).found[-1]
            self._edits.append(Edit(start=token.end, stop=token.end, text=f" {self.style.of(said)}"))

    def _remove(self, clause: Clause) -> None:
        start = clause.found[0].start
        before = len(self.text[:start]) - len(self.text[:start].rstrip(" \t"))
        self._edits.append(Edit(start=start - before, stop=clause.found[-1].end, text=""))

    def _replace(self, found: tuple[Token, ...], said: str) -> None:
        self._edits.append(Edit(start=found[0].start, stop=found[-1].end, text=said))

    def _aligned(self, definition: str, name: str) -> str:
        """A column whose type stands below those of the others, where these stand in one line."""
        columns = [each for each in self.elements if each.column is not None and len(each.found) > 1]
        places = {each.found[1].start - each.found[0].start for each in columns}
        width = places.pop() if len(places) == 1 and len(columns) > 1 else 0
        return f"{name.ljust(width - 1)}{definition[len(name) :]}" if len(name) < width else definition


def _named(clause: Clause, table: str, column: str) -> str | None:
    """The name of the constraint that a clause of a column makes."""
    if clause.found[0].keyword == "CONSTRAINT":
        return clause.found[1].name
    for suffix, keyword in _BY_SUFFIX.items():
        if clause.keyword == keyword:
            return f"{table}{suffix}" if keyword == "PRIMARY" else f"{table}_{column}{suffix}"
    return None


def identity_clause(item: Identity, target: Target) -> str:
    """The clause that makes a column an identity, without the options that say no more than Postgres picks."""
    clause = item.clause(target)
    usual = item.sequence_name == f"{item.detail}_{item.name}_seq" and clause.endswith(
        (f"{ident(item.sequence_name)})", _COUNTING)
    )
    return clause.partition(" (")[0] if usual else clause
