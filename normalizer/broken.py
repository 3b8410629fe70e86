"""Bodies that a plan breaks: they stay, and name what it drops."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from attrs import evolve

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, Object

from .compare.difference import Difference
from .compare.slices import slice_of
from .files.reading import SourceFile
from .plan.keeping import grafted
from .side import Side
from .sides import Sides
from .sql.defined import target
from .sql.statements import split

if TYPE_CHECKING:
    from .compare.mentions import Mention
    from .postgres.shadow import Session


def broken_bodies(
    start: Side,
    goal: Side,
    found: tuple[Difference, ...],
    kept: Collection[Object],
    session: "Session | None",
) -> "tuple[Mention, ...]":
    """The bodies that stay and name what goes, `kept` of the old side being there still; a session that holds that side
    is asked what goes with an extension."""
    stays = {item.id for item in kept}
    gone = [each for each in found if each.new is None and each.item.id not in stays]
    if not gone:
        return ()
    from .compare.mentions import mentions

    def around() -> Catalog:
        return grafted(goal.whole, start.whole, stays)

    new = grafted(goal.catalog, start.catalog, stays)
    return mentions(start.catalog, new, gone, session.connection if session is not None else None, around)


def broken_bodies_anew(
    sides: Sides, start: Side, goal: Side, found: tuple[Difference, ...], kept: Collection[Object]
) -> "tuple[Mention, ...]":
    """The same where no session holds the old side: a server is asked what goes with an extension, and whether a name
    that was found is one of its own."""
    gone = [each.item for each in found if each.new is None]
    if not gone:
        return ()
    from .compare.mentions import may_provide

    unasked = broken_bodies(start, goal, found, kept, None)
    if not unasked and not any(map(may_provide, gone)):
        return ()
    sides.context.shadow.start()
    try:
        with sides.reopened(slice_of(start.catalog, (item.id for item in gone))) as loaded:
            return broken_bodies(start, goal, found, kept, loaded.session)
    except PgnormError:
        return unasked


def with_places(found: "Iterable[Mention]", files: Sequence[SourceFile]) -> "Iterator[Mention]":
    """The mentions with their places in the files that make the routines; those that none makes as they are."""
    made: dict[tuple[str, str], list[tuple[SourceFile, int, str]]] = {}
    for file in files:
        for statement in split(file.text, label=file.label):
            name = target(statement)
            if name is not None and name.routine:
                made.setdefault((name.schema, name.name), []).append((file, statement.start, statement.text))
    for each in found:
        makers = made.get((each.name.schema, each.name.name), ())
        exact = [
            (file, start + text.rfind(each.body) + each.offset) for file, start, text in makers if each.body in text
        ]
        # A body in another spelling (E'…') has no line to count from.
        places = exact or [(file, start) for file, start, _ in makers][-1:] * (len(makers) == 1)
        yield evolve(each, place=places[-1][0].place(places[-1][1])) if places else each
