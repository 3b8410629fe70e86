"""A way from one state to another as statements, and the fewest of them that still fail."""

from collections.abc import Callable, Sequence
from typing import Self

from attrs import evolve, frozen

from .rows import inserted, kept
from .state import State


@frozen
class Case:
    """Two states as they are made, the rows of the first, and what a plan may not change of these."""

    old: tuple[str, ...]
    rows: tuple[str, ...]
    new: tuple[str, ...]
    kept: tuple[str, ...]
    """Queries whose answers stay."""

    @classmethod
    def between(cls, old: State, new: State) -> Self:
        return cls(tuple(old.statements), tuple(inserted(old, new)), tuple(new.statements), tuple(kept(old, new)))

    def without(self, left_out: frozenset[str]) -> Self:
        """The case without these statements and queries."""
        old, rows, new, queries = (
            tuple(each for each in listed if each not in left_out)
            for listed in (self.old, self.rows, self.new, self.kept)
        )
        return evolve(self, old=old, rows=rows, new=new, kept=queries)

    def __str__(self) -> str:
        return f"-- from.sql\n{text((*self.old, *self.rows))}-- to.sql\n{text(self.new)}-- kept\n{text(self.kept)}"


def text(statements: Sequence[str]) -> str:
    """Statements as a file."""
    return "".join(f"{each};\n" for each in statements)


def reduced(case: Case, fails: Callable[[Case], bool]) -> Case:
    """The case without all that it fails without: first halves of its statements are left out, single ones at last."""
    left = list(dict.fromkeys((*case.new, *case.old, *case.rows, *case.kept)))
    size = len(left)
    while size := size // 2:
        shrunk = True
        while shrunk:
            shrunk = False
            for start in reversed(range(0, len(left), size)):
                less = case.without(frozenset(left[start : start + size]))
                if less != case and fails(less):
                    case, shrunk = less, True
                    del left[start : start + size]
    return case
