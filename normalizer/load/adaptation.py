"""Statements of files adapted for a load: the text that is run, and what is left out with a note."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from ..sql.lexer import Token, tokens
from ..sql.sessions import controls_transaction, handles_savepoint, sets_session
from ..sql.statements import Statement
from .subscriptions import without_call

Level = Literal["note", "verbose", "warning"]

_INCLUDES: Final = ("\\i", "\\ir", "\\include", "\\include_relative")
_CONNECTS: Final = ("\\connect", "\\c")
_DEFINES: Final = (("CREATE",), ("ALTER",), ("DROP",))
_ELSEWHERE: Final = (("SYSTEM",), ("DATABASE",), ("TABLESPACE",))
_NO_TRACE: Final = (("VACUUM",), ("CHECKPOINT",), ("REINDEX",))
_FIRST_WITH_MAINTAIN: Final = 170000


class Adapted(Value):
    """The text to run, as long as the statement's own so that places in it hold; None leaves the statement out."""

    text: str | None
    note: str = ""
    level: Level = "verbose"


def adapt(statement: Statement, version_num: int, place: Callable[[int], str], *, has_data: bool = False) -> Adapted:
    """The statement as it is run on a server of `version_num`; `has_data` tells that rows for COPY follow it.

    Raises PgnormError at its `place` for a psql line that stands for statements.
    """
    text, words = statement.text, statement.words
    if statement.psql:
        return _psql(text.split()[0], place(statement.start))
    if statement.copy_data or has_data or (statement.begins("COPY") and _over_the_wire(text)):
        return _left_out("the rows of COPY are not loaded", "verbose" if statement.copy_data else "note")
    if controls_transaction(statement):
        undone = words[0] in ("ROLLBACK", "ABORT")
        return _left_out(
            f"{words[0]} is passed over" + (": what it would undo is loaded" if undone else ""),
            "note" if undone else "verbose",
        )
    if words[:1] in _DEFINES and words[1:2] in _ELSEWHERE and words[:2] != ("ALTER", "DATABASE"):
        return _left_out(f"{words[0]} {words[1]} is left out: it reaches beyond the database", "note")
    if words[:1] in _DEFINES and words[1:2] == ("SUBSCRIPTION",):
        quiet = without_call(text)
        if quiet is None:
            return _left_out("what calls the publisher of a subscription is left out", "note")
        return Adapted(text=quiet, note="" if quiet == text else "the publisher of a subscription is not called")
    if words[:1] in _NO_TRACE:
        return _left_out(f"{words[0]} is left out: it changes no definition")
    if words[:2] == ("SET", "CLIENT_ENCODING") or words[:3] == ("SET", "SESSION", "CLIENT_ENCODING"):
        return _left_out("SET client_encoding is passed over: files are UTF-8")
    if words[:1] in (*_DEFINES, ("REFRESH",)) and "concurrently" in text.lower():
        blanked = _blanked(text, _keyword("CONCURRENTLY"), 1)
        return Adapted(text=blanked, note="" if blanked == text else "CONCURRENTLY is dropped while loading")
    if version_num < _FIRST_WITH_MAINTAIN and _grants(words) and "maintain" in text.lower():
        return without_item(text, _keyword("MAINTAIN"), "MAINTAIN, which this server does not have, is left out")
    return Adapted(text=text)


def without_item(text: str, is_item: Callable[[Token], bool], note: str) -> Adapted:
    """The statement without a member of one of its lists, left out as a whole where it was the only one."""
    found = list(tokens(text))
    for before, token, after in zip([None, *found], found, [*found[1:], None], strict=False):
        if is_item(token):
            if after and after.text == ",":
                return Adapted(text=_blank(text, token.start, after.end), note=note, level="note")
            if before and before.text == ",":
                return Adapted(text=_blank(text, before.start, token.end), note=note, level="note")
            return Adapted(text=None, note=f"{note} with its statement", level="note")
    return Adapted(text=text)


def without_version(text: str) -> str:
    """A CREATE EXTENSION without its VERSION."""
    return _blanked(text, _keyword("VERSION"), 2)


def stands_alone(statement: Statement) -> bool:
    """True if a statement must not run in one message with others."""
    return sets_session(statement) or handles_savepoint(statement)


def _psql(command: str, place: str) -> Adapted:
    """Leaves out a psql line, but for one whose statements would be missing without a word."""
    if command in _INCLUDES:
        raise PgnormError(
            f"{command} stands for another file, and only psql follows it",
            place=place,
            hint="Take the line out and name that file too: in schema_paths, or by a folder that holds both.",
        )
    if command == "\\gexec":
        raise PgnormError(
            f"{command} stands for what a query answers, and only psql runs that",
            place=place,
            hint="Write the statements themselves, or build them in a DO block with EXECUTE.",
        )
    return _left_out(f"the psql line {command} is passed over", "note" if command in _CONNECTS else "verbose")


def _left_out(note: str, level: Level = "verbose") -> Adapted:
    return Adapted(text=None, note=note, level=level)


def _over_the_wire(text: str) -> bool:
    return any(token.keyword in ("STDIN", "STDOUT") for token in tokens(text))


def _grants(words: tuple[str, ...]) -> bool:
    return words[:1] in (("GRANT",), ("REVOKE",)) or words[:3] == ("ALTER", "DEFAULT", "PRIVILEGES")


def _keyword(keyword: str) -> Callable[[Token], bool]:
    return lambda token: token.keyword == keyword


def _blanked(text: str, is_first: Callable[[Token], bool], count: int) -> str:
    found = list(tokens(text))
    for at, token in enumerate(found):
        if is_first(token):
            return _blank(text, token.start, found[min(at + count, len(found)) - 1].end)
    return text


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]
