"""Statements of the files: which of them makes an object, and where a new one belongs."""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import Final

from pgnorm.catalog.model import Object, Value

from ..files.edits import Edit
from ..files.reading import SourceFile
from ..sql.defined import target
from ..sql.lexer import tokens
from ..sql.statements import Comment, Statement, comments, split
from .styling import between

BY_HAND: Final = "Change it there by hand, and run it again."
_ROUTINES: Final = frozenset({"FUNCTION", "PROCEDURE", "AGGREGATE"})
_UNSAID: Final = frozenset({"only", "if", "exists"})


class Placed(Value):
    """A statement where it stands."""

    file: SourceFile
    statement: Statement

    @property
    def place(self) -> str:
        """`file:line:column` of it."""
        return self.file.place(self.statement.start)

    @property
    def words(self) -> tuple[str, ...]:
        """Its tokens as `words_of` has them."""
        return words_of(self.statement.text)

    @property
    def verb(self) -> str:
        """Its first keyword, and of a CREATE the object's: `COMMENT`, `CREATE VIEW`."""
        made = target(self.statement)
        return f"CREATE {made.kind}" if made is not None else "".join(self.statement.words[:1])

    @property
    def is_below(self) -> bool:
        """True if it makes a table of what another one has: a partition, or what inherits."""
        words = [token.keyword for token in tokens(self.statement.text)]
        return self.verb == "CREATE TABLE" and ("INHERITS" in words or ("PARTITION", "OF") in pairwise(words))

    def makes(self, item: Object) -> bool:
        """True if it is the CREATE of an object; routines of one name are not told apart."""
        made = target(self.statement)
        if made is None or made.name != item.name or (item.schema and made.schema != item.schema):
            return False
        return made.kind == _word(item) and (not made.table or made.table == item.detail)

    def is_about(self, item: Object, *, only_of_name: bool) -> bool:
        """True if it is a COMMENT, GRANT, REVOKE or ALTER of an object and of no other.

        A routine that is the only one of its name is known by that, however the types of its arguments are spelled.
        """
        said = self.words
        if said[:1] in (("grant",), ("revoke",)):
            keyword, *name = words_of(item.grant_signature())
            at = said.index("on") + 1 if "on" in said else len(said)
            return _names(said, at + (said[at : at + 1] == (keyword,)), name, ("to", "from"), only_of_name)
        at = {"comment": 2, "alter": 1}.get(said[0], len(said)) if said else 0
        if said[:2] == ("alter", "table") and item.owned_as_table:
            return _names(said, 2, words_of(item.signature())[len(item.keyword.split()) :], (), only_of_name)
        return _names(said, at, words_of(item.signature()), ("is",) if at == 2 else (), only_of_name)

    def removal(self) -> Edit:
        """The edit that takes it away, with the lines of comment that belong to it."""
        text, start, stop = self.file.text, self.statement.start, self.statement.stop
        line, end = _line_start(text, start), behind(text, stop)
        if text[line:start].strip() or text[end : _line_end(text, end)].strip():
            return Edit(start=start, stop=stop, text="")
        end = _next_line(text, end)
        following = text[end : _line_end(text, end)].strip()
        if not following or following.startswith(("--", "/*")):
            # Right above another statement they are a heading for both.
            line = _block_start(text, line)
        if (not text[:line].strip() or _blank_before(text, line)) and not following and end < len(text):
            end = _next_line(text, end)
        return Edit(start=line, stop=end, text="")

    def replacement(self, sql: str) -> Edit:
        """The edit that puts other SQL in its place; comments inside of it come above that."""
        start, stop = self.statement.start, self.statement.stop
        text = self.file.text
        kept = "".join(f"{text[each.start : each.end]}\n" for each in comments(text, start, self.statement.end))
        return Edit(start=start, stop=stop, text=self.lined(kept + sql))

    def addition(self, sql: str) -> Edit:
        """The edit that puts SQL behind it, with a blank line between where it has one above."""
        text = self.file.text
        at = _line_end(text, self.statement.stop)
        close = "\n" not in sql and not _blank_before(text, _block_start(text, _line_start(text, self.statement.start)))
        return Edit(start=at, stop=at, text=self.lined(f"{chr(10) if close else chr(10) * 2}{sql}"))

    def lined(self, text: str) -> str:
        """A text with the line ends of the file."""
        return lined(text, self.file)


def lined(text: str, file: SourceFile) -> str:
    """A text with the line ends that most lines of a file have."""
    returns = 2 * file.text.count("\r\n") > file.text.count("\n")
    return between(text, lambda gap: gap.replace("\n", "\r\n")) if returns else text


class Places:
    """The statements of files, in their order."""

    def __init__(self, files: Sequence[SourceFile]) -> None:
        self.files = files
        self.all = tuple(
            Placed(file=file, statement=statement) for file in files for statement in split(file.text, label=file.label)
        )

    @property
    def adds_constraints(self) -> bool:
        """True if constraints stand apart from their tables, as in a dump: `ALTER TABLE "t" ADD CONSTRAINT …`."""
        return any("constraint" in each.words[3:8] for each in self.beginning("alter", "table") if "add" in each.words)

    def making(self, item: Object) -> tuple[Placed, ...]:
        """The statements that make an object."""
        return tuple(each for each in self.all if each.makes(item))

    def beginning(self, *words: str) -> Iterator[Placed]:
        """The statements that begin with these words, however they name the rest."""
        return (each for each in self.all if each.words[: len(words)] == words)

    def alike(self, sql: str) -> tuple[Placed, ...]:
        """The statements that say what `sql` does."""
        said = words_of(sql.removesuffix(";"))
        return tuple(each for each in self.all if each.words == said)

    def kin(self, sql: str, file_name: str, near: str, gone: Collection[str]) -> Placed | None:
        """The statement behind which a new one belongs: the last of its sort, in its file if that has some; one that
        names `near` rather than another; none at the places that are `gone`."""
        (new,) = split(sql)[:1]
        made = Placed(file=SourceFile(path=None, label="", text=sql), statement=new)
        sort = _sort(made)
        found = [each for each in self.all if _sort(each) == sort and each.place not in gone]
        here = [each for each in found if each.file.label.rpartition("/")[2] == file_name] or found
        return next((each for each in reversed(here) if near and near in each.words), here[-1] if here else None)


def words_of(sql: str) -> tuple[str, ...]:
    """The tokens of a statement, names without quotes and without the schema public."""
    found: list[str] = []
    for token in tokens(sql):
        word = token.name if token.word or token.text.startswith('"') else token.text
        if word == "." and found and found[-1] == "public":
            found.pop()
        elif word not in _UNSAID or token.text.startswith('"'):
            found.append(word)
    return tuple(found)


def behind(text: str, at: int) -> int:
    """The end of the comments that stand behind a place on its line."""
    line = _line_end(text, at)
    rest = text[at:line]
    found = [each for each in comments(text, at) if each.start < line] if "--" in rest or "/*" in rest else []
    for each in found:
        if text[at : each.start].strip():
            break
        at = each.end
    return at


def _names(said: Sequence[str], at: int, name: Sequence[str], after: Sequence[str], only_of_name: bool) -> bool:
    """True if a name stands at a place, and one of these words behind it, if there are any."""
    if only_of_name and "(" in name:
        name = name[: [*name].index("(")]
        rest = said[at + len(name) :]
        end = at + len(name) + (rest.index(")") + 1 if rest[:1] == ("(",) and ")" in rest else 0)
    else:
        end = at + len(name)
    following = "".join(said[end : end + 1])
    return [*said[at : at + len(name)]] == [*name] and (following in after if after else following != ".")


def _sort(placed: Placed) -> str:
    if placed.verb in ("GRANT", "REVOKE"):
        return "GRANT"
    return placed.verb if placed.verb != "ALTER" else " ".join((*placed.statement.words[:2], *placed.words[-3:]))


def _word(item: Object) -> str:
    word = item.keyword.split()[-1]
    return "ROUTINE" if word in _ROUTINES else word


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    found = len(text) if found < 0 else found
    return found - (found > at and text[found - 1] == "\r")


def _next_line(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def _blank_before(text: str, line: int) -> bool:
    """True if the line above the one that begins here is blank, or there is none."""
    return line == 0 or not text[_line_start(text, line - 1) : line - 1].strip()


def _block_start(text: str, line: int) -> int:
    """The start of the lines of comment that stand right above a line."""
    above: list[Comment] = [each for each in comments(text) if each.end < line]
    for each in reversed(above):
        start = _line_start(text, each.start)
        between = text[each.end : line]
        if between.strip() or between.count("\n") != 1 or text[start : each.start].strip():
            break
        line = start
    return line
