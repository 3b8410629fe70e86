"""Migration files as they are applied: statement by statement, each with the comments before it, as histories keep
them."""

import re
from collections.abc import Iterable
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value, untold

from ..files.reading import SourceFile
from ..sql.comment_lines import comment_lines
from ..sql.lexer import tokens
from ..sql.sessions import controls_transaction
from ..sql.statements import Statement, comments, split

MARK: Final = "-- pgnorm: transaction=false"
"""The comment of a file that is not to run in one transaction."""
_WORDS_BEFORE_NAMES: Final = 5
_BEGINNINGS: Final = (("BEGIN",), ("BEGIN", "TRANSACTION"), ("BEGIN", "WORK"), ("START", "TRANSACTION"))
_ENDS: Final = tuple((word, *rest) for word in ("COMMIT", "END") for rest in ((), ("TRANSACTION",), ("WORK",)))


class Piece(Value):
    """A part of a file up to a semicolon, without that: `text` begins at `offset`. `statement` is None for comments."""

    offset: int
    text: str = untold()
    statement: Statement | None = untold()


class Applicable(Value):
    """A migration file as it is applied and remembered."""

    version: str
    name: str
    source: SourceFile
    pieces: tuple[Piece, ...] = untold()

    @property
    def label(self) -> str:
        """The name of the file for messages."""
        return self.source.label

    @property
    def texts(self) -> list[str]:
        """The statements as a history keeps them."""
        return [piece.text for piece in self.pieces]

    @property
    def statement_count(self) -> int:
        """The number of its statements, comments not counted."""
        return count(self.texts)

    def place(self, piece: Piece) -> str:
        """`file:line:column` of a statement's first token."""
        return self.source.place(piece.statement.start if piece.statement else piece.offset)


def applicable(version: str, name: str, source: SourceFile) -> Applicable:
    """The file as it is applied. Raises PgnormError, placed, where its text can't be split into statements."""
    return Applicable(version=version, name=name, source=source, pieces=_pieces(source))


def count(texts: Iterable[str]) -> int:
    """The number of statements among texts that a history keeps, some of which are comments alone."""
    return sum(next(tokens(text), None) is not None for text in texts)


def check(migration: Applicable, at: str = "") -> None:
    """Raises PgnormError, placed, for what only psql can run; `at` is the option that names a database, for a migration
    that a history is to have."""
    for piece in migration.pieces:
        if piece.statement is not None and (what := _for_psql(piece.statement)):
            after = f", and then `pgnorm migration repair --status applied {migration.version} {at}`" * bool(at)
            raise PgnormError(
                f"only psql runs {what}",
                place=migration.place(piece),
                hint=f"Write it as SQL (INSERT for rows); or run the file with psql{after}.",
            )


def _for_psql(statement: Statement) -> str | None:
    if statement.psql:
        return f"a line such as {statement.text.split()[0]}"
    if statement.begins("COPY") and any(token.keyword in ("STDIN", "STDOUT") for token in tokens(statement.text)):
        return "COPY from stdin or to stdout"
    return None


def reason_to_run_apart(migration: Applicable) -> str | None:
    """The reason why the statements of a file can't run in one transaction, as far as their words tell."""
    text = migration.source.text
    if MARK in text and any(text[line.start : line.end].rstrip() == MARK for line in comment_lines(text)):
        return "the file says so"
    for piece in within(migration):
        if piece.statement is not None and controls_transaction(piece.statement):
            return f"it has a {piece.statement.words[0]} of its own"
        if piece.statement is not None and runs_alone(piece.statement):
            concurrently = " … CONCURRENTLY" * ("CONCURRENTLY" in piece.statement.words)
            return f"{piece.statement.words[0]}{concurrently} can't run in a transaction"
    return None


def runs_alone(statement: Statement) -> bool:
    """True if a statement runs in no transaction, as far as its words tell."""
    concurrently = "CONCURRENTLY" in statement.words[:_WORDS_BEFORE_NAMES] and not statement.begins("REFRESH")
    return statement.begins("VACUUM") or concurrently


def within(migration: Applicable) -> tuple[Piece, ...]:
    """The statements without a BEGIN and a COMMIT around all of them, which our own transaction takes the place of."""
    run = tuple(piece for piece in migration.pieces if piece.statement is not None)
    words = [piece.statement.words for piece in run if piece.statement is not None]
    inner = any(controls_transaction(piece.statement) for piece in run[1:-1] if piece.statement is not None)
    if len(run) > 1 and words[0] in _BEGINNINGS and words[-1] in _ENDS and not inner:
        return run[1:-1]
    return run


def _pieces(source: SourceFile) -> tuple[Piece, ...]:
    text, found, at = source.text, list[Piece](), 0
    for statement in split(text, label=source.label):
        for end in _lone_semicolons(text, at, statement.start):
            found += _piece(text, at, end, None)
            at = end + 1
        closed = statement.stop > statement.end or statement.psql or statement.copy_data
        end = statement.stop if closed else len(text)
        found += _piece(text, at, end - (statement.stop > statement.end), statement)
        at = end
    for end in [*_lone_semicolons(text, at, len(text)), len(text)]:
        found += _piece(text, at, end, None)
        at = end + 1
    return tuple(found)


def _piece(text: str, start: int, end: int, statement: Statement | None) -> list[Piece]:
    """The piece between two places, none where there is nothing but white space."""
    inner = text[start:end]
    bare = inner.strip()
    return [Piece(offset=start + inner.index(bare), text=bare, statement=statement)] if bare else []


def _lone_semicolons(text: str, start: int, end: int) -> list[int]:
    """The places of semicolons, between statements, that end none."""
    hidden = [(comment.start, comment.end) for comment in comments(text, start, end)]
    places = (start + found.start() for found in re.finditer(";", text[start:end]))
    return [at for at in places if not any(first <= at < last for first, last in hidden)]
