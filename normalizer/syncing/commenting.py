"""Comments of a CREATE TABLE put into another text of it, each at the column or constraint that it is about."""

from collections.abc import Mapping

from pgnorm.catalog.errors import PgnormError

from ..files.edits import Edit, apply
from ..files.reading import SourceFile
from ..sql.statements import Comment, comments, split
from .placing import Placed
from .table_text import Element, elements


def with_comments(sql: str, placed: Placed) -> str:
    """SQL with the comments of the statement whose place it is to take; those that are about no column or constraint
    that it has come above it."""
    text = placed.file.text
    found = comments(text, placed.statement.start, placed.statement.end)
    if not found:
        return sql
    (statement,) = split(sql)[:1]
    new = Placed(file=SourceFile(path=None, label="", text=sql), statement=statement)
    ends, starts = _listed(placed), _listed(new)
    edits: dict[int, str] = {}
    above = ""
    for comment in found:
        said = text[comment.start : comment.end]
        name, behind = _about(text, comment, ends)
        element = starts.get(name)
        if element is None:
            above += f"{said}\n"
        elif behind:
            at = element.comma.end if element.comma is not None else element.found[-1].end
            edits[at] = f"{edits.get(at, '')} {said}"
        else:
            at = element.found[0].start
            edits[at] = f"{edits.get(at, '')}{said}\n    "
    return above + apply(sql, [Edit(start=at, stop=at, text=said) for at, said in edits.items()])


def _listed(placed: Placed) -> Mapping[str, Element]:
    """The columns and the constraints that have a name, none where the statement lists none."""
    try:
        found = elements(placed)
    except PgnormError:
        return {}
    return {each.column or each.constraint or "": each for each in found}


def _about(text: str, comment: Comment, listed: Mapping[str, Element]) -> tuple[str, bool]:
    """The name of what a comment is about, empty for nothing of the list; true where it stands behind that."""
    for name, each in listed.items():
        start, end = each.found[0].start, each.found[-1].end
        if start < comment.start and "\n" not in text[max(end, start) : comment.start]:
            following = next((other for other in listed.values() if other.found[0].start > start), None)
            if following is None or comment.start < following.found[0].start or comment.start < end:
                return name, True
        if comment.start < start:
            return name, False
    return "", False
