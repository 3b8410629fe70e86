"""Lines and comments around a place in a text."""

from ..sql.statements import Comment, comments


def behind(text: str, at: int) -> int:
    """The end of the comments that stand behind a place on its line."""
    line = line_end(text, at)
    rest = text[at:line]
    found = [each for each in comments(text, at) if each.start < line] if "--" in rest or "/*" in rest else []
    for each in found:
        if text[at : each.start].strip():
            break
        at = each.end
    return at


def line_start(text: str, at: int) -> int:
    """The start of the line that a place is on."""
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """The end of the line that a place is on, before its line end."""
    found = text.find("\n", at)
    found = len(text) if found < 0 else found
    return found - (found > at and text[found - 1] == "\r")


def next_line(text: str, at: int) -> int:
    """The start of the next line."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def blank_before(text: str, line: int) -> bool:
    """True if the line above the one that begins here is blank, or there is none."""
    return line == 0 or not text[line_start(text, line - 1) : line - 1].strip()


def block_start(text: str, line: int) -> int:
    """The start of the lines of comment that stand right above a line."""
    above: list[Comment] = [each for each in comments(text) if each.end < line]
    for each in reversed(above):
        start = line_start(text, each.start)
        between = text[each.end : line]
        if between.strip() or between.count("\n") != 1 or text[start : each.start].strip():
            break
        line = start
    return line
