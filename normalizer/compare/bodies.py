"""Tells what a difference between two function bodies is worth: nothing but looks, or meaning."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final

from .synonyms import VARYING_WORDS, Token, canonical_spelling

CLASSIFIED_LANGUAGES: Final = frozenset({"plpgsql", "sql"})

_LOWER: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_SPACES: Final = re.compile(r"[ \t\n\r\f\v]+")
_COMMENTS: Final = frozenset({"SQL_COMMENT", "C_COMMENT"})
_LITERALS: Final = frozenset({"SCONST", "USCONST", "BCONST", "XCONST", "UIDENT"})
_HINT: Final = "/*+"
_COMMENT: Final = re.compile(r"--|/\*")
_WORD: Final = re.compile(r"\w+")


class Difference(IntEnum):
    """Class of what two bodies differ in, at the most: each may include those before it."""

    IDENTICAL = 0
    LAYOUT = 1
    """White space and line ends."""
    CASE = 2
    """Letter case of keywords and unquoted names."""
    SPELLING = 3
    """Synonyms that the language's own grammar reads as one and the same (see `spelling`)."""
    COMMENTS = 4
    """Comments; optimizer hints (`/*+`) are none."""
    MEANING = 5

    @property
    def cosmetic(self) -> bool:
        """True if the two bodies differ, and do the same."""
        return Difference.IDENTICAL < self < Difference.MEANING

    @property
    def word(self) -> str:
        """The word that messages have for it."""
        return self.name.lower()


def classify(language: str, old: str, new: str) -> Difference:
    """The class of the difference between two bodies (pg_proc.prosrc) of one function in `language`.

    Only plpgsql and sql have a lexer that is known here: in another language every byte has meaning, and so it has
    where a body can't be scanned.
    """
    if old == new:
        return Difference.IDENTICAL
    if language not in CLASSIFIED_LANGUAGES or _have_other_words(old, new):
        return Difference.MEANING
    before, after = _scan(old), _scan(new)
    if before is None or after is None:
        return Difference.MEANING
    if before == after:
        return Difference.LAYOUT
    before, after = _folded(before), _folded(after)
    if before == after:
        return Difference.CASE
    before, after = canonical_spelling(language, before), canonical_spelling(language, after)
    if before == after:
        return Difference.SPELLING
    if [token.text for token in before] == [token.text for token in after]:
        return Difference.COMMENTS
    return Difference.MEANING


def _have_other_words(old: str, new: str) -> bool:
    """True if two bodies without comments have different words, whatever each is: then they differ in meaning, which is
    told without Postgres' lexer, and that takes longer to import than to run."""
    if _COMMENT.search(old) or _COMMENT.search(new):
        return False
    before, after = (set(_WORD.findall(text.translate(_LOWER))) for text in (old, new))
    return not (before ^ after).issubset(VARYING_WORDS)


def _scan(text: str) -> tuple[Token, ...] | None:
    """The tokens of a body as Postgres' own lexer sees them, and at the end an empty one for the last comments."""
    from pglast.parser import ParseError, scan

    try:
        scanned = scan(text)
    except ParseError:
        return None
    found: list[Token] = []
    comments: list[str] = []
    for token in scanned:
        part = text[token.start : token.end + 1]
        if token.name in _COMMENTS and not part.startswith(_HINT):
            comments.append(_SPACES.sub(" ", part).strip(" "))
            continue
        # The lexer turns != into <>: one token for both.
        literal = token.name in _LITERALS or token.name in _COMMENTS or part.startswith('"')
        found.append(Token(part, literal=literal, comments=tuple(comments)))
        comments = []
    return (*found, Token("", comments=tuple(comments)))


def _folded(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    # A server with UTF-8 folds ASCII letters only (scansup.c, downcase_identifier).
    return tuple(token if token.literal else token.spelled(token.text.translate(_LOWER)) for token in tokens)
