"""Subjects of hints in SQL text: what a comment before a statement, or behind a part of one, is about."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

from .defined import target
from .lexer import Token, name_of, tokens
from .statements import Comment, Statement

_UNNAMED: Final = frozenset({"PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "EXCLUDE", "LIKE"})
_PUBLIC: Final = re.compile(r"\bpublic\"?\s*\.", re.IGNORECASE)
_BEFORE_TABLE: Final = frozenset({"ONLY", "IF", "EXISTS"})


class Subject(Value):
    """Subject of a hint, by its new name, as far as the text tells: `keyword` is `COLUMN` for a column, `VALUE` for one
    of an enum, else what the statement makes; empty where the hint names it. `owner` is what a part, or a trigger or
    policy, belongs to."""

    keyword: str
    schema: str
    name: str
    owner: str = ""
    qualified: bool = True
    """False where the text does not say the schema."""

    @property
    def label(self) -> str:
        """Its name for messages: `public.notes.body`."""
        return ".".join(filter(None, (self.schema, self.owner, self.name)))


def subject_of(text: str, comment: Comment, statements: Sequence[Statement], place: str, way_out: str) -> Subject:
    """Subject of a hint: what ends before it on its line, else what begins behind it.

    Raises PgnormError, placed, where it is about nothing that has a name, or may be about several.
    """
    line = max(text.rfind("\n", 0, comment.start), text.rfind("\r", 0, comment.start)) + 1
    behind = bool(text[line : comment.start].strip())
    inside = next((one for one in statements if one.start < comment.start < one.end), None)
    subject = None
    if inside is not None:
        subject = _within(inside, comment.start - inside.start, behind=behind)
    elif behind:
        before = [one for one in statements if one.stop <= comment.start and one.stop > line]
        subject = _of_statement(before[-1], len(before[-1].text)) if before else None
        if before and _ends_with_part(text, before[-1], line):
            raise PgnormError(
                "the hint may be meant for the whole statement or for the part that ends on its line",
                place=place,
                hint="Put it on a line of its own before the one that it is about.",
            )
    else:
        after = next((one for one in statements if one.start >= comment.end), None)
        subject = _of_statement(after) if after is not None else None
    if subject is None:
        raise PgnormError("the hint stands at nothing that has a name", place=place, hint=way_out)
    if subject.keyword != "SCHEMA" and not subject.qualified and _says_path(statements, comment):
        raise PgnormError(
            "the file sets search_path, so the hint can't tell in which schema the object is",
            place=place,
            hint="Write the name with its schema, or use --rename.",
        )
    return subject


def named_parts(statement: Statement) -> Iterator[tuple[str, Token, Token]]:
    """The columns and named constraints that a CREATE TABLE lists: `COLUMN` or `CONSTRAINT`, and the first and the last
    token of each."""
    made = target(statement)
    found = list(tokens(statement.text)) if made is not None and made.kind == "TABLE" else []
    opening = next((at for at, token in enumerate(found) if token.text == "("), 0)
    if made is None or not opening or found[opening - 1].name != made.name:
        return
    for part in _parts(found):
        named = _named(part)
        last = part[:-1] if part[-1].text == "," else part
        if named is not None and last:
            yield named[0], last[0], last[-1]


def _ends_with_part(text: str, statement: Statement, line: int) -> bool:
    """True if a statement of several lines ends on this one, and a part of it does so too."""
    if statement.start >= line or {"TABLE", "TYPE"}.isdisjoint(statement.words[:4]):
        return False
    parts = list(_parts(list(tokens(statement.text))))
    return any(statement.start + part[0].start >= line for part in parts)


def _says_path(statements: Sequence[Statement], comment: Comment) -> bool:
    """True if a statement before a hint sets the search_path to something beside public."""
    before = (one.text.lower() for one in statements if one.start < comment.start and one.begins("SET"))
    return any("search_path" in said and "public" not in said for said in before)


def _of_statement(statement: Statement, offset: int | None = None) -> Subject | None:
    """Subject that a statement makes: an object, or what `ALTER TABLE … ADD` adds, the last before an offset."""
    made = target(statement)
    if made is not None:
        return Subject(
            keyword=made.kind,
            schema=made.schema,
            name=made.name,
            owner=made.table,
            qualified=made.schema != "public" or _PUBLIC.search(statement.text) is not None,
        )
    if not statement.begins("ALTER", "TABLE"):
        return None
    found = list(tokens(statement.text))
    words = [token.keyword for token in found]
    if "ADD" not in words:
        return None
    adding = [at for at, word in enumerate(words) if word == "ADD"]
    if offset is not None:
        adding = [at for at in adding if found[at].start < offset] or adding
    at = adding[-1 if offset is not None else 0]
    if offset is None and len(adding) > 1:
        return None
    table = [token.name for token in found[2 : adding[0]] if token.text != "." and token.keyword not in _BEFORE_TABLE]
    named = _named(found[at + 1 + words[at + 1 : at + 2].count("COLUMN") :])
    if named is None or not table:
        return None
    schema = table[-2] if len(table) > 1 else "public"
    return Subject(keyword=named[0], schema=schema, name=named[1], owner=table[-1], qualified=len(table) > 1)


def _within(statement: Statement, offset: int, *, behind: bool) -> Subject | None:
    """Subject of a hint inside of a statement: a part in its parentheses, or what the statement makes."""
    whole = _of_statement(statement, offset if behind else None)
    if statement.begins("ALTER"):
        return whole
    found = list(tokens(statement.text))
    parts = list(_parts(found))
    if behind:
        at = next((token for token in reversed(found) if token.end <= offset), None)
        part = next((part for part in parts if at is not None and part[0].start <= at.start <= part[-1].end), None)
        if part is None:
            return whole
    else:
        part = next((part for part in parts if part[0].start > offset), None)
    if whole is None or part is None:
        return None
    if part[0].text.startswith("'"):
        return whole.evolve(keyword="VALUE", name=plain(part[0].text), owner=whole.name)
    named = _named(part)
    return named and whole.evolve(keyword=named[0], name=named[1], owner=whole.name)


def _parts(found: Sequence[Token]) -> Iterator[list[Token]]:
    """Parts between the commas of the first parentheses, each with its comma."""
    depth = 0
    part: list[Token] = []
    for token in found:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth == 1 and token.text == "(" and not part:
            continue
        if not depth and token.text == ")":
            break
        if depth:
            part.append(token)
        if depth == 1 and token.text == ",":
            yield part
            part = []
    if part:
        yield part


def _named(part: Sequence[Token]) -> tuple[str, str] | None:
    """The keyword and the name of a column or constraint that begins here."""
    if [token.keyword for token in part[:3]] == ["IF", "NOT", "EXISTS"]:
        part = part[3:]
    if part and part[0].keyword == "CONSTRAINT" and len(part) > 1:
        return "CONSTRAINT", part[1].name
    if not part or part[0].keyword in _UNNAMED or not (part[0].word or part[0].text.startswith('"')):
        return None
    return "COLUMN", part[0].name


def plain(word: str) -> str:
    """A name, or the value of an enum, as Postgres folds it."""
    return word[1:-1].replace("''", "'") if word.startswith("'") else name_of(word)
