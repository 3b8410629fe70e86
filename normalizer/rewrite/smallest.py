"""Rewritten files as the smallest edits that make them: an editor keeps its place in all that stays."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import accumulate, takewhile

from ..files.edits import Edit, Rewrite, apply
from ..sql.statements import Statement, split


def changed_statements(rewrite: Rewrite) -> Iterator[Statement]:
    """The statements of a file that change, as they are."""
    return (statement for statement, start, new in _pieces(rewrite) if _piece(rewrite, statement, start) != new)


def smallest(rewrite: Rewrite) -> tuple[Edit, ...]:
    """The edits that turn the file's text into the new one, line by line, none where a line stays.

    Raises ValueError should they not do so.
    """
    edits = [
        edit
        for statement, start, new in _pieces(rewrite)
        for edit in _of_lines(_piece(rewrite, statement, start), new, start)
    ]
    if apply(rewrite.source.text, edits) != rewrite.text:
        raise ValueError(f"the edits do not make the new text of {rewrite.source.label}")
    return tuple(edits)


def _pieces(rewrite: Rewrite) -> Iterator[tuple[Statement, int, str]]:
    """Each statement with where the one before it ends, and what is to stand from there to its own end: comments within
    a definition come before it."""
    # A rewritten definition stays one statement.
    at_old = at_new = 0
    for before, after in zip(split(rewrite.source.text), split(rewrite.text), strict=True):
        yield before, at_old, rewrite.text[at_new : after.stop]
        at_old, at_new = before.stop, after.stop


def _piece(rewrite: Rewrite, statement: Statement, start: int) -> str:
    return rewrite.source.text[start : statement.stop]


def _of_lines(old: str, new: str, start: int) -> Iterator[Edit]:
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    at_old, at_new = ([0, *accumulate(map(len, lines))] for lines in (before, after))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for word, first, last, new_first, new_last in matcher.get_opcodes():
        if word != "equal":
            yield _trimmed(old, at_old[first], at_old[last], new[at_new[new_first] : at_new[new_last]], start)


def _trimmed(text: str, start: int, stop: int, new: str, moved: int) -> Edit:
    """The edit without what it has in common with the text at its beginning and end; no line end is cut in two."""
    old = text[start:stop]
    ahead = len(old[: _common(old, new)].rstrip("\r"))
    behind = _common(old[ahead:][::-1], new[ahead:][::-1])
    if behind and old[-behind] == "\n" and "\r" in (old[-behind - 1 : -behind], new[-behind - 1 : -behind]):
        behind -= 1
    return Edit(start=moved + start + ahead, stop=moved + stop - behind, text=new[ahead : len(new) - behind])


def _common(one: str, other: str) -> int:
    """The number of characters that both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
