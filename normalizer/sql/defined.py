"""Objects that CREATE and DROP statements are about, as far as their own texts tell."""

from collections.abc import Sequence
from itertools import islice, pairwise
from typing import Final, Literal

from pgnorm.catalog.model import Value

from .lexer import Token, name_of, tokens
from .statements import Statement

_HEAD: Final = 100
_MODIFIERS: Final = frozenset(
    {"OR", "REPLACE", "GLOBAL", "LOCAL", "TEMP", "TEMPORARY", "UNLOGGED", "RECURSIVE", "MATERIALIZED", "UNIQUE"}
    | {"CONSTRAINT", "TRUSTED", "PROCEDURAL", "EVENT", "FOREIGN", "CONCURRENTLY", "IF", "NOT", "EXISTS"}
)
_ROUTINES: Final = ("FUNCTION", "PROCEDURE", "AGGREGATE")
# The word before the table of what belongs to a table.
_TABLE_AFTER: Final = {"TRIGGER": ("ON",), "POLICY": ("ON",), "RULE": ("TO", "ON")}
_BEFORE_ADDED: Final = frozenset({"COLUMN", "ATTRIBUTE", "CONSTRAINT", "IF", "NOT", "EXISTS"})
_KEYS: Final = frozenset({"PRIMARY", "UNIQUE", "EXCLUDE"})


class Target(Value):
    """An object named in a text; `table` is that of a trigger, policy or rule. An unqualified name counts as public's,
    and routines of one name are one target."""

    kind: str
    schema: str
    name: str
    table: str = ""

    @property
    def routine(self) -> bool:
        return self.kind == "ROUTINE"


def target(statement: Statement, *, verb: Literal["CREATE", "DROP"] = "CREATE") -> Target | None:
    """The object that a CREATE (DROP) statement makes (drops first); None for others and where no name is found."""
    if not statement.begins(verb):
        return None
    found = list(islice(tokens(statement.text), _HEAD))
    at = 1
    while at < len(found) and found[at].keyword in _MODIFIERS:
        at += 1
    if at + 1 >= len(found):
        return None
    kind = found[at].keyword
    at += 1
    while at < len(found) and found[at].keyword in _MODIFIERS:
        at += 1
    schema, name, at = _qualified(found, at)
    if not name:
        return None
    if before := _TABLE_AFTER.get(kind):
        # A rule's event comes with ON too: its table follows TO, but ON where it is dropped.
        word = before[0] if verb == "CREATE" else before[-1]
        while at < len(found) and found[at].keyword != word:
            at += 1
        table_schema, table, _ = _qualified(found, at + 1)
        return Target(kind=kind, schema=table_schema, name=name, table=table)
    if kind == "INDEX" and verb == "CREATE":
        # It is in its table's schema; without a name, ON is where that would be.
        on = next((n for n in range(at, len(found)) if found[n].keyword == "ON"), None)
        if on is None:
            return None
        only = [token.keyword for token in found[on + 1 : on + 2]] == ["ONLY"]
        return Target(kind=kind, schema=_qualified(found, on + 1 + only)[0], name=name)
    return Target(kind="ROUTINE" if kind in _ROUTINES else kind, schema=schema, name=name)


def _qualified(found: list[Token], at: int) -> tuple[str, str, int]:
    """The schema and the name that begin at a token, and the place after them."""
    parts: list[str] = []
    while at < len(found) and (found[at].word or found[at].text.startswith('"')):
        parts.append(found[at].name)
        at += 1
        if at >= len(found) or found[at].text != ".":
            break
        at += 1
    if not parts:
        return "", "", at
    return (parts[-2] if len(parts) > 1 else "public"), parts[-1], at


def made_by_alter(statement: Statement) -> frozenset[str]:
    """The names that an ALTER statement gives: of what it adds, of what it renames, of what it moves.

    A key counts as of the name of its table too, which is what an error says that lacks it.
    """
    found = list(tokens(statement.text))
    words = [token.keyword for token in found]
    if "EXTENSION" in words[1:2]:
        return frozenset(token.name for token in found if token.word)
    names: set[str] = set()
    for at, word in enumerate(words):
        if word == "ADD":
            after = next((n for n in range(at + 1, len(words)) if words[n] not in _BEFORE_ADDED), at)
            names.add(_name_at(found, after))
            if not _KEYS.isdisjoint(words[at + 1 : at + 4]):
                names.update(token.name for token in found[2:at])
        elif word == "TO" and "RENAME" in words[:at]:
            names.add(_name_at(found, at + 1))
        elif word == "SCHEMA" and words[at - 1] == "SET":
            names.update(token.name for token in found[2 : at - 1])
    return frozenset(names - {""})


def _name_at(found: list[Token], at: int) -> str:
    return found[at].name if at < len(found) and (found[at].word or found[at].text.startswith('"')) else ""


def names_in(statement: Statement) -> frozenset[str]:
    """The identifiers, and the keywords, that a statement begins with."""
    return frozenset(name_of(word) for word in statement.words)


def makes_routine(statement: Statement) -> bool:
    """True if a statement creates, or creates anew, a function, a procedure or an aggregate."""
    return statement.begins("CREATE") and not set(_ROUTINES).isdisjoint(statement.words[1:4])


def roles_made(statements: Sequence[Statement]) -> list[str]:
    """The roles that the statements create."""
    return [
        name_of(one.words[2])
        for one in statements
        if one.words[:1] == ("CREATE",) and one.words[1:2] in (("ROLE",), ("USER",), ("GROUP",)) and len(one.words) > 2
    ]


def version_in(text: str) -> str | None:
    """The version that a CREATE EXTENSION names."""
    found = (after.text.strip("'\"") for token, after in pairwise(tokens(text)) if token.keyword == "VERSION")
    return next(found, None)
