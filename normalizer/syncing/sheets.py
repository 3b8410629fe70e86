"""Edits of files as they gather: statements that are new, changed and taken away."""

from collections.abc import Iterable
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.kinds.identities import Identity
from pgnorm.catalog.model import Object, ObjectId, Value, untold
from pgnorm.catalog.model.facets import Routine

from ..files.edits import Edit, apply
from ..files.reading import SourceFile
from .granted import without
from .ordering import Order
from .placing import Placed, Places, lined
from .styling import Style
from .weaving import woven

_BEHIND: Final = 0
_END: Final = 1
_BEFORE: Final = 2


class Manner(Value):
    """The way in which edits are made: finer where more is true."""

    fine: bool
    """True if of a statement only those clauses become other that differ."""
    loose: bool
    """True if it may say them in another order than Postgres does."""
    styled: bool
    """True if new text follows the style of its file."""
    inline: bool
    """True if a new constraint goes into its CREATE TABLE."""


class New(Value):
    """A statement that is to come into a file."""

    sql: str = untold()
    file_name: str
    about: ObjectId
    near: str
    canonical: bool


class _Spot(Value):
    """A place for a new statement: beside another one, or at the end of a file."""

    place: tuple[int, int]
    """The number of the statement before it, and how near to that it is."""
    file: SourceFile
    near: Placed | None

    def addition(self, sql: str, model: SourceFile) -> Edit:
        """The edit that puts SQL there, in the line ends of a file."""
        if self.near is not None:
            return self.near.heading(sql) if self.place[1] == _BEFORE else self.near.addition(sql)
        text, end = self.file.text, len(self.file.text)
        blank = "\n" if text.endswith("\n") or not text else "\n\n"
        return Edit(start=end, stop=end, text=lined(f"{blank}{sql}\n", model))


class Sheets:
    """The edits of each file."""

    def __init__(self, places: Places, manner: Manner, order: Order) -> None:
        self.places = places
        self.manner = manner
        self.order = order
        self._put: dict[ObjectId, _Spot] = {}
        """Where statements of new objects come."""
        self._edits: dict[str, list[Edit]] = {}
        self._removed: set[str] = set()
        self._new: list[New] = []
        self._gone: list[Object] = []

    def edited(self) -> tuple[SourceFile, ...]:
        """The files with their edits made. Raises PgnormError for edits that can't both be made."""
        # What is removed is no place to put something behind, so all that is removed has to be known by now.
        for new in self._new:
            self._place(new)
        return tuple(self._edited(file) for file in self.places.files)

    def _edited(self, file: SourceFile) -> SourceFile:
        edits = self._edits.get(file.label, [])
        try:
            text = apply(file.text, [*self._semicolon(file, edits), *edits])
            return file.evolve(text=text if file.text else text.lstrip())
        except ValueError as error:
            hint = "Change the files by hand, and run it again."
            raise PgnormError(f"two changes meet at one place: {error}", place=file.label, hint=hint) from error

    def _semicolon(self, file: SourceFile, edits: list[Edit]) -> list[Edit]:
        """The end of the last statement, which needs none until there is something behind it."""
        last = next((each for each in reversed(self.places.all) if each.file is file), None)
        if last is None or not last.statement.words or last.place in self._removed:
            return []
        end = last.statement.stop
        is_open = last.statement.end == end and any(each.start >= end for each in edits)
        return [Edit(start=end, stop=end, text=";")] if is_open else []

    def add(self, file: SourceFile, edit: Edit) -> None:
        """Add an edit that is worked out."""
        self._edits.setdefault(file.label, []).append(edit)

    def insert(self, sql: str, file_name: str, *, about: ObjectId, near: str = "", canonical: bool = False) -> None:
        """Put a new statement behind its nearest kin, else at the end of its file, else of the last one; where that is
        not between what it needs and what needs it, there, if that is in its file or it has none of its own."""
        self._new.append(New(sql=sql, file_name=file_name, about=about, near=near, canonical=canonical))

    def _place(self, new: New) -> None:
        spot = self._fitting(new, self._usual(new))
        self._put.setdefault(self.order.home(new.about), spot)
        said = self._said(spot.file, new.sql, canonical=new.canonical)
        self.add(spot.file, spot.addition(said, self._model(spot.file)))

    def _usual(self, new: New) -> "_Spot":
        kin = self.places.kin(new.sql, new.file_name, new.near, self._removed)
        if kin is not None:
            return _Spot(place=(self.places.number(kin), _BEHIND), file=kin.file, near=kin)
        named = self._named(new)
        file = (named or [*self.places.files])[-1]
        labels = [each.label for each in self.places.files]
        above = labels[: labels.index(file.label) + 1]
        last = sum(each.file.label in above for each in self.places.all) - 1
        return _Spot(place=(last, _END), file=file, near=None)

    def _fitting(self, new: New, usual: "_Spot") -> "_Spot":
        """The usual spot, or another one that is behind all that is needed and before what needs it."""
        files = {usual.file.label} if self._named(new) else {file.label for file in self.places.files}
        lower = [self._put[name] for name in self.order.needed(new.about) if name in self._put]
        lower += self._spots(self.order.needed(new.about), _BEHIND)
        first = max((each for each in lower if each.file.label in files), key=lambda each: each.place, default=usual)
        upper = [] if new.about in self.order.made.objects else self._spots(self.order.users(new.about), _BEFORE)
        last = min((each for each in upper if each.file.label in files), key=lambda each: each.place, default=usual)
        if usual.place > last.place and (first is usual or first.place <= last.place):
            return last
        return max(usual, first, key=lambda each: each.place)

    def _named(self, new: New) -> list[SourceFile]:
        return [file for file in self.places.files if file.label.rpartition("/")[2] == new.file_name]

    def _spots(self, names: Iterable[ObjectId], how: int) -> "list[_Spot]":
        found = [placed for name in names if (placed := self.order.statement(name)) is not None]
        moved = how == _BEFORE
        return [
            _Spot(place=(self.places.number(each) - moved, how), file=each.file, near=each)
            for each in found
            if each.place not in self._removed
        ]

    def rewrite(self, placed: Placed, old: str, new: str, *, canonical: bool) -> None:
        """Put what differs into a statement or, where that can't be told, all of the new text into its place."""
        said = placed.statement
        style = Style(placed.file.text if self.manner.styled else None)
        both, loose = (old.removesuffix(";"), new.removesuffix(";")), self.manner.loose
        fine = woven(said.text, *both, style, loose=loose) if self.manner.fine else None
        if fine is not None:
            self.add(placed.file, Edit(start=said.start, stop=said.end, text=fine))
            return
        if said.words[1:3] == ("OR", "REPLACE") and not new.startswith("CREATE OR REPLACE"):
            new = new.replace("CREATE ", "CREATE OR REPLACE ", 1)
        self.replace(placed, new, canonical=canonical)

    def replace(self, placed: Placed, sql: str, *, canonical: bool = False) -> None:
        """Put another statement into the place of one."""
        end = ";" * (placed.statement.stop > placed.statement.end)
        said = self._said(placed.file, sql.removesuffix(";") + end, canonical=canonical)
        self.add(placed.file, placed.replacement(said))

    def remove(self, placed: Placed) -> None:
        """Take a statement away."""
        if placed.place not in self._removed:
            self._removed.add(placed.place)
            self.add(placed.file, placed.removal())

    def forget(self, item: Object) -> None:
        """Take away what else is said of an object that is dropped, unless that is of another now: of a sequence."""
        counters = [each for each in self.order.goal.objects.values() if isinstance(each, Identity)]
        if isinstance(item, Identity) and any(each.sequence == item.sequence for each in counters):
            return
        self._gone.append(item)
        for each in self.places.all:
            if each.is_about(item, only_of_name=self._is_only(item)):
                self.remove(each)

    def _is_only(self, item: Object) -> bool:
        """True for a routine that is the only one of its name."""
        likes = [each for each in self.order.made.objects.values() if isinstance(each, Routine)]
        named = [each for each in likes if (each.schema, each.name) == (item.schema, item.name)]
        return isinstance(item, Routine) and len(named) == 1

    def revoke(self) -> None:
        """Take what is dropped out of GRANT and REVOKE."""
        for each in (*self.places.beginning("grant"), *self.places.beginning("revoke")) if self._gone else ():
            edits = without(each, self._gone, self._is_only)
            for edit in edits or ():
                self.add(each.file, edit)
            if edits is None:
                self.remove(each)

    def _said(self, file: SourceFile, sql: str, *, canonical: bool) -> str:
        return sql if canonical else Style(self._model(file).text if self.manner.styled else None).of(sql)

    def _model(self, file: SourceFile) -> SourceFile:
        """A file, or for an empty one another, whose style and line ends new text has."""
        return file if file.text else next((each for each in self.places.files if each.text), file)
