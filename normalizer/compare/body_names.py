"""The names in the text of a body, as far as its tokens tell what they stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from ..sql.lexer import tokens

Relation: TypeAlias = tuple[str, str]
"""Schema and name."""

_BEFORE_RELATION: Final = frozenset({"FROM", "JOIN", "UPDATE", "ONLY", "TABLE"})
_BEFORE_INTO: Final = frozenset({"INSERT", "MERGE"})
_AFTER_RELATION: Final = frozenset(
    {
        *("AS", "WHERE", "SET", "ON", "JOIN", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "NATURAL", "USING", "GROUP"),
        *("ORDER", "LIMIT", "VALUES", "SELECT", "DEFAULT", "RETURNING", "LOOP", "FOR", "UNION", "EXCEPT", "INTERSECT"),
        *("WINDOW", "HAVING", "OFFSET", "FETCH", "INTO", "DO", "WITH"),
    }
)


class Words:
    """The tokens of a body. Raises PgnormError where a literal has no end."""

    def __init__(self, body: str) -> None:
        self.body = body
        self.tokens = list(tokens(body))

    def __len__(self) -> int:
        return len(self.tokens)

    def line(self, at: int) -> int:
        """The line of a token, counted from 1 as in Postgres' own messages."""
        return self.body.count("\n", 0, self.tokens[at].start) + 1

    def text(self, at: int) -> str:
        """A token's text, empty beyond the ends."""
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""

    def keyword(self, at: int) -> str:
        """A token in upper case."""
        return self.tokens[at].keyword if 0 <= at < len(self.tokens) else ""

    def name(self, at: int) -> str:
        """The identifier that a token is, empty for any other."""
        if not 0 <= at < len(self.tokens):
            return ""
        token = self.tokens[at]
        return token.name if token.word or token.text.startswith('"') else ""

    def qualifier(self, at: int) -> str:
        """The identifier before the dot before a token: `public` in `public.f`."""
        return self.name(at - 2) if self.text(at - 1) == "." else ""

    def qualified(self, at: int) -> bool:
        """True if there is a dot before a token, whatever stands before that."""
        return self.text(at - 1).endswith(".")


class Naming:
    """Names in a body of what has gone: `names` by catalog, `columns` and `constraints` by their tables.

    `known` holds the columns that there are, `fired_by` the tables whose triggers call it, `arguments` its own names.
    """

    def __init__(
        self,
        words: Words,
        names: Mapping[tuple[str, str, str], bool],
        columns: Mapping[str, frozenset[Relation]],
        constraints: Mapping[str, frozenset[Relation]],
        known: Mapping[Relation, frozenset[str]],
        fired_by: frozenset[Relation],
        arguments: frozenset[str],
    ) -> None:
        self.words = words
        self.names = names
        self.columns = columns
        self.constraints = constraints
        self.known = known
        self.fired_by = fired_by
        self.schemas: dict[tuple[str, str], str] = {
            (catalog, name): schema for (catalog, schema, name), bare in names.items() if bare
        }
        self.own = arguments | frozenset(self._declared())
        self.aliases: dict[str, Relation] = {}
        for at, relation in self._relations():
            self.aliases[relation[1]] = relation
            after = at + 1 + (words.keyword(at + 1) == "AS")
            if words.name(after) and words.keyword(after) not in _AFTER_RELATION:
                self.aliases[words.name(after)] = relation

    def found(self) -> Iterator[tuple[int, str]]:
        """The places, as numbers of tokens, and what is named there."""
        for at in range(len(self.words)):
            name = self.words.name(at)
            if not name:
                if what := self._literal(self.words.text(at)):
                    yield at, what
                continue
            what = self._constraint(at, name) or self._routine(at, name) or self._relation(at, name)
            what = what or self._column(at, name)
            if what:
                yield at, what

    def _constraint(self, at: int, name: str) -> str:
        """A constraint as ON CONFLICT and SET CONSTRAINTS take it."""
        words = self.words
        schema = words.qualifier(at)
        lost = {each for each in self.constraints.get(name, ()) if schema in ("", each[0])}
        while lost and words.text(at - 1) in (".", ","):
            at -= 2
        before = words.keyword(at - 2), words.keyword(at - 1)
        if before == ("ON", "CONSTRAINT"):
            into = next((n for n in range(at, 0, -1) if words.keyword(n) == "INTO"), 0)
            lost &= {self.aliases.get(words.name(into + 3 if words.text(into + 2) == "." else into + 1), ("", ""))}
        elif before != ("SET", "CONSTRAINTS"):
            return ""
        return "".join(f"names constraint {schema}.{table}.{name}" for schema, table in sorted(lost)[:1])

    def _routine(self, at: int, name: str) -> str:
        words = self.words
        if words.text(at + 1) != "(" or self._is_relation(at):
            return ""
        schema = words.qualifier(at) if words.qualified(at) else self.schemas.get(("pg_proc", name), "")
        if ("pg_proc", schema, name) not in self.names:
            return ""
        return f"calls {schema}.{name}"

    def _relation(self, at: int, name: str) -> str:
        words = self.words
        if words.qualified(at):
            schema = words.qualifier(at)
        elif (self._is_relation(at) and name not in self.own) or words.text(at + 1).startswith("%"):
            schema = self.schemas.get(("pg_class", name), "")
        else:
            return ""
        if ("pg_class", schema, name) not in self.names:
            return ""
        return f"names {schema}.{name}"

    def _literal(self, text: str) -> str:
        """A relation whose name is a literal of its own, as nextval() and regclass take it."""
        schema, dot, name = text.strip("'").partition(".")
        if not text.startswith("'") or not dot or ("pg_class", schema, name) not in self.names:
            return ""
        return f"names {schema}.{name}"

    def _column(self, at: int, name: str) -> str:
        words, losers = self.words, self.columns.get(name, frozenset())
        if not losers or words.text(at + 1) in ("(", "."):
            return ""
        if words.qualified(at):
            of = words.qualifier(at)
            hit = losers & self.fired_by if of in ("new", "old") else losers & {self.aliases.get(of, ("", ""))}
        elif name in self.own or words.keyword(at - 1) == "AS":
            return ""
        else:
            mentioned = set(self.aliases.values())
            others = any(name in self.known.get(each, ()) for each in mentioned)
            hit = frozenset() if others else losers & mentioned
        return "".join(f"names {schema}.{table}.{name}" for schema, table in sorted(hit)[:1])

    def _is_relation(self, at: int) -> bool:
        """True if a token, or the schema before it, stands where a statement names a relation."""
        words = self.words
        before = at - 3 if words.text(at - 1) == "." else at - 1
        keyword = words.keyword(before)
        return keyword in _BEFORE_RELATION or (keyword == "INTO" and words.keyword(before - 1) in _BEFORE_INTO)

    def _relations(self) -> Iterator[tuple[int, Relation]]:
        """The relations that there are and that the body names, each with its place."""
        by_name: dict[str, list[Relation]] = {}
        for relation in self.known:
            by_name.setdefault(relation[1], []).append(relation)
        for at in range(len(self.words)):
            candidates = by_name.get(self.words.name(at), [])
            if not candidates or not self._is_relation(at):
                continue
            schema = self.words.qualifier(at)
            named = [each for each in candidates if each[0] == schema] if schema else candidates
            if len(named) == 1 and (schema or named[0][1] not in self.own):
                yield at, named[0]

    def _declared(self) -> Iterator[str]:
        """Names that the body itself makes: variables, queries of WITH, tables that it creates."""
        words, declaring = self.words, False
        for at in range(len(words)):
            keyword = words.keyword(at)
            if keyword in ("DECLARE", "BEGIN"):
                declaring = keyword == "DECLARE"
            elif declaring and words.name(at) and words.keyword(at - 1) in ("DECLARE", ";"):
                yield words.name(at)
            elif words.name(at) and keyword != "AS" and words.keyword(at + 1) == "AS":
                if words.text(at + 2) == "(" or words.keyword(at + 2) in ("MATERIALIZED", "NOT"):
                    yield words.name(at)
            elif keyword == "TABLE" and words.keyword(at - 1) in ("TEMP", "TEMPORARY", "UNLOGGED", "CREATE"):
                yield words.name(at + 4 if words.keyword(at + 1) == "IF" else at + 1)
            elif keyword == "FOR" and words.keyword(at + 2) == "IN":
                yield words.name(at + 1)
