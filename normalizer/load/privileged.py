"""Statements that need more than their role may do, and those of them that may be lent a superuser's power."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.quoting import ident

from ..postgres.connections import OWNER
from ..sql.lexer import name_of, tokens
from .adaptation import Adapted

if TYPE_CHECKING:
    from ..sql.statements import Statement

DENIED: Final = "42501"  # insufficient_privilege
REFUSALS: Final = (DENIED, "42P13")
"""SQLSTATEs by which Postgres refuses something to a role; invalid_function_definition is said of internal states."""

_ROLES: Final = frozenset({"ROLE", "USER", "GROUP"})
_VERBS: Final = frozenset({"CREATE", "ALTER", "DROP"})
# Nothing that these do evaluates an expression or calls a function that files can make: what they hold is parsed only.
# Validators of foreign data wrappers and input functions of initial values are the exceptions.
_QUIET: Final = frozenset(
    {
        *("ACCESS", "AGGREGATE", "CAST", "COLLATION", "CONVERSION", "DATABASE", "DEFAULT", "EVENT", "EXTENSION"),
        *("FUNCTION", "GROUP", "LANGUAGE", "OPERATOR", "POLICY", "PROCEDURE", "PUBLICATION", "ROLE", "ROUTINE"),
        *("RULE", "SCHEMA", "STATISTICS", "SUBSCRIPTION", "TEXT", "TRANSFORM", "TRIGGER", "USER"),
    }
)
_BETWEEN: Final = frozenset({"OR", "REPLACE", "TRUSTED", "PROCEDURAL", "CONSTRAINT"})
_SETTINGS: Final = frozenset({"SESSION_REPLICATION_ROLE"})
_NOT_WHAT_IT_MAY: Final = frozenset({"SET", "RESET", "RENAME", "IN"})
_GOES_BACK: Final = r"(?i)(?:reset\s+role|set\s+role\s+(?:none|to\s+default))\s*"
_POPULATES: Final = (
    r"UPDATE pg_catalog\.pg_class SET relispopulated = true WHERE oid = E?'(?:[^'\\]|'')*'::pg_catalog\.regclass"
)
"""The UPDATE in a dump which says that a materialized view holds its rows, of which there are none here."""


def needs_power(statement: Statement) -> bool:
    """True if a statement does something else, with an error or without, where its role is no superuser."""
    words = statement.words
    if words[:1] in (("GRANT",), ("REVOKE",)) or statement.begins("CREATE", "EXTENSION"):
        return True
    if words[1:2] == ("SUBSCRIPTION",):
        return words[0] in _VERBS
    if words[:1] == ("UPDATE",):
        return re.fullmatch(_POPULATES, statement.text) is not None
    return words[:1] != () and words[0] in _VERBS and changes_role(statement)


def gives_rights(statement: Statement) -> bool:
    """True if a statement grants or revokes rights on objects, and no membership of roles."""
    return statement.words[:1] in (("GRANT",), ("REVOKE",)) and "ON" in statement.words


def changes_role(statement: Statement) -> bool:
    """True if a statement makes, alters or drops a role."""
    words = statement.words
    return len(words) > 2 and words[0] in _VERBS and words[1] in _ROLES and words[2] != "MAPPING"


def changes_runner(statement: Statement) -> bool:
    """True if an ALTER ROLE is about what the role may do that runs the files: that stays as it is."""
    words = statement.words
    if words[:1] != ("ALTER",) or not changes_role(statement) or name_of(words[2]) != OWNER:
        return False
    return _NOT_WHAT_IT_MAY.isdisjoint(words[3:4])


def about_events(statement: Statement) -> bool:
    """True if a statement is about an event trigger, for which none is called."""
    return statement.words[1:3] == ("EVENT", "TRIGGER")


def may_be_lent(statement: Statement) -> bool:
    """True if a statement that Postgres refuses to a role may have a superuser's power: it runs no code of files."""
    words = statement.words
    if not words:
        return False
    if words[0] in ("GRANT", "REVOKE", "COMMENT", "SECURITY", "DROP"):
        return True
    if words[0] in ("SET", "RESET"):
        return not _SETTINGS.isdisjoint(words[1:3])
    if words[0] not in _VERBS:
        return False
    if _renames(statement.text):
        return True
    kind = next((word for word in words[1:] if word not in _BETWEEN), "")
    if kind == "FOREIGN" and words[2:4] == ("DATA", "WRAPPER"):
        return True
    if kind == "TYPE":
        text = statement.text.upper()
        return " AS " not in text if words[0] == "CREATE" else re.search(r"\bSET\s*\(", text) is not None
    if kind == "SCHEMA":
        return statement.text.upper().count("CREATE") == 1
    if _may_load_library(statement):
        return False
    return kind in _QUIET and re.search(r"\bm?initcond\b", statement.text, re.IGNORECASE) is None


def without_superuser(text: str) -> str:
    """A CREATE ROLE or ALTER ROLE that makes no superuser, as long as it was."""
    for token in tokens(text):
        if token.keyword == "SUPERUSER":
            text = text[: token.start] + " " * (token.end - token.start) + text[token.end :]
    return text


def for_role(statement: Statement, adapted: Adapted, owner: str | None) -> Adapted:
    """The statement, `adapted` once more for a role that is no superuser, or for `owner`."""
    if changes_runner(statement):
        return Adapted(text=None, note="left out: it is about the role that runs the files here", level="note")
    if adapted.text is None:
        return adapted
    text = as_role(statement, adapted.text)
    if owner is not None and re.fullmatch(_GOES_BACK, text):
        text = f"set role {ident(owner)}"
    return adapted.evolve(text=text)


def as_role(statement: Statement, text: str) -> str:
    """A text, as long as it was, that becomes a role by SET ROLE, which asks less of its session than SET SESSION
    AUTHORIZATION."""
    words = statement.words
    if words[:2] == ("SET", "SESSION") and "AUTHORIZATION" in words[2:3]:
        return _swapped(_swapped(text, "SESSION", "ROLE"), "AUTHORIZATION", "TO")
    if words[:3] == ("RESET", "SESSION", "AUTHORIZATION"):
        return _swapped(_swapped(text, "SESSION", "ROLE"), "AUTHORIZATION", "")
    return text


def _swapped(text: str, keyword: str, other: str) -> str:
    found = next(token for token in tokens(text) if token.keyword == keyword)
    return text[: found.start] + other.ljust(len(keyword)) + text[found.end :]


def validator(statement: Statement) -> str | None:
    """The name, without its schema, of the function that a foreign data wrapper's options are shown to."""
    found = [token.text for token in tokens(statement.text)]
    at = next((place for place, text in enumerate(found) if text.upper() == "VALIDATOR"), len(found))
    if statement.words[1:4] != ("FOREIGN", "DATA", "WRAPPER") or found[at - 1 : at] == ["NO"]:
        return None
    while found[at + 2 : at + 3] == ["."]:
        at += 2
    return next(iter(map(name_of, found[at + 1 : at + 2])), None)


def _may_load_library(statement: Statement) -> bool:
    """True if a statement may make a function in C: Postgres loads its library at once, which runs code of that."""
    if statement.words[:1] != ("CREATE",):
        return False
    found = list(tokens(statement.text))
    languages = [after.text for token, after in pairwise(found) if token.keyword == "LANGUAGE"]
    return any(
        text[1:2] == "'" or text[:1] == "$" or text[:2] in ("u&", "U&") or text.strip("\"'").lower() == "c"
        for text in languages
    )


def _renames(text: str) -> bool:
    """True if all that an ALTER does is to give its object to another role or schema."""
    found = [token.keyword for token in tokens(text)]
    return found[-3:-1] in (["OWNER", "TO"], ["SET", "SCHEMA"]) and "," not in text
