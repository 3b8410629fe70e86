"""A text walked by the lexer and edited, without any server."""

import re

from pgnorm.catalog.errors import PgnormError
from pgnorm.normalizer.files.edits import Edit, apply, encoded
from pgnorm.normalizer.files.reading import decode_file
from pgnorm.normalizer.rewrite.header import header_of
from pgnorm.normalizer.sql.defined import target
from pgnorm.normalizer.sql.statements import comments, split


def walked(text: str) -> bool:
    """Whether the lexer takes a text, without which nothing is done to it. Asserts that it misses nothing of it, and
    that edits leave alone what is around them."""
    file = decode_file(text.encode(), path=None, label="x.sql")
    assert encoded(file, file.text) == text.encode()
    text = file.text
    try:
        found = split(text, label="x.sql")
    except PgnormError as problem:
        assert (problem.place or "").startswith("x.sql:"), problem
        return False
    end = 0
    edits: list[Edit] = []
    for one in found:
        assert end <= one.start < one.end <= one.stop
        assert text[one.start : one.end] == one.text
        assert not _uncommented(text[end : one.start]).strip("; \t\n\r\f\v")
        end = one.stop
        target(one)
        if header_of(text, one):
            edits.append(Edit(start=one.start, stop=one.stop, text=f"<{len(edits)}>"))
            (alone,) = split(one.text)
            assert (alone.text, alone.words) == (one.text, one.words)
    assert not _uncommented(text[end:]).strip("; \t\n\r\f\v")
    edited = apply(_with_plain_rows(text), edits)
    for number, (edit, between) in enumerate(zip(edits, outside(text), strict=False)):
        head, _, edited = edited.partition(f"<{number}>")
        assert _uncommented(head).strip() == between, edit
    return True


def outside(text: str) -> list[str]:
    """The text without the definitions of routines in it, and without comments: those in a header go in front of it."""
    found = [one for one in split(text) if header_of(text, one) is not None]
    text = _with_plain_rows(text)
    ends = [0, *(one.stop for one in found)]
    starts = [*(one.start for one in found), len(text)]
    return [_uncommented(text[end:start]).strip() for end, start in zip(ends, starts, strict=True)]


def _with_plain_rows(text: str) -> str:
    """The text with rows for COPY, which are no tokens, as words: a quote in them would hide what follows."""
    for one in split(text):
        if one.copy_data:
            text = text[: one.start] + re.sub(r"[^\w\s\\.]", "_", text[one.start : one.stop]) + text[one.stop :]
    return text


def _uncommented(text: str) -> str:
    try:
        found = comments(text)
    except PgnormError:
        return text  # rows for COPY are no tokens
    for one in reversed(found):
        text = text[: one.start] + text[one.end :]
    return text
