"""Lists among lines, cut so that all fit a screen."""

import os
import sys
from collections.abc import Sequence
from itertools import groupby
from typing import Final

import click

_ELSEWHERE: Final = 50
"""Lines of a screen where there is no terminal."""
_LEAST: Final = 3
"""Lines of a list that are shown in any case."""


def fitted(lines: Sequence[str]) -> list[str]:
    """The lines; where they don't fit a screen, the longest lists among them, which are indented, end sooner and say
    how much is left out."""
    parts = [[*some] for _, some in groupby(lines, key=_is_listed)]
    lengths = [len(part) for part in parts if _is_listed(part[0])]
    most = max(lengths, default=0)
    room = _rows() - (len(lines) - sum(lengths))
    while most > _LEAST and sum(min(length, most + 1) for length in lengths) > room:
        most -= 1
    return [line for part in parts for line in (_cut(part, most) if _is_listed(part[0]) else part)]


def more(count: int) -> str:
    """The line for what a list leaves out."""
    return f"… and {count} more (-v)"


def _cut(part: list[str], most: int) -> list[str]:
    return part if len(part) <= most + 1 else [*part[:most], f"  {more(len(part) - most)}"]


def _is_listed(line: str) -> bool:
    return click.unstyle(line).startswith("  ")


def _rows() -> int:
    """The lines that can be seen at once, but for that in which one types."""
    try:
        return (os.get_terminal_size(sys.stderr.fileno()).lines or _ELSEWHERE) - 1
    except (OSError, ValueError):
        return _ELSEWHERE
