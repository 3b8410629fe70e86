"""Errors of a database while a migration is applied, as a person reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pgnorm.catalog.errors import PgnormError

from ..files.excerpts import excerpt
from .pieces import Applicable, Piece

if TYPE_CHECKING:
    from psycopg import Error

BUSY: Final = frozenset({"55P03", "40P01"})
"""Codes of what may succeed if it is tried again: lock_not_available, deadlock_detected."""
NOT_IN_ONE: Final = frozenset({"25001", "2D000", "55P04"})
"""Codes of what can't run in a transaction, or uses what can be used only after a commit: active_sql_transaction,
invalid_transaction_termination, unsafe_new_enum_value_usage."""
MISSING: Final = frozenset({"3F000", "42P01", "42704", "42883"})
"""Codes of names that nothing has: invalid_schema_name, undefined_table, undefined_object, undefined_function."""
_REMEDY: Final = (
    "in the file before this statement, and take out its line `-- pgnorm-certificate`, if it has one. Or correct "
    "the schema file and, unless this migration is applied elsewhere, delete its file and write it again: "
    "`pgnorm diff -f NAME`."
)
_HINTS: Final = {
    "23502": "A column that this statement adds needs a default for the rows that are there. Where the column is there "
    f"already, give rows their values {_REMEDY}",
    **dict.fromkeys(("23503", "23505", "23514"), f"The rows that are there don't allow it: change them {_REMEDY}"),
    "57014": "If it was statement_timeout of the role or the database: put `set statement_timeout = 0;` at the head of "
    "the file.",
    "55P03": "Run it again when the table is less busy, or wait longer with --lock-timeout.",
    "42501": "Connect as the role that owns it, or as one with the privilege.",
}


class Failed(PgnormError):
    """A statement that the server refused; `code` is its SQLSTATE."""

    code: str = ""


def failure(migration: Applicable, piece: Piece, error: Error, *, done: str) -> Failed:
    """The error of a statement, with its place; `done` says what is left of the migration."""
    diag = error.diag
    position = int(diag.statement_position) - 1 if diag.statement_position else None
    start = piece.statement.start if piece.statement is not None else piece.offset
    at = start if position is None else piece.offset + position
    parts = [diag.message_primary or _first_line(error)]
    if diag.message_detail:
        parts.append(f"DETAIL: {diag.message_detail}")
    if diag.context:
        parts.append(f"CONTEXT: {diag.context}")
    parts += [excerpt(migration.source.text, at), done]
    failed = Failed("\n".join(parts), place=migration.source.place(at), hint=diag.message_hint or _hint(error))
    failed.code = error.sqlstate or ""
    return failed


def at_end(migration: Applicable, error: Error, *, done: str) -> Failed:
    """The error of a transaction that could not be ended, or in which the history could not be written."""
    if error.sqlstate is None:
        return Failed(
            f"the connection was lost ({_first_line(error)}) while it was committed, so it may be applied or not",
            place=migration.label,
            hint="`pgnorm migration list` tells; then run it again.",
        )
    diag = error.diag
    parts = [f"at the end of the transaction: {diag.message_primary or _first_line(error)}"]
    if diag.message_detail:
        parts.append(f"DETAIL: {diag.message_detail}")
    failed = Failed("\n".join([*parts, done]), place=migration.label, hint=diag.message_hint or _hint(error))
    failed.code = error.sqlstate
    return failed


def _hint(error: Error) -> str | None:
    return _HINTS.get(error.sqlstate or "")


def _first_line(error: Error) -> str:
    said = next((line.strip() for line in str(error).splitlines() if line.strip()), "no reason given")
    return said.removeprefix("consuming input failed: ")
