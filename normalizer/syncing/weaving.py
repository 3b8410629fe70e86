"""A statement changed clause by clause: what differs between two canonical texts, carried over into a third."""

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from functools import partial
from typing import Final

from ..files.edits import Edit, apply
from ..sql.lexer import Token, tokens
from ..sql.statements import comments, split
from .styling import Style, between

_PLAIN: Final = re.compile("^'([a-z]+)'$")
_DOLLARS: Final = re.compile(r"(\$[^$]*\$)(.*)\1", re.DOTALL)
_INDENT: Final = re.compile(r"\r?\n[ \t]*")


def woven(text: str, old: str, new: str, style: Style, *, loose: bool = False) -> str | None:
    """The text of a statement, whose canonical text is `old`, with what differs in `new`.

    None where the text says that in other words: `select c.*` lists no column that could be taken away. `loose` if its
    clauses may stand in another order: whether they still mean the same is for a proof.
    """
    if len(split(old)) != 1 or len(split(new)) != 1:
        return None
    here, before, after = (list(tokens(each)) for each in (text, old, new))
    known = {
        block.b + at: block.a + at
        for block in SequenceMatcher(None, _keys(here), _keys(before), autojunk=False).get_matching_blocks()
        for at in range(block.size)
    }
    if loose:
        known |= _elsewhere(_keys(here), _keys(before), known)
    known[-1], known[len(before)] = -1, len(here)
    edits: list[Edit] = []
    changed = SequenceMatcher(None, _keys(before), _keys(after), autojunk=False).get_opcodes()
    for tag, start, stop, first, last in changed:
        if tag == "equal":
            continue
        places = [known.get(at, len(text)) for at in range(start - 1, stop + 1)]
        if not _in_a_row(places):
            inner = [known.get(at, len(text)) for at in range(start, stop)] or places[:1]
            if not loose or not _in_a_row(inner) or inner[-1] >= len(here):
                return None
            places = [inner[-1], inner[-1] + 1] if tag == "insert" else [inner[0] - 1, *inner, inner[-1] + 1]
        left = here[places[0]].end if places[0] >= 0 else 0
        right = here[places[-1]].start if places[-1] < len(here) else len(text)
        if comments(text, left, right):
            return None
        said = new[after[first].start : after[last - 1].end] if last > first else ""
        if tag == "insert":
            said = new[after[first - 1].end if first else 0 : after[first].start] + said
        if last - first == stop - start == 1:
            said = _tagged(said, here[places[1]].text)
        begin = here[places[1]].start if tag == "replace" else left
        end = here[places[-2]].end if tag != "insert" else left
        indented = between(style.of(said), partial(_INDENT.sub, _indent(text, here[: places[0] + 1])))
        edits.append(Edit(start=begin, stop=end, text=indented))
    return apply(text, edits) if edits else None


def _elsewhere(here: Sequence[str], before: Sequence[str], known: Mapping[int, int]) -> dict[int, int]:
    """The places of tokens that stand in another order, where what they stand for is there once."""
    rest = [key for at, key in enumerate(here) if at not in known.values()]
    left = [key for at, key in enumerate(before) if at not in known]
    once = {key for key in rest if rest.count(key) == left.count(key) == 1}
    places = {key: at for at, key in enumerate(here) if key in once and at not in known.values()}
    return {at: places[key] for at, key in enumerate(before) if key in once and at not in known}


def _tagged(said: str, old: str) -> str:
    """A literal between the dollars of the one that it replaces, where it can be."""
    found, before = _DOLLARS.fullmatch(said), _DOLLARS.fullmatch(old)
    return said if not found or not before or before[1] in found[2] else before[1] + found[2] + before[1]


def _in_a_row(places: Sequence[int]) -> bool:
    return [*places] == [*range(places[0], places[0] + len(places))]


def _indent(text: str, before: Sequence[Token]) -> str:
    """The line end and the indentation of the line that a place behind these tokens is on, or of the next where a list
    opens there; in a list that has begun on its line no line end, but a space behind what is there."""
    left, opened = before[-1].end if before else 0, _opened(before)
    gap = _INDENT.match(text, left) if opened == left else None
    if gap is None and opened is not None and "\n" not in text[opened:left]:
        return " " * (opened < left)
    line = text[text.rfind("\n", 0, left) + 1 :]
    end = "\r\n" if "\r\n" in text else "\n"
    return gap[0] if gap else end + line[: len(line) - len(line.lstrip(" \t"))]


def _opened(before: Sequence[Token]) -> int | None:
    """The place behind the bracket that is still open behind these tokens, None for none."""
    closed = 0
    for token in reversed(before):
        closed += (token.text == ")") - (token.text == "(")
        if closed < 0:
            return token.end
    return None


def _keys(found: Sequence[Token]) -> list[str]:
    """The tokens by what they stand for: `on` is `'on'` and `"on"`, which the proof tells apart where it matters."""
    keys = [_PLAIN.sub(r"\1", _key(token)) for token in found]
    return ["to" if key == "=" and keys[at - 2 : at - 1] == ["set"] else key for at, key in enumerate(keys)]


def _key(token: Token) -> str:
    dollars = _DOLLARS.fullmatch(token.text)
    if dollars is not None:
        return "'" + dollars[2].replace("'", "''") + "'"
    return token.name if token.word or token.text.startswith('"') else token.text
