"""Excerpts of a text around a place, as messages show them."""

from typing import Final

from .reading import line_and_column

_WIDTH: Final = 160


def excerpt(text: str, offset: int) -> str:
    """The line of an offset and the one before it, numbered, with a caret under the place."""
    line, column = line_and_column(text, offset)
    first = max(1, line - 1)
    start = offset - (column - 1)
    if first < line:
        start = text.rfind("\n", 0, start - 1) + 1
    lines = text[start:].split("\n", line - first + 1)[: line - first + 1]
    skipped = max(0, column - _WIDTH // 2)
    shown = []
    for number, content in enumerate(lines, first):
        visible = content.rstrip("\r").replace("\t", " ")[skipped : skipped + _WIDTH]
        shown.append(f"{number:>6} | {visible}".rstrip())
    return "\n".join([*shown, " " * 6 + " | " + " " * (column - 1 - skipped) + "^"])
