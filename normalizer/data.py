"""What files do beside definitions: rows that they write, functions that they call. None of it is in a catalog."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from .files import SourceFile
from .lexer import Token, tokens
from .statements import split

_WRITE: Final = {
    "INSERT": "insert into",
    "UPDATE": "update",
    "DELETE": "delete from",
    "MERGE": "merge into",
    "COPY": "copy",
    "TRUNCATE": "truncate",
}
_CALL: Final = frozenset({"SELECT", "CALL"})
_BEFORE_TABLE: Final = frozenset({"INTO", "FROM", "ONLY", "TABLE"})
_REACH: Final = 12
"""In how many tokens a SELECT says what it calls: `select * from f(…)`."""
_SETTING: Final = frozenset({"set_config", "pg_catalog.set_config", "setval", "pg_catalog.setval"})


def data(files: Iterable[SourceFile]) -> Counter[str]:
    """How often each is done: `insert into storage.buckets`, `cron.schedule()`."""
    found: Counter[str] = Counter()
    for file in files:
        for statement in split(file.text, label=file.label):
            verb = statement.words[0] if statement.words else ""
            if verb in _WRITE:
                found[f"{_WRITE[verb]} {_table(statement.text)}"] += 1
            elif verb in _CALL and (called := _called(statement.text)) and called not in _SETTING:
                found[f"{called}()"] += 1
    return found


def _table(text: str) -> str:
    for token, name, _ in _names(list(tokens(text))[1:]):
        if token.keyword not in _BEFORE_TABLE:
            return name
    return ""


def _called(text: str) -> str:
    found = list(tokens(text))[1:_REACH]
    return next((name for _, name, after in _names(found) if after == "("), "")


def _names(found: list[Token]) -> Iterator[tuple[Token, str, str]]:
    """The names among tokens, with the schema before the dot: the first token, the name, and what follows it."""
    at = 0
    while at < len(found):
        first, name = found[at], found[at].name
        at += 1
        if not (first.word or first.text.startswith('"')):
            continue
        while at + 1 < len(found) and found[at].text == ".":
            name += "." + found[at + 1].name
            at += 2
        yield first, name, found[at].text if at < len(found) else ""
