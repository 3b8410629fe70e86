"""Statements that are about their session or transaction, by their words."""

from typing import Final

from .statements import Statement

_TRANSACTION: Final = frozenset({"BEGIN", "START", "COMMIT", "END", "ABORT", "ROLLBACK"})


def sets_session(statement: Statement) -> bool:
    """True if all that a statement does is to change settings of its session."""
    words = statement.words
    if words[:1] in (("SET",), ("RESET",)):
        return words[1:2] != ("CONSTRAINTS",)
    return words[:1] == ("SELECT",) and "SET_CONFIG" in words


def handles_savepoint(statement: Statement) -> bool:
    """True if a statement sets, releases or returns to a savepoint of its file's own."""
    words = statement.words
    return words[:1] in (("SAVEPOINT",), ("RELEASE",)) or (words[:1] == ("ROLLBACK",) and "TO" in words)


def controls_transaction(statement: Statement) -> bool:
    """True if a statement begins or ends a transaction, or says how transactions are."""
    words = statement.words
    if words[:2] in (("PREPARE", "TRANSACTION"), ("SET", "TRANSACTION")) or "CHARACTERISTICS" in words[:3]:
        return True
    return words[:1] != () and words[0] in _TRANSACTION and not (words[0] == "ROLLBACK" and "TO" in words)
