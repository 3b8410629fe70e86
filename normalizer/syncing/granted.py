"""GRANT and REVOKE without what is dropped: columns, or objects, that they list beside others."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final, TypeAlias

from pgnorm.catalog.model import Object

from ..files.edits import Edit
from ..sql.lexer import Token, tokens
from .placing import Placed, names, words_of

_DEPTH: Final = {"(": 1, ")": -1}
_Part: TypeAlias = Sequence[Token]


def without(
    placed: Placed, gone: Collection[Object], only_of_name: Callable[[Object], bool]
) -> tuple[Edit, ...] | None:
    """The edits that take what is gone out of a GRANT or REVOKE; None where nothing is left of it.

    A routine that is the only one of its name is known by that, however the types of its arguments are spelled.
    """
    text, moved = placed.statement.text, placed.statement.start
    found = list(tokens(text))
    words = [token.keyword for token in found]
    ends = [at for at, word in enumerate(words) if word in ("TO", "FROM")]
    if "ON" not in words or not ends:
        return ()
    on, end = words.index("ON"), ends[-1]
    keyword = next((word for word in _keywords(gone) if words_of(text[found[on].end :])[: len(word)] == word), ())
    objects = list(_parts(found[on + 1 + len(keyword) : end]))
    said = [words_of(text[part[0].start : part[-1].end]) for part in objects]
    lost = set[int]()
    columns = set[str]()
    for item in gone:
        word, name = _named(item)
        here = {at for at, each in enumerate(said) if _is(each, name, only=only_of_name(item))}
        if keyword not in (word, ()) or not here:
            continue
        if not item.grant_columns:
            lost |= here
        elif len(objects) == 1:
            columns.add(item.name)
    edits = [] if not columns else _columns(found[1:on], columns)
    if edits is None or len(lost) == len(objects):
        return None
    cut = (*edits, *_cut(objects, lost))
    return tuple(Edit(start=each.start + moved, stop=each.stop + moved, text="") for each in cut)


def _named(item: Object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The keyword before the name of an object, and its name."""
    word, *name = words_of(item.grant_signature())
    return (word,), tuple(name)


def _keywords(gone: Collection[Object]) -> Iterator[tuple[str, ...]]:
    return (_named(item)[0] for item in gone)


def _is(said: Sequence[str], name: Sequence[str], *, only: bool) -> bool:
    return names((*said, "to"), 0, name, ("to",), only_of_name=only)


def _columns(found: _Part, gone: Collection[str]) -> list[Edit] | None:
    """Columns taken out of the privileges' lists, and with the last of a list its privilege; None if none is left."""
    privileges = list(_parts(found))
    lost = set[int]()
    edits: list[Edit] = []
    for at, part in enumerate(privileges):
        opening = next((n for n, token in enumerate(part) if token.text == "("), len(part))
        listed = list(_parts(part[opening + 1 : -1]))
        here = {n for n, each in enumerate(listed) if each[0].name in gone}
        if listed and len(here) == len(listed):
            lost.add(at)
        else:
            edits += _cut(listed, here)
    return None if len(lost) == len(privileges) else [*edits, *_cut(privileges, lost)]


def _parts(found: _Part) -> Iterator[_Part]:
    """Texts between commas."""
    part: list[Token] = []
    depth = 0
    for token in found:
        depth += _DEPTH.get(token.text, 0)
        if token.text == "," and not depth:
            yield part
            part = []
        else:
            part.append(token)
    if part:
        yield part


def _cut(parts: Sequence[_Part], lost: Collection[int]) -> Iterator[Edit]:
    """Edits that take some of a list away, each with a comma."""
    last = max((at for at in range(len(parts)) if at not in lost), default=-1)
    for at in lost:
        if at < last:
            yield Edit(start=parts[at][0].start, stop=parts[at + 1][0].start, text="")
        else:
            yield Edit(start=parts[at - 1][-1].end, stop=parts[at][-1].end, text="")
