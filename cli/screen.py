"""A console that a terminal shows as one screen, drawn anew with each page; elsewhere its lines follow each other."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

from .output import Console, plural

_CLEARED: Final = "\x1b[H\x1b[2J"
_USUAL: Final = os.terminal_size((80, 24))


class Screen(Console):
    """Console whose messages belong to pages."""

    def __init__(self, console: Console) -> None:
        super().__init__(quiet=console.quiet, verbose=console.verbose, color=console.color)
        self.typed, self.printing = console.typed, console.printing
        self._drawn = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._lines: list[str] | None = None
        """The lines of the page on its way; None between pages."""

    @contextmanager
    def page(self, busy: str) -> Iterator[None]:
        """One page. Until it is drawn, what is there stays, with the line `busy` below it."""
        if not self._drawn:
            yield
            return
        super()._print(click.style(busy, dim=True))
        self._lines = []
        try:
            yield
        finally:
            lines, self._lines = self._lines, None
            super()._print(_CLEARED + "\n".join(_fitting(lines)))

    def _print(self, message: str) -> None:
        if self._lines is None:
            super()._print(message)
        else:
            self._lines += message.splitlines() or [""]


def _fitting(lines: list[str]) -> list[str]:
    """The lines that fit the terminal, the last one in any case; of the others it is said how many there are."""
    width, height = _size()
    rows = [max(1, -(-len(click.unstyle(line)) // width)) for line in lines]
    room = height - 1
    if sum(rows) <= room:
        return lines
    shown, left = 0, room - 1 - rows[-1]
    while shown < len(lines) - 1 and rows[shown] <= left:
        left -= rows[shown]
        shown += 1
    return [*lines[:shown], f"and {plural(len(lines) - 1 - shown, 'more line')} than fit here", lines[-1]]


def _size() -> os.terminal_size:
    try:
        found = os.get_terminal_size(sys.stderr.fileno())
    except OSError:
        return _USUAL
    return found if all(found) else _USUAL  # one that nobody has told its size
