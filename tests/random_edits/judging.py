"""A judge of edited files that knows nothing of pgnorm: by Postgres' own parser, no byte may change but in statements
that an edit is about, and no comment may be lost but of what is dropped."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final

from pglast.parser import scan, split

from pgnorm.catalog.model import Value

from .edit import Edit

_COMMENTS: Final = ("SQL_COMMENT", "C_COMMENT")
_OPTIONAL: Final = frozenset({"or", "replace", "unique", "only", "if", "not", "exists", "materialized"})
_FINE: Final = 2 / 3


class Said(Value):
    """A statement with the semicolon behind it."""

    start: int
    stop: int
    text: str
    words: tuple[str, ...]
    """Its words, names without quotes."""

    @property
    def lead(self) -> str:
        """The words that it begins with."""
        return " ".join([word for word in self.words[:8] if word not in _OPTIONAL][:4])


def statements(text: str) -> tuple[Said, ...]:
    """The statements of a file."""
    found = []
    for span in split(text, with_parser=True, only_slices=True) if text.strip() else ():
        stop = span.stop + (text[span.stop : span.stop + 1] == ";")
        said = text[span]
        names = (said[token.start : token.end + 1] for token in scan(said) if token.name not in _COMMENTS)
        words = tuple(
            word[1:-1].replace('""', '"') if word.startswith('"') else word.lower()
            for word in names
            if not word.startswith(("'", "$"))
        )
        found.append(Said(start=span.start, stop=stop, text=said, words=words))
    return tuple(found)


def comments(text: str) -> Counter[str]:
    """The comments of a file, and how often it has each."""
    return Counter(text[token.start : token.end + 1] for token in scan(text) if token.name in _COMMENTS)


def _belonging(text: str, edit: Edit) -> Iterator[str]:
    """The comments of a file that go with what the edit drops: above it, inside of it or behind it on its line."""
    dropped = [said for said in statements(text) if not edit.gone.isdisjoint(said.words)]
    for token in scan(text):
        if token.name in _COMMENTS:
            for said in dropped:
                line = text.find("\n", said.stop)
                above = text[token.end + 1 : said.start]
                is_above = token.end < said.start and all(map(_is_blank_or_comment, above.splitlines()))
                if is_above or said.start < token.start < (line if line >= 0 else len(text)):
                    yield text[token.start : token.end + 1]
                    break


def _is_blank_or_comment(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("--")


def allowed(said: Said, edit: Edit) -> bool:
    """True if the edit is about a statement, or that names something that the edit drops."""
    names = frozenset(said.words)
    about = any(each.names <= names and (not each.verbs or said.lead.startswith(each.verbs)) for each in edit.subjects)
    return about or not names.isdisjoint(edit.gone)


class Verdict(Value):
    """Faults of edited files, and whether each statement that changed kept its own text but for what had to change."""

    faults: tuple[str, ...]
    coarse: tuple[str, ...]
    """The beginnings of statements of which less than two thirds stayed as it was."""


def judged(before: Mapping[str, str], after: Mapping[str, str], edit: Edit) -> Verdict:
    """The verdict on files by name, as they were and are."""
    faults: list[str] = []
    coarse: list[str] = []
    lost, come, belonging = Counter[str](), Counter[str](), Counter[str]()
    for name in sorted({*before, *after}):
        old, new = before.get(name, ""), after.get(name, "")
        if old == new:
            continue
        lost += comments(old) - comments(new)
        belonging += Counter(_belonging(old, edit))
        come += comments(new) - comments(old)
        faults += [f"{name}: {each}" for each in _strays(old, new, edit)]
        for one, other in _pairs(old, new, edit):
            faults += [f"{name}: {each}" for each in _lines(one, other, edit)]
            by_lines = edit.parts is not None and one.lead.startswith("create table")
            if not by_lines and _kept(one.text, other.text) < _FINE:
                coarse.append(one.lead)
    if left := lost - come - belonging:
        faults.append(f"lost comments: {list(left)}")
    if made := come - lost:
        faults.append(f"comments from nowhere: {list(made)}")
    return Verdict(faults=tuple(faults), coarse=tuple(coarse))


def _strays(old: str, new: str, edit: Edit) -> Iterator[str]:
    """Lines that changed outside of statements that the edit is about."""
    was, now = (list(_rest(text, edit)) for text in (old, new))
    for tag, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        for line in was[a:b] if tag != "equal" else ():
            if not (_is_comment(line) and edit.gone):
                yield f"gone: {line!r}"
        for line in now[c:d] if tag != "equal" else ():
            if not (_is_comment(line) and line.strip() in old):
                yield f"new: {line!r}"


def _rest(text: str, edit: Edit) -> Iterator[str]:
    """The lines of a file without the statements that the edit is about and without blank ones."""
    spans = [(said.start, said.stop) for said in statements(text) if allowed(said, edit)]
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    rest = "".join(text[start:stop] for start, stop in [*pairwise(edges)][::2])
    return (line for line in rest.splitlines(keepends=True) if line.strip())


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith(("--", "/*")) or line.rstrip().endswith("*/")


def _pairs(old: str, new: str, edit: Edit) -> Iterator[tuple[Said, Said]]:
    """Statements that changed, as they were and are."""
    was, now = ([each for each in statements(text) if allowed(each, edit)] for text in (old, new))
    texts = {each.text for each in was}, {each.text for each in now}
    fresh = [each for each in now if each.text not in texts[0]]
    for each in was:
        likes = [other for other in fresh if _subject(other) == _subject(each)]
        if each.text not in texts[1] and likes:
            yield each, likes[0]


def _subject(said: Said) -> tuple[str, ...]:
    """What a statement is about, as far as its first words say."""
    words = [word for word in said.words if word not in _OPTIONAL and word not in ("public", ".")]
    return tuple(words[: {"comment": 5, "create": 4 if words[1] in ("policy", "trigger") else 3}.get(words[0], 99)])


def _lines(one: Said, other: Said, edit: Edit) -> Iterator[str]:
    """Lines of a CREATE TABLE that changed and name nothing of what the edit is about."""
    if edit.parts is None or not one.lead.startswith("create table"):
        return
    parts = {*edit.parts, *edit.gone}
    was, now = (text.text.splitlines() for text in (one, other))
    for tag, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        commas = {line.rstrip(" ,") for line in (*was[a:b], *now[c:d])}
        for lines, others in ((was[a:b], now[c:d]), (now[c:d], was[a:b])):
            alike = {line.partition("--")[0].rstrip(" ,") for line in others} & commas
            for line in lines:
                named = any(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", line) for part in parts)
                if not named and line.partition("--")[0].rstrip(" ,") not in alike:
                    yield f"in a table: {line!r}"


def _kept(old: str, new: str) -> float:
    """The share of a statement's tokens, each with the space before it, that another has in their order."""
    was, now = (_spaced(text) for text in (old, new))
    blocks = SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / max(1, len(was))


def _spaced(text: str) -> list[str]:
    ends = [0, *(token.end + 1 for token in scan(text))]
    return [text[start:stop] for start, stop in pairwise(ends)]
