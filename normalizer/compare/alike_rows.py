"""Rows of two servers that say the same."""

from collections.abc import Iterable, Mapping, Sequence, Set
from marshal import dumps
from typing import Final, TypeAlias

from pgnorm.catalog.pipeline import Row

Pair: TypeAlias = tuple[Row, Row]
_EQUAL_BYTES: Final = 2
"""The version of marshal's format that has the same bytes for all equal values."""


def matched(old: Sequence[Row], new: Sequence[Row], start: int) -> tuple[list[Pair], tuple[list[Row], list[Row]]]:
    """The pairs of rows that say the same of an object from the column `start` on, and the other rows of both.

    Both come in the order of one query: most pairs are met where one walks along both, the rest is looked up.
    """
    alike: list[Pair] = []
    mine: list[Row] = []
    theirs: list[Row] = []
    here = there = 0
    while here < len(old) and there < len(new):
        before, after = old[here], new[there]
        if before[start:] == after[start:]:
            alike.append((before, after))
        elif here + 1 < len(old) and old[here + 1][start:] == after[start:]:
            mine.append(before)
            there -= 1
        elif there + 1 < len(new) and before[start:] == new[there + 1][start:]:
            theirs.append(after)
            here -= 1
        else:
            mine.append(before)
            theirs.append(after)
        here, there = here + 1, there + 1
    rows = _by_bytes([*mine, *old[here:]], start), _by_bytes([*theirs, *new[there:]], start)
    both = rows[0].keys() & rows[1].keys()
    alike += [(rows[0][key], rows[1][key]) for key in both]
    return alike, (_without(rows[0], both), _without(rows[1], both))


def _without(rows: Mapping[bytes, Row], left_out: Set[bytes]) -> list[Row]:
    return [row for key, row in rows.items() if key not in left_out]


def _by_bytes(rows: Iterable[Row], start: int) -> dict[bytes, Row]:
    """The rows by what they say of the object."""
    return {dumps(row[start:], _EQUAL_BYTES): row for row in rows}
