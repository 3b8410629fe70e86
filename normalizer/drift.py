"""Drift of a database from its migrations: what its history says, and what was done there beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, ObjectId, Value

from .applying.standing import Standing, State
from .as_applied import Remembered, applied_texts, as_applied, text_of_file
from .compare.describing import words
from .compare.difference import Difference, changes, differences
from .compare.ownership import owned
from .comparing import compare_sides
from .comparison import Options
from .files.reading import SourceFile
from .left_alone import ignoring
from .looking import mentioning, states, watched
from .named import is_asked
from .plan.roles import RoleChanges
from .project.sources import Files
from .review.changes import outermost
from .sides import Sides

if TYPE_CHECKING:
    from pgnorm.catalog.model import Object

    from .looking import Looks
    from .project.databases import Database
    from .project.project import Project
    from .workspace import Workspace

_NEAR_AT_MOST: Final = 100
"""Limit to the objects for which single statements are looked at, and not files as a whole."""


class Change(Value):
    """Objects that a database has otherwise than the migrations make it that were applied there."""

    difference: Difference
    made: str | None = None
    """The place of the migration that made it or last set what differs, or that dropped what is there again; None where
    there is none."""
    pending: str | None = None
    """The place of a migration, not applied there, that does something to it as well."""
    same: bool = False
    """True if that leads to just what the database has."""


class Retold(Value):
    """A migration that was applied in another text than its file has, and what that makes of the whole: more (+), less
    (-) or something else (~) than the file's; None where this one does not load."""

    standing: Standing
    differences: tuple[Difference, ...] | None


class Account(Value):
    """All that is known of how a database came to be as it is."""

    standings: tuple[Standing, ...]
    at: Standing | None
    """The last migration that was applied."""
    guessed: bool
    """True where the database has no history, and `at` is what it is most like."""
    retold: tuple[Retold, ...]
    silent: tuple[str, ...]
    """Versions of which nothing tells what they did."""
    changes: tuple[Change, ...]
    roles: RoleChanges


class _Event(Value):
    """Effect of a migration on an object. `applied` is false for one that the database lacks."""

    place: str
    applied: bool
    difference: Difference


def account(
    workspace: Workspace, project: Project, remembered: Remembered, database: Database, names: Collection[str] = ()
) -> Account:
    """The account of a database; with names, of these objects and their parts alone.

    Raises PgnormError where what was applied does not load, and where the database can't be read.
    """
    standings = remembered.standings
    guessed = not remembered.anything
    if guessed:
        standings = _most_like(workspace, standings, database)
    done = [each for each in standings if each.state is not State.PENDING]
    texts = applied_texts(done, remembered)
    source = as_applied([*texts.values()])
    sides = Sides.between(workspace, source, database)
    comparison = compare_sides(sides, source, database, Options(proof=None, ignoring=ignoring(project.ignore)))
    found = [each for each in outermost(comparison.plan)[0] if _is_asked(each, comparison.views, names)]
    return Account(
        standings=standings,
        at=next((each for each in reversed(done) if each.state is not State.UNFINISHED), None),
        guessed=guessed,
        retold=tuple(_retold(sides, source, texts, done, names)),
        silent=tuple(each.version for each in done if each.version not in texts),
        changes=tuple(_changes(sides, source, standings, found)) if found else (),
        roles=RoleChanges() if names else comparison.plan.roles,
    )


def _is_asked(found: Difference, catalogs: Sequence[Catalog], names: Collection[str]) -> bool:
    return not names or is_asked(found.item, catalogs[found.new is not None], names)


def _most_like(workspace: Workspace, standings: tuple[Standing, ...], database: Database) -> tuple[Standing, ...]:
    """The standings as if those migrations were applied after which all is most like a database: as few as possible."""
    source = as_applied([text_of_file(each) for each in standings])
    sides = Sides.between(workspace, source, database)
    there = owned(sides.as_it_is(database).catalog, sides.ownership)
    catalogs = states(sides.context, sides.texts(source))
    distances = [len(differences(owned(each, sides.ownership), there)) for each in catalogs]
    nearest = distances.index(min(distances))
    return tuple(each.evolve(state=State.APPLIED) if at < nearest else each for at, each in enumerate(standings))


def _retold(
    sides: Sides, source: Files, texts: Mapping[str, SourceFile], done: Sequence[Standing], names: Collection[str]
) -> Iterator[Retold]:
    """The migrations whose files were changed after they had been applied, with what came of that."""
    changed = {each.version: text_of_file(each) for each in done if each.changed and each.version in texts}
    if not changed:
        return
    applied = sides.texts(source)
    try:
        said = states(sides.context, applied.evolve(files=tuple({**texts, **changed}.values())))
        made = states(sides.context, applied)
    except PgnormError:
        yield from (Retold(standing=each, differences=None) for each in done if each.version in changed)
        return
    known: set[ObjectId] = set()
    pairs = dict(zip(texts, zip(said[1:], made[1:], strict=True), strict=True))
    for each in done:
        if each.version in changed:
            pair = [owned(catalog, sides.ownership) for catalog in pairs[each.version]]
            found = [one for one in differences(*pair) if one.item.id not in known and not one.item.placement.derived]
            known.update(one.item.id for one in found)
            if (asked := tuple(one for one in found if _is_asked(one, pair, names))) or not names:
                yield Retold(standing=each, differences=asked)


def _changes(
    sides: Sides, source: Files, standings: Sequence[Standing], found: Sequence[Difference]
) -> Iterator[Change]:
    """The differences, each with the migrations that had to do with it."""
    left = [text_of_file(each) for each in standings if each.state is State.PENDING and each.path is not None]
    items = [item for each in found for item in (each.old, each.new) if item is not None]
    names = frozenset(item.id for item in items)
    near = (mentioning([item.label for item in items]),) if len(names) <= _NEAR_AT_MOST else ()

    def asked(item: Object, _: Catalog) -> bool:
        # A part may tell that its whole was made anew.
        return item.id in names or item.parent in names

    texts = sides.texts(source)
    try:
        looks = watched(sides.context, texts.evolve(files=(*texts.files, *left)), asked, near)
    except PgnormError:  # what is not applied there need not load behind what was
        looks = watched(sides.context, texts, asked, near)
    later = frozenset(file.label for file in left)
    events = [
        _Event(place=_place(looks, numbers), applied=looks.ran[numbers[0]][0].label not in later, difference=one)
        for numbers, some in looks.spans(asked)
        for one in some
    ]
    for each in found:
        yield _change(each, events, looks.end)


def _place(looks: Looks, numbers: range) -> str:
    file, statement = looks.ran[numbers[0]]
    return file.place(statement.start) if len(numbers) == 1 else file.label


def _change(found: Difference, events: Sequence[_Event], end: Catalog) -> Change:
    own = [each for each in events if each.difference.item.id in {item.id for item in (found.old, found.new) if item}]
    deciding = [each.place for each in own if each.applied and _decides(each.difference, found)]
    later = [each.place for each in own if not each.applied]
    there = end.objects.get(found.item.id)
    same = there is None if found.new is None else there is not None and not changes(there, found.new)
    return Change(
        difference=found,
        made=deciding[-1] if deciding else None,
        pending=later[-1] if later else None,
        same=bool(later) and same,
    )


def _decides(event: Difference, found: Difference) -> bool:
    """True for what made the object or set what differs of it, and for the drop of what is there again."""
    if found.old is None:
        return event.new is None
    return event.old is None or (event.new is not None and not {*words(event)}.isdisjoint(words(found)))
