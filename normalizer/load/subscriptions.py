"""Statements on subscriptions as they are loaded: the shadow never calls a publisher."""

from collections.abc import Iterator, Sequence
from typing import Final

from pgnorm.catalog.quoting import literal

from ..sql.lexer import Token, tokens

CALLS_AT_CREATION: Final = frozenset({"CONNECT", "CREATE_SLOT", "COPY_DATA", "ENABLED"})
"""The options of CREATE SUBSCRIPTION that go without a connection in one way only."""
CALLS_AT_CHANGE: Final = frozenset({"REFRESH", "COPY_DATA"})
"""The same of ALTER SUBSCRIPTION … SET PUBLICATION."""
SET_ON_THE_SLOT: Final = {
    "FAILOVER": (170000, "subfailover = {value}"),
    "TWO_PHASE": (180000, "subtwophasestate = case when {value} then 'p' else 'd' end"),
}
"""The settings that also change the slot on the publisher: since when, and what they change here."""
_DENIED: Final = (
    "raise insufficient_privilege using message = 'only a superuser can load this without a call to the publisher',"
    " hint = 'Leave out --shadow-url, or name a superuser in it.'"
)


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
    if action == ["SET", "("]:
        return _settings(text, found)
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


def _settings(text: str, found: Sequence[Token]) -> str:
    """The statement without what it sets on the slot; of that, what it changes in the catalog."""
    head = text[: found[4].end]
    kept: list[str] = []
    catalog: list[str] = []
    for item in filter(None, _items(found[5:-1])):
        setting = text[item[0].start : item[-1].end]
        if item[0].name.upper() in SET_ON_THE_SLOT:
            catalog.append(_in_catalog(f"{head}{setting})", found[2], item))
        else:
            kept.append(setting)
    if not catalog:
        return text
    return "; ".join((*([f"{head}{', '.join(kept)})"] if kept else []), *catalog))


def _in_catalog(statement: str, name: Token, item: Sequence[Token]) -> str:
    """SQL that changes one setting in the catalog here or, where the server lacks it, runs the statement itself."""
    since, change = SET_ON_THE_SLOT[item[0].name.upper()]
    said = item[2] if len(item) > 2 else None
    value = "true" if said is None else said.text if said.text.endswith("'") else literal(said.text.strip('"'))
    there = (
        f"subname = {literal(name.name)} and subdbid = (select oid from pg_database where datname = current_database())"
    )
    missing = literal(f'subscription "{name.name}" does not exist')
    return (
        f"do $pgnorm$ begin"
        f" if current_setting('server_version_num')::integer < {since} then {statement}; end if;"
        f" update pg_catalog.pg_subscription set {change.format(value=f'{value}::boolean')} where {there};"
        f" if not found then raise undefined_object using message = {missing}; end if;"
        f" exception when insufficient_privilege then {_DENIED};"
        f" end $pgnorm$"
    )


def _drop(text: str, name: Token) -> str:
    """A DROP after which the slot is not asked for."""
    there = f"exists (select from pg_catalog.pg_subscription where subname = {literal(name.name)})"
    apart = f"alter subscription {name.text} disable; alter subscription {name.text} set (slot_name = none);"
    return f"do $pgnorm$ begin if {there} then {apart} end if; end $pgnorm$; {text}"
