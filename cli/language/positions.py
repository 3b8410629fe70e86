"""Positions in texts as editors count them: lines that end as the protocol says, columns in units of an encoding."""

import re
from bisect import bisect_right
from functools import cached_property
from typing import Final

from attrs import frozen
from lsprotocol.types import Position, PositionEncodingKind, Range

_LINE_END: Final = re.compile(r"\r\n|\n|\r")


@frozen(slots=False)
class Positions:
    """The positions of one text, whose offsets count characters."""

    text: str
    encoding: str = PositionEncodingKind.Utf16

    def range(self, start: int, stop: int) -> Range:
        """The range between two offsets."""
        return Range(start=self.position(start), end=self.position(stop))

    def position(self, offset: int) -> Position:
        """The position of an offset."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect_right(self._starts, offset) - 1
        return Position(line=line, character=self._units(self.text[self._starts[line] : offset]))

    def offset(self, position: Position) -> int:
        """The offset of a position; of one that there is not, the nearest before it."""
        if position.line >= len(self._starts):
            return len(self.text)
        start, stop = self._starts[position.line], self._ends[position.line]
        line = self.text[start:stop]
        units = 0
        for at, character in enumerate(line):
            units += self._units(character)
            if units > position.character:
                return start + at
        return stop

    def at(self, line: int, column: int) -> int:
        """The offset of a line and a column as pgnorm counts them, both from 1."""
        start = 0
        for _ in range(line - 1):
            start = self.text.find("\n", start) + 1
            if not start:
                return len(self.text)
        end = self.text.find("\n", start)
        return min(start + column - 1, end if end >= 0 else len(self.text))

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in _LINE_END.finditer(self.text))]

    @cached_property
    def _ends(self) -> list[int]:
        return [*(found.start() for found in _LINE_END.finditer(self.text)), len(self.text)]

    def _units(self, text: str) -> int:
        if self.encoding == PositionEncodingKind.Utf8:
            return len(text.encode(errors="surrogatepass"))
        if self.encoding == PositionEncodingKind.Utf32:
            return len(text)
        return len(text.encode("utf-16-le", errors="surrogatepass")) // 2
