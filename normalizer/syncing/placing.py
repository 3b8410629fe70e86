"""Statements of the files: which of them makes an object, and where a new one belongs."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Object, Value

from ..files.edits import Edit
from ..files.reading import SourceFile
from ..sql.defined import target
from ..sql.lexer import tokens
from ..sql.statements import Statement, comments, split
from .lines import behind, blank_before, block_start, line_end, line_start, next_line
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
        """True if it is a COMMENT or ALTER of an object.

        A routine that is the only one of its name is known by that, however the types of its arguments are spelled.
        """
        said = self.words
        at = {"comment": 2, "alter": 1}.get(said[0], len(said)) if said else 0
        if said[:2] == ("alter", "table") and item.owned_as_table:
            name = words_of(item.signature())[len(item.keyword.split()) :]
            return names(said, 2, name, (), only_of_name=only_of_name)
        return names(said, at, words_of(item.signature()), ("is",) if at == 2 else (), only_of_name=only_of_name)

    def removal(self) -> Edit:
        """The edit that takes it away, with the lines of comment that belong to it and to nothing that follows."""
        text, start, stop = self.file.text, self.statement.start, self.statement.stop
        line, end = line_start(text, start), behind(text, stop)
        if text[line:start].strip() or text[end : line_end(text, end)].strip():
            return Edit(start=start, stop=stop, text="")
        end = next_line(text, end)
        following = text[end : line_end(text, end)].strip()
        if (not following or following.startswith(("--", "/*"))) and not self._heads(text[end:]):
            # Right above another statement they are a heading for both.
            line = block_start(text, line)
        if (not text[:line].strip() or blank_before(text, line)) and not following and end < len(text):
            end = next_line(text, end)
        return Edit(start=line, stop=end, text="")

    def _heads(self, rest: str) -> bool:
        """True if what is next, without a comment of its own, is of the same table: a heading is for both."""
        made, following = target(self.statement), split(rest)[:1]
        after = target(following[0]) if following and not rest[: following[0].start].strip() else None
        return made is not None and after is not None and bool(made.table) and made.table == after.table

    def replacement(self, sql: str) -> Edit:
        """The edit that puts other SQL in its place; comments inside of it come above that."""
        start, stop = self.statement.start, self.statement.stop
        text = self.file.text
        kept = "".join(f"{text[each.start : each.end]}\n" for each in comments(text, start, stop))
        return Edit(start=start, stop=stop, text=self.lined(kept + sql))

    def addition(self, sql: str) -> Edit:
        """The edit that puts SQL behind it, with a blank line between where it has one above."""
        text = self.file.text
        at = line_end(text, self.statement.stop)
        close = "\n" not in sql and not blank_before(text, block_start(text, line_start(text, self.statement.start)))
        return Edit(start=at, stop=at, text=self.lined(f"{chr(10) if close else chr(10) * 2}{sql}"))

    def heading(self, sql: str) -> Edit:
        """The edit that puts SQL above it and the lines of comment that belong to it."""
        text, start = self.file.text, self.statement.start
        line = line_start(text, start)
        at = start if text[line:start].strip() else block_start(text, line)
        return Edit(start=at, stop=at, text=self.lined(f"{sql}\n\n"))

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

        self._numbers = {id(each): number for number, each in enumerate(self.all)}

    def number(self, placed: Placed) -> int:
        """The number of one of the statements."""
        return self._numbers[id(placed)]

    @property
    def adds_constraints(self) -> bool:
        """True if constraints stand apart from their tables, as in a dump: `ALTER TABLE "t" ADD CONSTRAINT …`."""
        return any("constraint" in each.words[3:8] for each in self.beginning("alter", "table") if "add" in each.words)

    def making(self, item: Object) -> tuple[Placed, ...]:
        """The statements that make an object; of an index those that leave it to Postgres to name it so."""
        found = tuple(each for each in self.all if each.makes(item))
        return found or (tuple(self._nameless(item)) if item.kind == "index" and item.parent is not None else ())

    def _nameless(self, index: Object) -> Iterator[Placed]:
        assert index.parent is not None
        schema = () if index.parent.schema == "public" else (index.parent.schema, ".")
        start = ("index", "on", *schema, index.parent.name)
        known = [each for each in self.all if tuple(w for w in each.words[1:] if w != "unique")[: len(start)] == start]
        usual = [(each, f"{index.parent.name}_{'_'.join(_indexed(each.statement.text))}_idx") for each in known]
        alike = [each for each, name in usual if index.name.rstrip("0123456789") == name]
        number = int(index.name[len(index.name.rstrip("0123456789")) :] or 0)
        yield from alike[number : number + 1]

    def beginning(self, *words: str) -> Iterator[Placed]:
        """The statements that begin with these words, however they name the rest."""
        return (each for each in self.all if each.words[: len(words)] == words)

    def alike(self, sql: str) -> tuple[Placed, ...]:
        """The statements that say what `sql` does."""
        said = words_of(sql.removesuffix(";"))
        return tuple(each for each in self.all if each.words == said)

    def refusal(self, what: str, found: Iterable[Placed], whole: Object | None) -> PgnormError:
        """The error for a change that no statement alone is about: several are, or none but that of the whole."""
        places = [each.place for each in found]
        if places:
            return PgnormError(f"{what}, and several statements are about it", place=", ".join(places), hint=BY_HAND)
        near = self.making(whole) if whole is not None else ()
        return PgnormError(
            f"{what}, and no statement was found that says so on its own",
            place=near[0].place if near else None,
            hint="Change the files by hand, and run it again.",
        )

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


def names(said: Sequence[str], at: int, name: Sequence[str], after: Sequence[str], *, only_of_name: bool) -> bool:
    """True if a name stands at a place, and one of these words behind it, if there are any; of a routine that is the
    `only_of_name` whatever arguments."""
    if only_of_name and "(" in name:
        name = name[: [*name].index("(")]
        rest = said[at + len(name) :]
        end = at + len(name) + (rest.index(")") + 1 if rest[:1] == ("(",) and ")" in rest else 0)
    else:
        end = at + len(name)
    following = "".join(said[end : end + 1])
    return [*said[at : at + len(name)]] == [*name] and (following in after if after else following != ".")


def _indexed(sql: str) -> Iterator[str]:
    """Names that Postgres calls an index after: its columns, and of expressions the function."""
    depth, first = 0, ""
    for token in tokens(sql):
        if depth == 0 and token.keyword in ("WHERE", "WITH", "TABLESPACE"):
            return
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth == 1 and not first:
            first = "(" if token.text == "(" else token.name
        elif depth == 1 and first == "(":
            first = token.name
        if first not in ("", "(") and (depth == 0 or (depth == 1 and token.text == ",")):
            yield first
            first = "(" if depth else ""
        elif depth == 2 and first == "(":
            first = "expr"


def _sort(placed: Placed) -> str:
    if placed.verb in ("GRANT", "REVOKE"):
        return "GRANT"
    return placed.verb if placed.verb != "ALTER" else " ".join((*placed.statement.words[:2], *placed.words[-3:]))


def _word(item: Object) -> str:
    word = item.keyword.split()[-1]
    return "ROUTINE" if word in _ROUTINES else word
