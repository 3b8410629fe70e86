"""Choices by name: the same question has the same answer in the next state, unless chance changes it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

Draw = Callable[[int], int]
"""A number below the one given; 0 is the simplest."""

_TOUCHED: Final = 3
_CHANGED: Final = 3
NO, YES = "", "yes"


class Choices:
    """Answers to the questions that a schema asks about each of its objects, `table alpha: a: type`.

    With the answers of a former state an object keeps its own, but for one object of three: there a question of three
    is asked anew. An answer that is possible no more is drawn anew in any case.
    """

    def __init__(self, draw: Draw, major: int, former: Mapping[str, str] | None = None) -> None:
        self.major = major
        self.answers: dict[str, str] = {}
        self._draw = draw
        self._former = former or {}
        self._touched: dict[str, bool] = {}

    def one(self, question: str, *options: str) -> str:
        """One of the options; what stands there twice is twice as likely."""
        kept = self._former.get(question)
        if kept is None or kept not in options or self._changes(question):
            kept = options[self._draw(len(options))]
        self.answers[question] = kept
        return kept

    def flag(self, question: str, of: int = 2) -> bool:
        """True once in `of` times."""
        return self.one(question, *[NO] * (of - 1), YES) == YES

    def some(self, question: str, options: Sequence[str], of: int = 2) -> list[str]:
        """Some of the options in their order, or none."""
        return [each for each in options if self.flag(f"{question} {each}", of)]

    def order(self, question: str, options: Sequence[str]) -> list[str]:
        """The options in an order of their own."""
        left, found = list(options), list[str]()
        while left:
            found.append(self.one(f"{question} {len(found)}", *left))
            left.remove(found[-1])
        return found

    def _changes(self, question: str) -> bool:
        scope = question.partition(":")[0]
        if scope not in self._touched:
            self._touched[scope] = self._draw(_TOUCHED) == _TOUCHED - 1
        return self._touched[scope] and self._draw(_CHANGED) == _CHANGED - 1
