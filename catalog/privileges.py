"""Access control lists as GRANT and REVOKE, as pg_dump's dumputils.c writes them."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from .acl import MAINTAIN_SINCE, AclItem, letters_of
from .quoting import ident

_TABLE: Final = (
    ("r", "SELECT"),
    ("a", "INSERT"),
    ("x", "REFERENCES"),
    ("d", "DELETE"),
    ("t", "TRIGGER"),
    ("D", "TRUNCATE"),
    ("m", "MAINTAIN"),
    ("w", "UPDATE"),
)
_COLUMN: Final = (("r", "SELECT"), ("a", "INSERT"), ("x", "REFERENCES"), ("w", "UPDATE"))
_SEQUENCE: Final = (("r", "SELECT"), ("U", "USAGE"), ("w", "UPDATE"))
_LARGE_OBJECT: Final = (("r", "SELECT"), ("w", "UPDATE"))
_SCHEMA: Final = (("C", "CREATE"), ("U", "USAGE"))
_PARAMETER: Final = (("s", "SET"), ("A", "ALTER SYSTEM"))
_EXECUTE: Final = (("X", "EXECUTE"),)
_USAGE: Final = (("U", "USAGE"),)

_PRIVILEGES: Final = {
    "TABLE": _TABLE,
    "TABLES": _TABLE,
    "SEQUENCE": _SEQUENCE,
    "SEQUENCES": _SEQUENCE,
    "SCHEMA": _SCHEMA,
    "SCHEMAS": _SCHEMA,
    "FUNCTION": _EXECUTE,
    "FUNCTIONS": _EXECUTE,
    "PROCEDURE": _EXECUTE,
    "TYPE": _USAGE,
    "TYPES": _USAGE,
    "LANGUAGE": _USAGE,
    "LARGE OBJECT": _LARGE_OBJECT,
    "LARGE OBJECTS": _LARGE_OBJECT,
    "FOREIGN DATA WRAPPER": _USAGE,
    "FOREIGN SERVER": _USAGE,
    "PARAMETER": _PARAMETER,
}
NO_EMPTY_NAME_SINCE: Final = 16
"""The major whose pg_dump no longer writes a blank for the name that default privileges have not."""


def acl_commands(
    signature: str,
    acl: Sequence[AclItem],
    base: Sequence[AclItem],
    owner: str | None,
    *,
    major: int,
    columns: str = "",
    prefix: str = "",
) -> str:
    """The statements that lead from the privileges `base` to `acl` (dumputils.c, buildACLCommands).

    `signature` is what GRANT names, keyword included; `columns` the column list behind each privilege.
    """
    if prefix and major < NO_EMPTY_NAME_SINCE:
        signature += " "
    known = known_privileges(signature, columns, major)
    first: list[str] = []
    second: list[str] = []
    for item in base:
        if item not in acl:
            plain, passed = _words(known, item.privileges, columns)
            names = _words(known, item.privileges.replace("*", ""), columns)[0] if passed else plain
            if names:
                first.append(f"{prefix}REVOKE {names} ON {signature} FROM {_role(item.grantee)};\n")
    for item in acl:
        if item in base:
            continue
        plain, passed = _words(known, item.privileges, columns)
        lines = [f"{prefix}GRANT {plain} ON {signature} TO {_role(item.grantee)};\n"] if plain else []
        if passed:
            lines.append(f"{prefix}GRANT {passed} ON {signature} TO {_role(item.grantee)} WITH GRANT OPTION;\n")
        if lines and item.grantor != owner:
            lines.insert(0, f"SET SESSION AUTHORIZATION {ident(item.grantor)};\n")
            lines.append("RESET SESSION AUTHORIZATION;\n")
        (first if item.grantee == item.grantor == owner else second).extend(lines)
    return "".join(first + second)


def _role(name: str) -> str:
    return ident(name) if name else "PUBLIC"


Words: TypeAlias = tuple[tuple[str, str], ...]
"""Privileges: (letter, word)."""


def known_privileges(signature: str, columns: str, major: int) -> Words:
    """The privileges that a server of `major` knows for what `signature` names."""
    if columns:
        return _COLUMN
    words = next(words for keyword, words in _PRIVILEGES.items() if f"{signature} ".startswith(f"{keyword} "))
    return words if major >= MAINTAIN_SINCE else tuple(pair for pair in words if pair[0] != "m")


@lru_cache
def _words(known: Words, privileges: str, columns: str) -> tuple[str, str]:
    """The privileges of an item as SQL words: those without and those with grant option."""
    granted = dict(letters_of(privileges))
    plain = [word for letter, word in known if granted.get(letter) is False]
    passed = [word for letter, word in known if granted.get(letter)]
    return _joined(plain, len(known), columns), _joined(passed, len(known), columns)


def _joined(words: Sequence[str], all_of_them: int, columns: str) -> str:
    if len(words) == all_of_them:
        return f"ALL{columns}"
    # pg_dump writes the commas of a list without a space.
    return ",".join(f"{word}{columns}" for word in words)


def acl_transition(
    signature: str,
    old: Sequence[AclItem],
    new: Sequence[AclItem],
    owner: str | None,
    *,
    major: int,
    columns: str = "",
    prefix: str = "",
) -> Iterator[str]:
    """The fewest GRANT and REVOKE statements that lead from one set of privileges to another.

    What both sides have is never revoked, not even between two statements.
    """
    before, after = _by_grant(old), _by_grant(new)
    known = known_privileges(signature, columns, major)
    # A grant that rests on another one is later than it, and has to go first.
    for (grantor, grantee), had in reversed(before.items()):
        has = after.get((grantor, grantee), {})
        lost = [letter for letter, _ in known if letter in had and letter not in has]
        narrowed = [letter for letter, _ in known if had.get(letter) and has.get(letter) is False]
        for letters, option in ((lost, ""), (narrowed, "GRANT OPTION FOR ")):
            if letters:
                words = _spelt(letters, known, columns)
                text = f"{prefix}REVOKE {option}{words} ON {signature} FROM {_role(grantee)};"
                yield from _as_grantor(grantor, owner, text)
    # The owner's own grants first, then in the order in which they were made: a grant may rest on an earlier one.
    for (grantor, grantee), has in sorted(after.items(), key=lambda item: item[0] != (owner, owner)):
        had = before.get((grantor, grantee), {})
        plain = [letter for letter, _ in known if has.get(letter) is False and letter not in had]
        passed = [letter for letter, _ in known if has.get(letter) and not had.get(letter)]
        for letters, option in ((plain, ""), (passed, " WITH GRANT OPTION")):
            if letters:
                words = _spelt(letters, known, columns)
                text = f"{prefix}GRANT {words} ON {signature} TO {_role(grantee)}{option};"
                yield from _as_grantor(grantor, owner, text)


def _by_grant(acl: Iterable[AclItem]) -> dict[tuple[str, str], dict[str, bool]]:
    """(grantor, grantee) -> {letter: grantable}."""
    found: dict[tuple[str, str], dict[str, bool]] = {}
    for item in acl:
        found.setdefault((item.grantor, item.grantee), {}).update(item.granted())
    return found


def _spelt(letters: Sequence[str], known: Sequence[tuple[str, str]], columns: str) -> str:
    return _joined([word for letter, word in known if letter in letters], len(known), columns)


def _as_grantor(grantor: str, owner: str | None, text: str) -> Iterator[str]:
    if grantor in (owner, ""):
        yield text
    else:
        yield f"SET SESSION AUTHORIZATION {ident(grantor)};"
        yield text
        yield "RESET SESSION AUTHORIZATION;"
