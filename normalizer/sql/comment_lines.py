"""The lines of a text that are comments: where tools look for their marks."""

import re

from pgnorm.catalog.errors import PgnormError

from .statements import Comment, comments


def comment_lines(text: str) -> tuple[Comment, ...]:
    """The comments that begin their line. Nothing inside of a literal is one."""
    try:
        found = comments(text)
    except PgnormError:  # rows of COPY, for one, are no tokens
        lines = re.finditer(r"^[ \t]*(--[^\r\n]*)", text, re.MULTILINE)
        found = tuple(Comment(start=match.start(1), end=match.end(1)) for match in lines)
    return tuple(each for each in found if not text[text.rfind("\n", 0, each.start) + 1 : each.start].strip())
