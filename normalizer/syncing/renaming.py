"""Renames that were made in a source, carried out in the texts of the schema files, where the names stand."""

from collections.abc import Iterator, Sequence
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
    {
        "TABLE",
        "ON",
        "ONLY",
        "EXISTS",
        "REFERENCES",
        "FROM",
        "JOIN",
        "INTO",
        "UPDATE",
        "SETOF",
        "OF",
        "COLUMN",
        "INHERITS",
    }
)
"""Words behind which a name is that of a whole, or of its part with the whole's name ahead."""


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
    places = Places(files)
    whole = {placed.place: text for placed, text in _woven(places, renamings, before, after)}
    names = dict(_of_nameless(places, before))
    edits: dict[str, list[Edit]] = {}
    for placed in places.all:
        said, style = placed.statement, Style(placed.file.text)
        if (text := whole.get(placed.place)) is None:
            text = apply(said.text, [edit for each in renamings for edit in _edits(placed, each, style)])
        if text != said.text:
            text = _with_name(text, style.of(ident(names[placed.place]))) if placed.place in names else text
            edits.setdefault(placed.file.label, []).append(Edit(start=said.start, stop=said.end, text=text))
    return tuple(file.evolve(text=apply(file.text, edits.get(file.label, ()))) for file in files)


def _edits(placed: Placed, renaming: Renaming, style: Style) -> Iterator[Edit]:
    text, name = placed.statement.text, style.of(ident(renaming.name))
    for token in _named(placed, renaming) if not renaming.value else ():
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
    places: Places, renamings: Sequence[Renaming], before: Catalog, after: Catalog
) -> Iterator[tuple[Placed, str]]:
    """Statements whose canonical text the renames change, with that change woven in; tables are done name by name."""
    target = Target(major=after.major, role=before.role, named_schemas=True)
    old, new = (Texts(catalog=each, target=target, apart=arrange(each).apart, inline=True) for each in (before, after))
    for name, was in moved({name: name for name in before.objects}, before, renamings).items():
        item, became = before.objects[was], after.objects.get(name)
        found = places.making(item) if became is not None and not isinstance(item, Table) else ()
        if len(found) != 1 or became is None:
            continue
        was_said, said = old.of(item).removesuffix(";"), new.of(became).removesuffix(";")
        style = Style(found[0].file.text)
        if was_said != said and (text := woven(found[0].statement.text, was_said, said, style)):
            yield found[0], text


def _with_name(text: str, name: str) -> str:
    """A CREATE INDEX that leaves its name to Postgres, which would call it otherwise by now, with the name."""
    on = next(token for token in tokens(text) if token.keyword == "ON")
    return f"{text[: on.start]}{name} {text[on.start :]}"


def _named(placed: Placed, renaming: Renaming) -> Iterator[Token]:
    """The tokens of a statement that are the name of what is renamed, as far as their places tell."""
    found = list(tokens(placed.statement.text))
    if renaming.old.parent is None:
        yield from _of_whole(found, renaming)
        return
    owner, name = renaming.path[-2:]
    if all(token.name != owner for token in found):
        return
    makes_table = placed.verb == "CREATE TABLE"
    of_owner = makes_table and owner in placed.words[:5]
    elsewhere = _referring(found, owner)
    for at, token in enumerate(found):
        if not _is(token, name) or _text(found, at + 1) == "." or _behind_schema(found, at, renaming.old.schema):
            continue
        if found[at - 1].keyword in _BEFORE_TABLE - {"OF", "COLUMN"}:
            continue
        if at in elsewhere[0] or (not makes_table or (of_owner and at not in elsewhere[1])):
            # The second word of a column is its type.
            if of_owner and found[at - 1].word and _text(found, at - 2) in ("(", ","):
                continue
            yield token


def _of_whole(found: Sequence[Token], renaming: Renaming) -> Iterator[Token]:
    """The tokens that name a whole: by the words before them, or as the beginning of a part's name."""
    name, schema = renaming.path[-1], renaming.old.schema
    for at, token in enumerate(found):
        if not _is(token, name):
            continue
        if _text(found, at - 1) == ".":
            if _behind_schema(found, at, schema):
                yield token
        elif found[at - 1].keyword in _BEFORE_TABLE or _text(found, at + 1) == ".":
            yield token


def _referring(found: Sequence[Token], owner: str) -> tuple[set[int], set[int]]:
    """The places of the names in `REFERENCES t (…)`: those of the owner, and those of others."""
    mine: set[int] = set()
    others: set[int] = set()
    for at, token in enumerate(found):
        if token.keyword == "REFERENCES":
            opening = next((n for n in range(at, min(at + 5, len(found))) if found[n].text == "("), None)
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
