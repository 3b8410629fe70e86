"""Splits SQL text into its statements, as psql does, and finds the comments in it."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value, untold

from ..files.reading import line_and_column
from .lexer import OPENERS, RUN, TOKEN, comments_within, token_end, tokens, words_of

_WORDS: Final = 8
_SPACE: Final = " \t\n\r\f\v"
_LINE: Final = re.compile(r"[^\n\r]*")
_DATA_END: Final = re.compile(r"^\\\.[ \t]*(?=\r?$)", re.MULTILINE)
_CONFORMING: Final = re.compile(
    r"(?:set\s+(?:session\s+|local\s+)?|reset\s+)standard_conforming_strings\b"
    r"(?P<off>(?:\s*=|\s+to)\s*'?(?:off|of|false|f|fa|fal|fals|no|n|0)'?\s*\Z)?",
    re.IGNORECASE,
)
_COPY_LINE: Final = re.compile(r"\\copy\s.*\bfrom\s+p?stdin\b", re.IGNORECASE)


class Statement(Value):
    """One statement of a text, by character offsets.

    `start` is its first token (comments before it are outside), `end` follows its last token, and `stop` follows
    its semicolon, or equals `end` where it has none. `words` are its first keywords and identifiers, at most eight:
    in upper case, or with their quotes and as they are where quoted. `psql` marks a line for psql itself
    (`\\restrict …`), `copy_data` the rows after a `COPY … FROM stdin` with their closing `\\.`; neither has words.
    """

    start: int
    end: int
    stop: int
    text: str = untold()
    words: tuple[str, ...]
    psql: bool = False
    copy_data: bool = False

    def begins(self, *words: str) -> bool:
        """True if the statement's first keywords are `words`."""
        return self.words[: len(words)] == words


class Comment(Value):
    """A `--` comment, without its line end, or a `/* */` comment, by character offsets."""

    start: int
    end: int


@lru_cache(maxsize=1024)  # a file is loaded, and then asked what it did; it is loaded again where it is rewritten
def split(text: str, *, label: str = "") -> tuple[Statement, ...]:
    """The statements of `text` in their order; whether they are SQL is for the server to judge.

    Lines for psql and the data of COPY are statements of their own, empty statements are none. Raises PgnormError,
    placed at `label:line:column`, where a literal, quoted identifier or comment never ends.
    """
    return _Splitter(text, label).split()


def comments(text: str, start: int = 0, end: int | None = None) -> tuple[Comment, ...]:
    """The comments of `text` from `start`, which must not be inside a token, to `end`."""
    stop = len(text) if end is None else end
    found = []
    position = start

    def place(offset: int) -> str:
        return _place(text, "", offset)

    while position < stop:
        match = _match(RUN, text, position)
        position = token_end(text, match, place)
        if match.lastgroup in ("line", "block"):
            found.append(Comment(start=match.start(), end=position))
        elif match.lastgroup == "escape":
            found += (Comment(start=start, end=end) for start, end in comments_within(text, match.end()))
    return tuple(found)


def _match(pattern: re.Pattern[str], text: str, position: int) -> re.Match[str]:
    match = pattern.match(text, position)
    assert match is not None, "every character is a token"
    return match


def _place(text: str, label: str, offset: int) -> str:
    line, column = line_and_column(text, offset)
    return f"{label}:{line}:{column}" if label else f"{line}:{column}"


class _Splitter:
    """The state of one walk over a text."""

    def __init__(self, text: str, label: str) -> None:
        self.text = text
        self.label = label
        self.found: list[Statement] = []
        self.position = 0
        self.backslashes = False
        """True if a backslash escapes in a literal without E, by a SET of the text itself."""
        self._reset()

    def _reset(self) -> None:
        self.start = -1
        self.end = -1
        self.words: list[str] = []
        self.parentheses = 0
        self.atomic = _Atomic()
        self.tokens = RUN

    def split(self) -> tuple[Statement, ...]:
        text, size = self.text, len(self.text)
        while self.position < size:
            match = _match(self.tokens, text, self.position)
            group, start = match.lastgroup, match.start()
            if group == "meta" and self.start < 0:
                self._psql_line()
                continue
            end = token_end(text, match, self._place) if group in OPENERS else match.end()
            self.position = end
            if group == "string" and self.backslashes and "\\" in text[start:end]:
                raise self._ambiguous(start)
            if group == "end" and not self.atomic.depth and not self.parentheses:
                self._finish(end)
                continue
            if group in ("line", "block", "space"):
                continue
            token = match.group()
            if group == "plain":
                end -= len(token) - len(token.rstrip(_SPACE))
                start += len(token) - len(token.lstrip(_SPACE))
                if start >= end:
                    continue
            if self.start < 0:
                self.start = start
            self.end = end
            if group == "open":
                self.parentheses += 1
            elif group == "close":
                self.parentheses = max(0, self.parentheses - 1)
            if self.tokens is TOKEN:
                self.atomic.see(token.upper(), word=group == "word" and not self.parentheses)
            if len(self.words) < _WORDS and group in ("plain", "word", "quoted"):
                self._head(token if group != "quoted" else text[start:end], group)
        self._finish(None)
        return tuple(self.found)

    def _place(self, offset: int) -> str:
        return _place(self.text, self.label, offset)

    def _ambiguous(self, start: int) -> PgnormError:
        return PgnormError(
            "a backslash in a literal without E, while standard_conforming_strings is off",
            place=self._place(start),
            hint="Write the literal as E'…', which means the same with either setting.",
        )

    def _head(self, token: str, group: str) -> None:
        words = [token] if group == "quoted" else [_upper(word) for word in words_of(token)]
        self.words += words[: _WORDS - len(self.words)]
        if self.tokens is RUN and _begins_routine(self.words):
            self.tokens = TOKEN

    def _finish(self, stop: int | None) -> None:
        data = False
        if self.start >= 0:
            text = self.text[self.start : self.end]
            if (found := _CONFORMING.match(text)) is not None:
                self.backslashes = found["off"] is not None
            data = stop is not None and self.words[:1] == ["COPY"] and _reads_stdin(text)
            self.found.append(
                Statement(
                    start=self.start,
                    end=self.end,
                    stop=self.end if stop is None else stop,
                    text=text,
                    words=tuple(self.words),
                )
            )
        self._reset()
        if data:
            self._copy_data()

    def _psql_line(self) -> None:
        start = self.position
        match = _match(_LINE, self.text, start)
        line = match.group().rstrip(_SPACE)
        end = start + len(line)
        self.found.append(Statement(start=start, end=end, stop=end, text=line, words=(), psql=True))
        self.position = match.end()
        if _COPY_LINE.match(line):
            self._copy_data()

    def _copy_data(self) -> None:
        """Takes the lines after this one up to `\\.`, since psql reads the rows before the rest of the line."""
        newline = self.text.find("\n", self.position)
        if newline < 0:
            return
        start = newline + 1
        match = _DATA_END.search(self.text, start)
        end = match.end() if match else len(self.text)
        data = self.text[start:end]
        self.found.append(Statement(start=start, end=end, stop=end, text=data, words=(), copy_data=True))
        self.position = end


class _Atomic:
    """Depth of a walk in the BEGIN ATOMIC and CASE blocks of one CREATE FUNCTION."""

    def __init__(self) -> None:
        self.depth = 0
        self.previous = ""

    def see(self, token: str, *, word: bool) -> None:
        """Takes the next token, in upper case; `word` tells whether it may be a keyword of the body."""
        # After AS or a dot these words are names.
        if word and self.previous not in ("AS", "."):
            if (token == "ATOMIC" and self.previous == "BEGIN") or (token == "CASE" and self.depth):
                self.depth += 1
            elif token == "END" and self.depth:
                self.depth -= 1
        self.previous = token


def _begins_routine(words: list[str]) -> bool:
    rest = words[3:4] if words[1:3] == ["OR", "REPLACE"] else words[1:2]
    return words[:1] == ["CREATE"] and rest in (["FUNCTION"], ["PROCEDURE"])


def _reads_stdin(text: str) -> bool:
    keywords = [token.keyword for token in tokens(text)]
    return ("FROM", "STDIN") in pairwise(keywords)


def _upper(word: str) -> str:
    # Beyond ASCII upper() may change a word's length, and no keyword is there.
    return word.upper() if word.isascii() else word
