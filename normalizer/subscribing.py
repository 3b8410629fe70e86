"""Statements on subscriptions as they are loaded: the shadow never calls a publisher."""

from collections.abc import Iterator, Sequence
from typing import Final

from pgnorm.catalog.quoting import literal

from .lexer import Token, tokens

CALLS_AT_CREATION: Final = frozenset({"CONNECT", "CREATE_SLOT", "COPY_DATA", "ENABLED"})
"""The options of CREATE SUBSCRIPTION that go without a connection in one way only."""
CALLS_AT_CHANGE: Final = frozenset({"REFRESH", "COPY_DATA"})
"""The same of ALTER SUBSCRIPTION … SET PUBLICATION."""
SET_ON_THE_SLOT: Final = frozenset({"FAILOVER", "TWO_PHASE"})
"""The settings that also change the slot on the publisher."""


def without_call(text: str) -> str | None:
    """The text of a CREATE, ALTER or DROP SUBSCRIPTION that calls nobody, None where it would do nothing else."""
    found = list(tokens(text))
    words = [token.keyword for token in found]
    if words[0] == "CREATE":
        return _with_option(text, found, CALLS_AT_CREATION, "connect = false")
    if words[0] == "DROP":
        return _drop(text, found[4 if words[2:4] == ["IF", "EXISTS"] else 2])
    action = words[3:5]
    if action[:1] in (["ENABLE"], ["REFRESH"], ["SKIP"]):
        return None
    if action[1:] == ["PUBLICATION"]:
        return _with_option(text, found, CALLS_AT_CHANGE, "refresh = false")
    if action == ["SET", "("] and not SET_ON_THE_SLOT.isdisjoint(_names(found[5:])):
        return None
    return text


def _with_option(text: str, found: Sequence[Token], without: frozenset[str], option: str) -> str:
    """The statement with `option` in its WITH list in place of the options named in `without`."""
    words = [token.keyword for token in found]
    if words[-1] != ")" or "WITH" not in words:
        return f"{text} WITH ({option})"
    start = len(words) - 1 - words[::-1].index("WITH")
    kept = []
    for item in _items(found[start + 2 : -1]):
        if item and item[0].name.upper() not in without:
            kept.append(text[item[0].start : item[-1].end])
    head = text[: found[start + 1].end]
    return f"{head}{', '.join((*kept, option))})"


def _items(found: Sequence[Token]) -> Iterator[list[Token]]:
    """The items between the commas."""
    item: list[Token] = []
    for token in found:
        if token.text == ",":
            yield item
            item = []
        else:
            item.append(token)
    yield item


def _names(found: Sequence[Token]) -> Iterator[str]:
    return (item[0].name.upper() for item in _items(found) if item)


def _drop(text: str, name: Token) -> str:
    """A DROP after which the slot is not asked for."""
    there = f"exists (select from pg_catalog.pg_subscription where subname = {literal(name.name)})"
    apart = f"alter subscription {name.text} disable; alter subscription {name.text} set (slot_name = none);"
    return f"do $pgnorm$ begin if {there} then {apart} end if; end $pgnorm$; {text}"
