"""The tokens of SQL text that decide where statements and comments begin and end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

# Postgres counts every character beyond ASCII as a letter of an identifier (scan.l, ident_start). The classes say which
# ASCII characters are not meant: one that names the rest of Unicode takes re some 10 ms to compile.
_NO_LETTER: Final = r"\[-^`{-\x7f"
_LETTER: Final = rf"[^\x00-@{_NO_LETTER}]"
_LETTER_OR_DIGIT: Final = rf"[^\x00-/:-@{_NO_LETTER}]"
_IN_WORD: Final = rf"[^\x00-#%-/:-@{_NO_LETTER}]"
_IN_NUMBER: Final = rf"[^\x00-\x2d/:-@{_NO_LETTER}]"
# Brackets, commas and dots are tokens by themselves (scan.l, self).
_OPERATOR: Final = r"[\x00-\x08\x0e-\x1b!#%&*+:<=>?@^`{|}~\x7f]"
_SPACE_OR_OPERATOR: Final = r"[\x00-!#%&*+,.:<=>?@\[\]^`{|}~\x7f]"

_TOKENS: Final = rf"""
      (?P<space>  [ \t\n\r\f\v]+ )
    | (?P<line>   --[^\n\r]* )
    | (?P<block>  /\* )
    | (?P<escape> [eE]' )
    | (?P<string> (?:[bBxXnN]|[uU]&)?' )
    | (?P<quoted> (?:[uU]&)?" )
    | (?P<word>   {_LETTER}{_IN_WORD}* )
    | (?P<dollar> \$(?:{_LETTER}{_LETTER_OR_DIGIT}*)?\$ )
    | (?P<end>    ; )
    | (?P<open>   \( )
    | (?P<close>  \) )
    | (?P<meta>   \\ )
    | (?P<other>  \$[0-9]+ | [0-9]{_IN_NUMBER}* | {_OPERATOR}+ | . )
"""

TOKEN: Final = re.compile(_TOKENS, re.VERBOSE | re.DOTALL)

# The same, but words, numbers, operators and white space in a row are one match, `plain`. A word is not plain where
# it may be the prefix of a literal.
RUN: Final = re.compile(
    rf"""
      (?P<plain> (?: {_LETTER}{_IN_WORD}*+ (?!['"&]) | [0-9]{_IN_NUMBER}*+ | -(?!-) | /(?!\*)
                   | {_SPACE_OR_OPERATOR}+ )+ )
    | {_TOKENS}
    """,
    re.VERBOSE | re.DOTALL,
)

# The tokens whose match is only their first characters: see token_end.
OPENERS: Final = frozenset({"string", "quoted", "escape", "dollar", "block"})

_NUMBER_OR_WORD: Final = re.compile(rf"[0-9]{_IN_NUMBER}*|{_LETTER}{_IN_WORD}*")

_FOLD: Final = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_BLOCK_MARK: Final = re.compile(r"/\*|\*/")
_REST_OF_STRING: Final = re.compile(r"[^']*+(?:''[^']*+)*+'")
_REST_OF_QUOTED: Final = re.compile(r'[^"]*+(?:""[^"]*+)*+"')
_REST_OF_ESCAPE: Final = re.compile(r"[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+'", re.DOTALL)
# Literals with nothing but white space and a line end between them are one literal, and the second part of an E''
# literal still knows backslashes (scan.l, quotecontinue).
_LINE_COMMENT: Final = re.compile(r"--[^\n\r]*")
_CONTINUED: Final = re.compile(r"(?:[ \t\f\v]|--[^\n\r]*)*[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*[\n\r])*'")


def token_end(text: str, match: re.Match[str], place: Callable[[int], str]) -> int:
    """The end of the token that starts with `match`.

    Raises PgnormError, with what `place` answers for the token's start, where the text ends before it.
    """
    end = match.end()
    found: re.Match[str] | None
    match match.lastgroup:
        case "string":
            found, what = _REST_OF_STRING.match(text, end), "string literal"
        case "quoted":
            found, what = _REST_OF_QUOTED.match(text, end), "quoted identifier"
        case "escape":
            found, what = _REST_OF_ESCAPE.match(text, end), "string literal"
            while found and (next_part := _CONTINUED.match(text, found.end())):
                found = _REST_OF_ESCAPE.match(text, next_part.end())
        case "dollar":
            close = text.find(match.group(), end)
            if close >= 0:
                return close + len(match.group())
            found, what = None, "dollar-quoted string"
        case "block":
            depth = 1
            while depth and (found := _BLOCK_MARK.search(text, end)):
                depth += 1 if found.group() == "/*" else -1
                end = found.end()
            if not depth:
                return end
            found, what = None, "comment"
        case _:
            return end
    if found is None:
        raise PgnormError(
            f"unterminated {what}",
            place=place(match.start()),
            hint="It begins there, and what should end it is missing.",
        )
    return found.end()


def comments_within(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Spans of the comments between the parts of an E'' literal whose first one's text begins at `start`."""
    found = _REST_OF_ESCAPE.match(text, start)
    while found and (gap := _CONTINUED.match(text, found.end())):
        yield from (comment.span() for comment in _LINE_COMMENT.finditer(text, gap.start(), gap.end()))
        found = _REST_OF_ESCAPE.match(text, gap.end())


class Token(Value):
    """A token that is neither white space nor comment; `start` is a character offset."""

    start: int
    text: str
    word: bool

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def keyword(self) -> str:
        """The token in upper case, its own text where it is quoted or no word."""
        return self.text.upper() if self.word and self.text.isascii() else self.text

    @property
    def name(self) -> str:
        """The identifier that the token stands for, as Postgres folds it."""
        return name_of(self.text)


def tokens(text: str) -> Iterator[Token]:
    """The tokens of the text of one statement; a literal or quoted identifier is one token."""
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        assert match is not None, "every character is a token"
        position = token_end(text, match, str)
        if match.lastgroup not in ("space", "line", "block"):
            yield Token(start=match.start(), text=text[match.start() : position], word=match.lastgroup == "word")


def name_of(word: str) -> str:
    """The identifier that a word of SQL stands for: unquoted, or folded to lower case."""
    if word.startswith('"'):
        return word[1:-1].replace('""', '"')
    # Beyond ASCII, Postgres folds nothing in a UTF-8 database (downcase_identifier).
    return word.lower() if word.isascii() else word.translate(_FOLD)


def words_of(run: str) -> list[str]:
    """The keywords and identifiers of a `plain` run."""
    return [word for word in _NUMBER_OR_WORD.findall(run) if not "0" <= word[0] <= "9"]
