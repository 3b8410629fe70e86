"""Bodies that a plan breaks: they stay, and name what it drops."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Object

from .compare.difference import Difference
from .compare.slices import slice_of
from .plan.keeping import grafted
from .side import Side
from .sides import Sides

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

    new = grafted(goal.catalog, start.catalog, stays)
    return mentions(start.catalog, new, gone, session.connection if session is not None else None)


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
