"""Two texts side by side, line by line, with the words that differ."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

from pgnorm.catalog.model import Value

_WORDS: Final = re.compile(r"\w+|\s+|.")
_ALIKE: Final = 0.5
"""Share of two lines that must be equal for one to stand beside the other."""
_THOROUGH: Final = 4_000_000
"""Pairs of lines up to which each line counts, however often it is there."""
_PAIRED: Final = 2_500
"""Pairs of lines up to which the best partners are looked for."""

Pieces = tuple[tuple[str, bool], ...]
"""A line in pieces, each with whether it differs."""


class Beside(Value):
    """A line on either side, None where that side has none. Lines count from 1."""

    before: Pieces | None
    after: Pieces | None
    number_before: int = 0
    number_after: int = 0
    same: bool = False


def side_by_side(before: str, after: str) -> Iterator[Beside]:
    """The lines of both texts."""
    old, new = (text.removesuffix("\n").split("\n") for text in (before, after))
    matcher = SequenceMatcher(None, old, new, autojunk=len(old) * len(new) > _THOROUGH)
    for tag, start, stop, first, last in matcher.get_opcodes():
        if tag == "equal":
            for number, text in enumerate(old[start:stop]):
                line = ((text, False),)
                yield Beside(
                    before=line,
                    after=line,
                    number_before=start + number + 1,
                    number_after=first + number + 1,
                    same=True,
                )
        else:
            for one, other in _pairs(old[start:stop], new[first:last]):
                yield _beside(old, new, None if one is None else start + one, None if other is None else first + other)


def _beside(old: Sequence[str], new: Sequence[str], one: int | None, other: int | None) -> Beside:
    if one is None or other is None:
        return Beside(
            before=None if one is None else ((old[one], True),),
            after=None if other is None else ((new[other], True),),
            number_before=0 if one is None else one + 1,
            number_after=0 if other is None else other + 1,
        )
    before, after = _marked(old[one], new[other])
    return Beside(before=before, after=after, number_before=one + 1, number_after=other + 1)


def _pairs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
    """The places of lines that stand beside each other, in order: those that are most alike, as far as any are."""
    if len(old) * len(new) > _PAIRED:
        for place in range(max(len(old), len(new))):
            yield place if place < len(old) else None, place if place < len(new) else None
        return
    one = other = 0
    for i, j in (*_partners(old, new), (len(old), len(new))):
        yield from ((place, None) for place in range(one, i))
        yield from ((None, place) for place in range(other, j))
        if i < len(old):
            yield i, j
        one, other = i + 1, j + 1


def _partners(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The pairs of lines, in order on both sides, that together are most alike."""
    alike = [[_alike(one, other) for other in new] for one in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], alike[i][j] + best[i + 1][j + 1])
    found = []
    i = j = 0
    while i < len(old) and j < len(new):
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            found.append((i, j))
            i, j = i + 1, j + 1
    return found


def _alike(one: str, other: str) -> float:
    first, second = _WORDS.findall(one.strip()), _WORDS.findall(other.strip())
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    if len(first) * len(second) > _THOROUGH or matcher.quick_ratio() < _ALIKE:
        return 0.0
    return found if (found := matcher.ratio()) >= _ALIKE else 0.0


def _marked(one: str, other: str) -> tuple[Pieces, Pieces]:
    """Two lines with the words that differ."""
    first, second = _WORDS.findall(one), _WORDS.findall(other)
    if len(first) * len(second) > _THOROUGH:
        return ((one, True),), ((other, True),)
    before: list[tuple[str, bool]] = []
    after: list[tuple[str, bool]] = []
    for tag, start, stop, begin, end in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        for pieces, words in ((before, first[start:stop]), (after, second[begin:end])):
            if words:
                pieces.append(("".join(words), tag != "equal"))
    return tuple(before), tuple(after)
