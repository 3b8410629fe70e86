"""Diagrams as Mermaid text, for where pictures are made of that."""

import re
from collections.abc import Iterator
from typing import Final

from .diagram import Diagram, Line
from .odd import in_one_line, with_odd_shown
from .svg import SIGN_WORDS

_NO_WORD: Final = re.compile(r"[^A-Za-z0-9_]+")
_NO_TYPE: Final = re.compile(r"[^A-Za-z0-9_()\[\]]+")
_FIRST: Final = re.compile(r"\A(?![A-Za-z_])")


def mermaid(diagram: Diagram) -> str:
    """The text of an erDiagram."""
    return "".join(f"{each}\n" for each in _lines(diagram))


def _lines(diagram: Diagram) -> Iterator[str]:
    yield "erDiagram"
    number = {entity.id: f"t{place}" for place, entity in enumerate(diagram.entities, start=1)}
    for entity in diagram.entities:
        yield f"  {number[entity.id]}[{_quoted(entity.label)}] {{"
        yield from (f"    {_column(each)}" for each in entity.lines)
        yield "  }"
    for each in diagram.references:
        yield f"  {number[each.target]} ||--o{{ {number[each.source]} : {_quoted(each.name)}"


def _column(each: Line) -> str:
    key = f" {each.key.replace(' ', ', ')}" if each.key else ""
    name = _word(each.name, _NO_WORD)
    said = ", ".join(filter(None, (each.name if name != each.name else "", SIGN_WORDS[each.sign] if each.sign else "")))
    return f"{_word(each.type, _NO_TYPE)} {name}{key}{f' {_quoted(said)}' if said else ''}"


def _word(said: str, no_part: re.Pattern[str]) -> str:
    """The text as one word of Mermaid's grammar."""
    return _FIRST.sub("_", no_part.sub("_", said).strip("_"), count=1) if said else "_"


def _quoted(said: str) -> str:
    """The text in Mermaid's quotes, in which it reads entities (`#35;`) and, where HTML is on, tags."""
    shown = with_odd_shown(in_one_line(said), lambda number: f"({number})")
    return '"' + re.sub(r"[^\w .,:()/+-]", lambda found: f"#{ord(found[0])};", shown) + '"'
