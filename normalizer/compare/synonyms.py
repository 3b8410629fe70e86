"""The synonyms of plpgsql and SQL: tokens that the grammar reads as one and the same.

Each rule needs no knowledge of the whole: the bodies agree up to the synonym, so the parser is in one state before it,
and in that state the grammar (pl_gram.y, gram.y) treats both spellings alike wherever it takes both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

# Each of these is a keyword with one and the same entry in pg_catalog (gram.y, SimpleTypename); `bool` or `int4` are
# names instead, which a schema of the search_path may hold too.
_TYPES: Final = {
    ("timestamp", "without", "time", "zone"): "timestamp",
    ("time", "without", "time", "zone"): "time",
    ("character", "varying"): "varchar",
    ("char", "varying"): "varchar",
    ("double", "precision"): "float",
    ("character",): "char",
    ("int",): "integer",
    ("dec",): "numeric",
    ("decimal",): "numeric",
}
VARYING_WORDS: Final = frozenset({"exception", "elseif", "elsif", "default"}).union(*_TYPES, _TYPES.values())
"""Words that one of two like bodies may have without the other."""
_OPENING: Final = frozenset({"(", "["})
_CLOSING: Final = frozenset({")", "]"})
_BLOCK_FOLLOWS: Final = frozenset({"", ";", "begin", "loop"})
_STARTS: Final = frozenset({*_BLOCK_FOLLOWS, "then", "else"})
_NOT_LABELS: Final = frozenset({"if", "case", "loop", ";", ""})
_ASSIGNED: Final = frozenset({"=", ":=", ".", "["})


class Token(NamedTuple):
    """One token of a body with the comments before it. `literal` marks what no rule may touch."""

    text: str
    literal: bool = False
    comments: tuple[str, ...] = ()

    def spelled(self, text: str) -> Token:
        """The same token in other letters."""
        return self._replace(text=text)


def canonical_spelling(language: str, tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The body's tokens, in lower case and ended by an empty one, with one spelling for all synonyms.

    The comments of a token that falls away go to the next.
    """
    words = [token.text[:2] if token.literal else token.text for token in tokens]
    depths = list(_depths(words))
    changes = {position: "<>" for position, word in enumerate(words) if word == "!="}
    changes |= {position: ":=" for position, word in enumerate(words) if word == "=>" and depths[position]}
    changes |= dict(_cast_types(words, depths))
    if language == "plpgsql":
        changes |= dict(_declarations(words, depths))
        changes |= dict(_statements(words, depths))
        changes |= dict(_end_of_block(words))
    else:
        changes |= dict(_last_semicolons(words))
    found: list[Token] = []
    waiting: tuple[str, ...] = ()
    for position, token in enumerate(tokens):
        text = changes.get(position, token.text)
        waiting += token.comments
        if text or not token.text:
            found.append(token._replace(text=text, comments=waiting))
            waiting = ()
    return tuple(found)


def _depths(words: Sequence[str]) -> Iterator[int]:
    depth = 0
    for word in words:
        if word in _CLOSING:
            depth -= 1
        yield depth
        if word in _OPENING:
            depth += 1


def _type_name(words: Sequence[str], position: int) -> Iterator[tuple[int, str]]:
    for name, spelling in _TYPES.items():
        end = position + len(name)
        if tuple(words[position:end]) == name:
            yield position, spelling
            yield from ((dropped, "") for dropped in range(position + 1, end))
            return


def _cast_types(words: Sequence[str], depths: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Types after `::` and in `cast(… as …)`."""
    for position, word in enumerate(words):
        if word == "::":
            yield from _type_name(words, position + 1)
        elif word == "cast" and words[position + 1] == "(":
            inside = depths[position] + 1
            for there in range(position + 2, len(words)):
                if depths[there] < inside:
                    break
                if words[there] == "as" and depths[there] == inside:
                    yield from _type_name(words, there + 1)


def _declarations(words: Sequence[str], depths: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Types and defaults of the variables in each DECLARE section."""
    for start, end in _sections(words, depths):
        position = start + 1
        while position < end:
            stop = min(_stop(words, depths, position), end)
            yield from _declaration(words, depths, position, stop)
            position = stop + 1


def _sections(words: Sequence[str], depths: Sequence[int]) -> Iterator[tuple[int, int]]:
    """From each DECLARE to the BEGIN of its block."""
    for position, word in enumerate(words):
        if word == "declare" and _before(words, position) in _BLOCK_FOLLOWS:
            after = range(position + 1, len(words))
            ends = (at for at in after if words[at] == "begin" and words[at - 1] in (";", "declare") and not depths[at])
            yield position, next(ends, position)


def _declaration(words: Sequence[str], depths: Sequence[int], start: int, end: int) -> Iterator[tuple[int, str]]:
    of_type = start + 2 if words[start + 1] == "constant" else start + 1
    if "cursor" in words[of_type : of_type + 3]:
        return
    if words[of_type + 1] not in ("%", "."):
        yield from _type_name(words, of_type)
    for position in range(of_type + 1, end):
        if words[position] in ("=", ":=", "default") and not depths[position]:
            yield position, "="
            return


def _statements(words: Sequence[str], depths: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Assignments, ELSEIF, and RAISE without its default level."""
    declared = {at for start, end in _sections(words, depths) for at in range(start, end)}
    for position, word in enumerate(words[:-1]):
        if depths[position] or position in declared or _before(words, position) not in _STARTS:
            continue
        if word == "elseif" and words[position - 1] == ";" and words[position + 1] not in _ASSIGNED:
            yield position, "elsif"
        elif word == "raise" and words[position + 1] == "exception":
            message = words[position + 2]
            if message == "using" or message[:1] in ("'", "$"):
                yield position + 1, ""
        if word in ("get", "raise"):
            statement = range(position, _stop(words, depths, position))
            yield from ((at, "=") for at in statement if words[at] == ":=" and not depths[at])
        elif words[operator := _after_target(words, depths, position)] == ":=":
            yield operator, "="


def _after_target(words: Sequence[str], depths: Sequence[int], position: int) -> int:
    """Place of the operator if an assignment begins at `position`: after `a`, `a.b` or `a[1].b`."""
    last = len(words) - 1
    position += 1
    while words[position] in (".", "["):
        if words[position] == ".":
            position += 2
        else:
            position = 1 + next((at for at in range(position, last) if words[at] == "]" and not depths[at]), last)
        if position >= last:
            return last
    return position


def _stop(words: Sequence[str], depths: Sequence[int], position: int) -> int:
    """End of the statement at `position`: its semicolon or the body's end."""
    return next((at for at in range(position, len(words)) if words[at] == ";" and not depths[at]), len(words) - 1)


def _before(words: Sequence[str], position: int) -> str:
    """The word before `position`, or before the label (`<<l>>`) that stands there."""
    labelled = words[position - 1] == ">>" and words[position - 3] == "<<"
    return words[position - 4] if labelled else words[position - 1]


def _end_of_block(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The label that END may repeat, and the semicolon that may follow the last END."""
    last = len(words) - 2
    for position, word in enumerate(words):
        if word == "end" and words[position - 1] == ";":
            label = position + 2 if words[position + 1] == "loop" else position + 1
            named = words[label] not in _NOT_LABELS and not words[label].startswith("/*")
            if named and (label == last or words[label + 1] == ";"):
                yield label, ""
    if last > 0 and words[last] == ";" and "end" in words[max(0, last - 2) : last]:
        yield last, ""


def _last_semicolons(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    for position in range(len(words) - 2, 0, -1):
        if words[position] != ";":
            return
        yield position, ""
