"""CSV texts: rows of values, each with its place."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from pgnorm.catalog.errors import PgnormError

from .reading import SourceFile

_DELIMITERS: Final = ",;\t|"
_QUOTED: Final = re.compile(r'"[^"]*(?:""[^"]*)*"')


class Field(NamedTuple):
    """A value and the offset at which it begins."""

    start: int
    text: str


def rows(source: SourceFile) -> Iterator[tuple[Field, ...]]:
    """The rows of a file, its header first, without empty lines. What delimits the values its first line tells.

    Raises PgnormError, placed, for a quote that nothing closes.
    """
    text, at = source.text, 0
    pattern = _field(_delimiter(text))
    row: list[Field] = []
    while at < len(text) or row:
        found = pattern.match(text, at)
        assert found is not None
        quoted, plain, end = found.groups()
        if quoted is None and plain.startswith('"'):
            raise PgnormError("nothing closes the quote that begins here", place=source.place(at))
        row.append(Field(at, (quoted[1:-1].replace('""', '"') if quoted else "") + plain))
        at = found.end()
        if end in ("", "\n", "\r\n", "\r"):
            if len(row) > 1 or row[0].text:
                yield tuple(row)
            row = []


def _delimiter(text: str) -> str:
    """The character that delimits the values of the first line: the most frequent outside of quotes."""
    first = _QUOTED.sub("", text).lstrip("\r\n").partition("\n")[0]
    return max(_DELIMITERS, key=first.count)


@cache
def _field(delimiter: str) -> re.Pattern[str]:
    """The pattern of a value and of what ends it."""
    mark = re.escape(delimiter)
    return re.compile(rf"({_QUOTED.pattern})?([^{mark}\r\n]*)({mark}|\r\n|\n|\r|\Z)")
