"""Statements of files that write rows or call functions: they run in the shadow, and no plan carries them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from ..files.reading import SourceFile
from ..sql.lexer import Token, name_of, tokens
from ..sql.statements import Statement, split

if TYPE_CHECKING:
    from psycopg import Connection

_VERBS: Final = ("INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "TRUNCATE", "WITH", "SELECT", "VALUES", "CALL", "DO")
_MAY_HOLD: Final = rf"(?i)\b(?:{'|'.join(_VERBS)})\b"
_DOLLARS: Final = r"\$[^$]*\$"
# Where the name of what is written follows; UPDATE counts only with a SET behind the name.
_BEFORE_NAME: Final = (("INSERT", "INTO"), ("MERGE", "INTO"), ("DELETE", "FROM"), ("UPDATE",))
_FIRST_ONLY: Final = (("COPY",), ("TRUNCATE", "TABLE"), ("TRUNCATE",))
_NAME_TO_SET: Final = 4
# Their first literal is the name of what they make, and never a secret.
_NAMING: Final = r"cron\.\w+|pgmq\.(?:create|drop)\w*|partman\.create_\w+|storage\.buckets"
_LONGEST_NAME: Final = 63

# What a function does not write to, an immutable or a stable one can't; of Postgres' own, setval alone leaves a trace.
_WRITING: Final = """
    select n.nspname::text, p.proname::text
      from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
     where p.proname = any(%s) and p.provolatile = 'v' and (n.nspname <> 'pg_catalog' or p.proname = 'setval')
"""


class DataStatement(Value):
    """A statement that writes rows of `target` or, with `call`, calls it."""

    target: str
    call: bool
    place: str
    literals: frozenset[str]
    """Digests of the literals that it consists of, or that the call is given, as they are spelt: these are rows, and
    may be secrets."""
    named: str = ""
    """The literal that names what is made, `'nightly'` of `cron.schedule('nightly', …)`, where that is known."""

    def names(self, name: str) -> bool:
        """True if one of its literals is in a name."""
        breaks = [at for at, letter in enumerate(name) if letter == "_"]
        words = {name, *(name[:at] for at in breaks), *(name[at + 1 :] for at in breaks)} - {""}
        return any(_digest(f"'{word}'") in self.literals for word in words)

    @property
    def secret(self) -> bool:
        """True if it is known to hold secrets."""
        return self.target.startswith("vault.")

    def same_aim(self, other: DataStatement) -> bool:
        """True if another one does the same to the same target, be it with other values."""
        return self.call == other.call and self.target.removeprefix("public.") == other.target.removeprefix("public.")


def data_statements(files: Iterable[SourceFile], connection: Connection) -> tuple[DataStatement, ...]:
    """Data statements of the files, which are loaded on the connection: it tells which functions called may write."""
    found = [each for file in files if re.search(_MAY_HOLD, file.text) for each in _of_file(file)]
    called = {each.target.rsplit(".", 1)[-1] for each in found if each.call}
    if not called:
        return tuple(found)
    writing = {(str(schema), str(name)) for schema, name in connection.execute(_WRITING, (sorted(called),))}
    known = {name for _, name in writing} | {f"{schema}.{name}" for schema, name in writing}
    return tuple(each for each in found if not each.call or each.target in known)


def uncarried(new: Sequence[DataStatement], old: Sequence[DataStatement]) -> tuple[DataStatement, ...]:
    """Data statements of the new side's files that the old side's, if it has any, lack: of a statement written anew,
    the same literals are there, of a call in one call."""

    def carried(one: DataStatement) -> bool:
        like = [each.literals for each in old if each.same_aim(one)]
        if one.call:
            return any(one.literals <= each for each in like)
        return bool(like) and one.literals <= frozenset().union(*like)

    return tuple(each for each in new if not carried(each))


def _of_file(file: SourceFile) -> Iterator[DataStatement]:
    for statement in split(file.text, label=file.label):
        if statement.words[:1] and statement.words[0] in _VERBS:
            spelt = list(tokens(statement.text))
            inside = _body(spelt) if statement.begins("DO") else spelt
            place = file.place(statement.start)
            rows = dict.fromkeys(_written(inside, statement))
            found = [(name, inside) for name in rows] if rows else list(_called(inside))
            seen: set[tuple[str, frozenset[str]]] = set()
            for target, said in found:
                literals = [token.text for token in said if _is_literal(token)]
                digests = frozenset(map(_digest, literals))
                if (target, digests) not in seen:
                    seen.add((target, digests))
                    named = _naming(target, literals)
                    yield DataStatement(target=target, call=not rows, place=place, literals=digests, named=named)


def _naming(target: str, literals: Sequence[str]) -> str:
    """The literal that names what is made, empty where none is known to do so."""
    said = next((each for each in literals if each.startswith("'")), "")
    return said if re.fullmatch(_NAMING, target) and len(said) <= _LONGEST_NAME and said.isprintable() else ""


def _body(spelt: Sequence[Token]) -> list[Token]:
    """The tokens of a DO block's text, none where that can't be read as such."""
    for token in spelt:
        if mark := re.match(_DOLLARS, token.text):
            try:
                return list(tokens(token.text[mark.end() : -len(mark[0])]))
            except PgnormError:
                return []
    return []


def _written(spelt: Sequence[Token], statement: Statement) -> Iterator[str]:
    words = [token.keyword for token in spelt]
    if statement.words[0] in ("COPY", "TRUNCATE"):
        if statement.words[0] == "TRUNCATE" or "FROM" in words:
            before = next(each for each in _FIRST_ONLY if tuple(words[: len(each)]) == each)
            yield _name(spelt, len(before))[0]
        return
    for at in range(len(words)):
        for before in _BEFORE_NAME:
            if tuple(words[at : at + len(before)]) == before:
                name, end = _name(spelt, at + len(before))
                if name and (before != ("UPDATE",) or "SET" in words[end : end + _NAME_TO_SET]):
                    yield name


def _called(spelt: Sequence[Token]) -> Iterator[tuple[str, Sequence[Token]]]:
    """The name of each function called, and its arguments."""
    for at, token in enumerate(spelt):
        if _is_name(token) and (at == 0 or spelt[at - 1].text != "."):
            name, end = _name(spelt, at)
            if end < len(spelt) and spelt[end].text.startswith("("):
                yield name, _within(spelt[end:])


def _within(spelt: Sequence[Token]) -> Sequence[Token]:
    """The tokens up to the parenthesis that closes the first one."""
    depth = 0
    for at, token in enumerate(spelt):
        depth += token.text.count("(") - token.text.count(")") if not _is_literal(token) else 0
        if depth <= 0:
            return spelt[: at + 1]
    return spelt


def _name(spelt: Sequence[Token], at: int) -> tuple[str, int]:
    """A name that begins at a token, and the place after it."""
    if at < len(spelt) and spelt[at].keyword == "ONLY":
        at += 1
    parts: list[str] = []
    while at < len(spelt) and _is_name(spelt[at]):
        parts.append(name_of(spelt[at].text))
        at += 1
        if at >= len(spelt) or spelt[at].text != ".":
            break
        at += 1
    return ".".join(parts), at


def _digest(literal: str) -> str:
    return sha256(literal.encode()).hexdigest()


def _is_literal(token: Token) -> bool:
    return token.text.endswith("'") or token.text[0] in "$0123456789" or token.keyword in ("TRUE", "FALSE")


def _is_name(token: Token) -> bool:
    return token.word or token.text.startswith('"')


def texts_of(found: Iterable[DataStatement], files: Iterable[SourceFile]) -> dict[str, str]:
    """The texts of data statements by their places, in the order of the files; none of COPY, whose rows follow it."""
    wanted = {each.place for each in found}
    texts = {}
    for file in files if wanted else ():
        for statement in split(file.text, label=file.label):
            if (place := file.place(statement.start)) in wanted and not statement.begins("COPY"):
                texts[place] = statement.text
    return texts
