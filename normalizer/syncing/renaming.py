"""Renames that were made in a source, carried out in the texts of the schema files, where the names stand."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pgnorm.catalog.kinds.indexes import Index
from pgnorm.catalog.kinds.tables import Table
from pgnorm.catalog.model import Catalog, Target, Value
from pgnorm.catalog.ordering import arrange
from pgnorm.catalog.quoting import ident

from ..compare.called import path_of
from ..files.edits import Edit, apply
from ..files.reading import SourceFile
from ..project.sources import Files, Source
from ..renaming.followers import followers
from ..renaming.moving import moved
from ..renaming.requests import of_options
from ..renaming.resolving import Renaming, resolve, things
from ..sides import Sides
from ..sql.lexer import Token, tokens
from .placing import Placed, Places
from .styling import Style
from .texts import Texts
from .weaving import woven

_BEFORE_TABLE: Final = frozenset(
    {"TABLE", "ON", "ONLY", "EXISTS", "REFERENCES", "FROM", "JOIN", "INTO", "UPDATE", "SETOF", "OF", "COLUMN"}
    | {"INHERITS"}
)
"""Words behind which a name is that of a whole, or of its part with the whole's name ahead."""
_ABOUT_ROWS: Final = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "SELECT"})
"""Verbs of statements that no catalog holds, so that no proof sees what a wrong name in them does."""


class _Asked(Value):
    """A rename, and what tells its name from others in a statement."""

    renaming: Renaming
    unqualified: bool
    """True if what it renames may be named without its schema."""
    rivals: frozenset[str]
    """Other wholes that have a part of the old name."""

    @property
    def schema(self) -> str:
        return self.renaming.old.schema


class Renamed(Value):
    """Sides of a sync once the base and the files have the names of the source."""

    sides: Sides
    of_files: tuple[Renaming, ...] = ()
    """The renames that the files need for that, parts before what they belong to."""


def renamed(sides: Sides, base: Source, theirs: Source, ours: Files, asked: Sequence[str]) -> Renamed:
    """The sides with the renames that are `asked` for (`public.contacts.status=stage`).

    Raises PgnormError for one that does not fit the base and the source.
    """
    requests = tuple(of_options(asked))
    goal = sides.as_it_is(theirs).catalog
    found = resolve(requests, sides.as_it_is(base).catalog, goal).renamings
    there, _ = _with(sides, base, found, goal)
    known = things(sides.as_it_is(ours).catalog)
    mine = tuple(each for each in found if each.path in known and (*_owner(each), each.name) not in known)
    if base == ours or not mine:
        return Renamed(sides=there, of_files=mine)
    there, of_files = _with(there, ours, mine, goal)
    return Renamed(sides=there, of_files=of_files)


def _owner(renaming: Renaming) -> tuple[str, ...]:
    """The path of what the new name is in, on the new side."""
    return path_of(renaming.new) if renaming.value else path_of(renaming.new)[:-1]


def _with(
    sides: Sides, source: Source, found: tuple[Renaming, ...], goal: Catalog
) -> tuple[Sides, tuple[Renaming, ...]]:
    """The sides with a source as the renames leave it, and those that follow from them."""
    if not found:
        return sides, ()
    there = sides.renamed(source, [statement for each in found for statement in each.statements])
    following = followers(found, there.as_it_is(source).catalog, goal)
    if following:
        there = there.renamed(source, [statement for each in following for statement in each.statements])
    return there, (*found, *following)


def in_place(
    files: Sequence[SourceFile], renamings: Sequence[Renaming], before: Catalog, after: Catalog
) -> tuple[SourceFile, ...]:
    """The files with the new names where the old ones stand. `after` is what renames make of `before`, their catalog.

    What these texts make is for a proof: a name may stand where no rule knows it.
    """
    places, styles = Places(files), {file.label: Style(file.text) for file in files}
    whole = {placed.place: text for placed, text in _woven(places, styles, renamings, before, after)}
    names = dict(_of_nameless(places, before))
    asked = tuple(_asked(places, renamings, before))
    edits: dict[str, list[Edit]] = {}
    for placed in places.all:
        said, style = placed.statement, styles[placed.file.label]
        if (text := whole.get(placed.place)) is None:
            text = apply(said.text, [edit for each in asked for edit in _edits(placed, each, style)])
        if text != said.text:
            text = _with_name(text, style.of(ident(names[placed.place]))) if placed.place in names else text
            edits.setdefault(placed.file.label, []).append(Edit(start=said.start, stop=said.end, text=text))
    return tuple(file.evolve(text=apply(file.text, edits.get(file.label, ()))) for file in files)


def _asked(places: Places, renamings: Sequence[Renaming], catalog: Catalog) -> Iterator[_Asked]:
    pathed = any(each.verb == "SET" and "search_path" in each.words for each in places.all)
    for each in renamings:
        old, name = each.old, each.path[-1]
        alike = (item for item in catalog.objects.values() if item.kind == old.kind and item.name == name)
        rivals = frozenset(item.parent.name for item in alike if item.parent is not None and item.parent != old.parent)
        yield _Asked(renaming=each, unqualified=pathed or old.schema == "public", rivals=rivals)


def _edits(placed: Placed, asked: _Asked, style: Style) -> Iterator[Edit]:
    renaming = asked.renaming
    text, name = placed.statement.text, style.of(ident(renaming.name))
    for token in _named(placed, asked) if not renaming.value else ():
        blank = len(text[token.end :]) - len(text[token.end :].lstrip(" "))
        # What stands in a column of its own goes on doing so, where the name leaves room.
        width = token.end + blank - token.start if blank > 1 else 0
        stop = token.end + blank if width else token.end
        yield Edit(start=token.start, stop=stop, text=name.ljust(max(width - 1, 0)) + " " * bool(width))


def _of_nameless(places: Places, catalog: Catalog) -> Iterator[tuple[str, str]]:
    """The places of CREATE INDEX statements that leave the name to Postgres, with the name."""
    for item in catalog.objects.values():
        found = places.making(item) if isinstance(item, Index) else ()
        if len(found) == 1 and item.name not in found[0].words:
            yield found[0].place, item.name


def _woven(
    places: Places, styles: Mapping[str, Style], renamings: Sequence[Renaming], before: Catalog, after: Catalog
) -> Iterator[tuple[Placed, str]]:
    """Statements with what the renames change of their canonical text woven in; tables are done name by name."""
    target = Target(major=after.major, role=before.role, named_schemas=True)
    old, new = (Texts(catalog=each, target=target, apart=arrange(each).apart, inline=True) for each in (before, after))
    for name, was in moved({name: name for name in before.objects}, before, renamings).items():
        item, became = before.objects[was], after.objects.get(name)
        found = places.making(item) if became is not None and not isinstance(item, Table) else ()
        if len(found) != 1 or became is None:
            continue
        was_said, said = old.of(item).removesuffix(";"), new.of(became).removesuffix(";")
        text = found[0].statement.text
        if became_text := text if was_said == said else woven(text, was_said, said, styles[found[0].file.label]):
            yield found[0], became_text


def _with_name(text: str, name: str) -> str:
    """A CREATE INDEX that leaves its name to Postgres, which would call it otherwise by now, with the name."""
    on = next(token for token in tokens(text) if token.keyword == "ON")
    return f"{text[: on.start]}{name} {text[on.start :]}"


def _named(placed: Placed, asked: _Asked) -> Iterator[Token]:
    """The tokens of a statement that are the name of what is renamed, as far as their places tell."""
    found, renaming = list(tokens(placed.statement.text)), asked.renaming
    if renaming.old.parent is None:
        yield from _of_whole(found, asked) if _mentioned(found, renaming.path[-1], asked) else ()
        return
    owner, name = renaming.path[-2:]
    if not _mentioned(found, owner, asked):
        return
    makes_table = placed.verb == "CREATE TABLE"
    of_table = makes_table or placed.statement.begins("ALTER", "TABLE")
    of_owner = not of_table or placed.is_below or _begins(found, owner, asked)
    mine, others = _referring(found, owner)
    rivalled = placed.verb in _ABOUT_ROWS and any(token.name in asked.rivals - {owner} for token in found)
    for at, token in enumerate(found):
        if not _is(token, name) or _text(found, at + 1) == "." or _behind_schema(found, at, asked.schema):
            continue
        if found[at - 1].keyword in _BEFORE_TABLE - {"OF", "COLUMN"}:
            continue
        if rivalled and at not in mine and not (_text(found, at - 1) == "." and found[at - 2].name == owner):
            continue
        # The second word of a column is its type.
        of_type = makes_table and found[at - 1].word and _text(found, at - 2) in ("(", ",")
        if at in mine or (of_owner and at not in others and not of_type):
            yield token


def _mentioned(found: Sequence[Token], name: str, asked: _Asked) -> bool:
    """True if a statement may name this whole: with its schema, or without one where it names no other by one."""
    places = [at for at, token in enumerate(found) if _is(token, name)]
    if any(_behind_schema(found, at, asked.schema) for at in places):
        return True
    alone = [at for at in places if _text(found, at - 1) != "."]
    namesakes = len(alone) < len(places)
    return asked.unqualified and any(not namesakes or found[at - 1].keyword in _BEFORE_TABLE for at in alone)


def _begins(found: Sequence[Token], name: str, asked: _Asked) -> bool:
    """True if a statement about a table is about this one."""
    first = next(at for at, token in enumerate(found) if token.keyword == "TABLE") + 1
    while found[first].keyword in ("IF", "NOT", "EXISTS", "ONLY"):
        first += 1
    qualified = _text(found, first + 1) == "."
    whole = first + 2 * qualified
    known = _behind_schema(found, whole, asked.schema) if qualified else asked.unqualified
    return known and whole < len(found) and _is(found[whole], name)


def _of_whole(found: Sequence[Token], asked: _Asked) -> Iterator[Token]:
    """The tokens that name a whole: by the words before them, or as the beginning of a part's name."""
    for at, token in enumerate(found):
        if not _is(token, asked.renaming.path[-1]):
            continue
        if _text(found, at - 1) == ".":
            if _behind_schema(found, at, asked.schema):
                yield token
        elif found[at - 1].keyword in _BEFORE_TABLE or _text(found, at + 1) == ".":
            yield token


def _referring(found: Sequence[Token], owner: str) -> tuple[set[int], set[int]]:
    """The places of the names in `REFERENCES t (…)` and `INTO t (…)`: those of the owner, and those of others."""
    mine: set[int] = set()
    others: set[int] = set()
    for at, token in enumerate(found):
        if token.keyword in ("REFERENCES", "INTO"):
            opening = next((n for n in range(at + 2, min(at + 5, len(found))) if found[n].text == "("), None)
            if opening is not None:
                closing = next((n for n in range(opening, len(found)) if found[n].text == ")"), opening)
                (mine if found[opening - 1].name == owner else others).update(range(opening, closing))
    return mine, others


def _behind_schema(found: Sequence[Token], at: int, schema: str) -> bool:
    """True if a name is that of a whole in this schema."""
    return at > 1 and found[at - 1].text == "." and found[at - 2].name == schema and _text(found, at - 3) != "."


def _is(token: Token, name: str) -> bool:
    return (token.word or token.text.startswith('"')) and token.name == name


def _text(found: Sequence[Token], at: int) -> str:
    return found[at].text if 0 <= at < len(found) else ""
