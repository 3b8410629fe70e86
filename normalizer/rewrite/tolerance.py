"""Errors that a project's load may have where only some of its files are worked on."""

from __future__ import annotations

from collections import Counter

from attrs import define, field

from pgnorm.catalog.errors import PgnormError

from ..load.causes import Failed, together, told_once
from ..sql.defined import makes_routine
from ..sql.statements import split
from .inputs import Chosen


@define(kw_only=True)
class Tolerance:
    """Is told what failed in each load of the chosen files, and lets pass what was not asked for."""

    chosen: Chosen
    _first: Failed | None = field(default=None, init=False)

    @property
    def errors(self) -> tuple[PgnormError, ...]:
        """Errors of the files that were not asked for."""
        return tuple(told_once((*self.chosen.unread, *(self._first.errors if self._first else ()))))

    def __call__(self, failed: Failed) -> None:
        """Takes what failed in a load. Raises PgnormError where that is what was asked for, and for what did not fail
        in the first load."""
        if self._first is None:
            if failed.errors and (not self.chosen.named or self._concerns(failed)):
                raise together((*self.chosen.unread, *failed.errors))
            self._first = failed
            return
        known = Counter(map(_key, self._first.errors))
        for error in failed.errors:
            if not known[_key(error)]:
                raise PgnormError(
                    f"nothing is written, since the rewritten files fail: {error.message}",
                    place=error.place,
                    hint="Please report it with the definition.",
                )
            known[_key(error)] -= 1

    def _concerns(self, failed: Failed) -> bool:
        """True if something in the files asked for fails, or one of their functions for want of something elsewhere."""
        if any(self.chosen.asks_for(error.place) for error in failed.errors):
            return True
        return any(
            makes_routine(statement) and file.place(statement.start) in failed.places
            for file in self.chosen.files
            if file.label in self.chosen.rewritten
            for statement in split(file.text, label=file.label)
        )


def _key(error: PgnormError) -> tuple[str, str]:
    """The part of an error that stays when the texts are rewritten: its file and its first line."""
    return (error.place or "").rsplit(":", 2)[0], error.message.splitlines()[0]
