"""Rows of a table that must be made anew: it is renamed, the new one takes its rows, then it is dropped."""

from collections.abc import Iterator

from pgnorm.catalog.model import Catalog, Edge, Object, ObjectId, Placement, Written
from pgnorm.catalog.model.row_facets import HoldsRows
from pgnorm.catalog.model.tie_facets import Matched, Undroppable

from ..compare.difference import outermost, parts_below
from .actions import Actions
from .changes import Decisions
from .graph import Act, Action, Before
from .storage import is_of_columns
from .wording import aside_name


def keeping_rows(old: Catalog, decided: Decisions) -> tuple[ObjectId, ...]:
    """The tables that are replaced and whose rows would go with them: their own, or those of partitions dropped."""
    return tuple(name for name in decided.replaced if _loses_rows(old, old.objects[name], decided))


def _loses_rows(old: Catalog, item: Object, decided: Decisions) -> bool:
    if not item.stands_aside or not any(part.placement is Placement.EMBEDDED for part in old.parts.get(item.id, ())):
        return False
    return not item.disposable or any(_dropped_below(old, item.id, decided))


def rows_moved(old: Catalog, item: ObjectId, decided: Decisions) -> bool:
    """True if the rows of a table that is dropped are in another one by then."""
    moved = decided.refilled
    return item in moved or any(item in _dropped_below(old, whole, decided) for whole in moved)


def kept(old: Catalog, decided: Decisions) -> dict[ObjectId, ObjectId]:
    """Objects dropped or made anew while what they store stays, each with the one that has it by then."""
    moved = decided.refilled
    whole = {
        name: name for name in moved if is_of_columns(old.objects[name]) or isinstance(old.objects[name], HoldsRows)
    }
    return whole | {gone: name for name in moved for gone in _dropped_below(old, name, decided)}


def leaves_with_rows(old: Catalog, name: ObjectId, decided: Decisions) -> bool:
    """True if it is a tie to what is set aside that is never cut, since the rows are still to be read by it."""
    ends = old.objects[name].ties
    return ends is not None and ends[0] in decided.dropped and rows_moved(old, ends[1], decided)


def read_through(old: Catalog, edge: Edge, decided: Decisions) -> bool:
    """True if a table that is dropped needs another so that its rows can be read by way of what is set aside.

    Not so a default that draws from a sequence: that goes before.
    """
    if not decided.set_aside:
        return False
    ends = old.objects[edge.dependent].placement, old.objects[edge.referenced].placement
    if ends == (Placement.INLINE, Placement.JOINED):
        return False
    user, used = outermost(old, edge.dependent), outermost(old, edge.referenced)
    return (
        user != used and user in decided.dropped and rows_moved(old, user, decided) and rows_moved(old, used, decided)
    )


def refilling(old: Catalog, new: Catalog, decided: Decisions, item: Object) -> Iterator[Written]:
    """The statements that give a table the rows of its predecessor; a type has none."""
    before = old.objects[item.id]
    if isinstance(before, HoldsRows) and isinstance(item, HoldsRows):
        parts = tuple(part for part in old.parts.get(item.id, ()) if part.id in new.objects)
        aside = decided.set_aside - {item.id}
        by_text = frozenset(part.id for part in parts if aside & old.needs.get(part.id, frozenset()))
        rows = (before.evolve(name=aside_name(before)), parts, by_text)
        yield from item.refill(rows, new.parts.get(item.id, ()), decided.target)


def order_rows(actions: Actions, before: Before) -> None:
    """Rows move when the new table has its partitions, and before it has what would slow, check or act upon them."""
    old, new, decided = actions.old, actions.new, actions.decided
    for name in decided.refilled:
        moved = Action(name, Act.MOVE_ROWS)
        before(actions.maker(name), moved)
        before(moved, Action(name, Act.DROP))
        for end in (name, *_below(new, name)):
            for tie in _ties(new, end):
                before(actions.maker(tie.id), moved)
            for part in parts_below(new, end):
                if _waits(part, whole=end == name) and decided.fresh(part.id):
                    before(moved, actions.maker(part.id))
        for gone in _dropped_below(old, name, decided):
            before(moved, actions.leaver(gone))
        for end in (name, *_dropped_below(old, name, decided)):
            for tie in _ties(old, end):
                if not leaves_with_rows(old, tie.id, decided):
                    before(actions.leaver(tie.id), moved)
    for edge in old.edges if decided.set_aside else ():
        if decided.gone(edge.dependent) and not rows_moved(old, outermost(old, edge.dependent), decided):
            # Its index goes with that of the whole, which goes first.
            used = old.objects[edge.referenced]
            for lead in () if used.placement.inside else used.leads:
                before(actions.leaver(edge.dependent), actions.leaver(lead.leader))


def _waits(part: Object, *, whole: bool) -> bool:
    """True if a part of a table that gets rows, or of a partition of it, is made when it has them."""
    made_with_it = part.placement is not Placement.ALONE or isinstance(part, Matched)
    completes_a_tie = not whole and (part.adopted or isinstance(part, Undroppable))
    return not made_with_it and part.ties is None and not completes_a_tie


def _dropped_below(catalog: Catalog, leading: ObjectId, decided: Decisions) -> Iterator[ObjectId]:
    """The partitions of a table that are dropped, and theirs."""
    for tie in _ties(catalog, leading):
        if tie.ties is not None and tie.ties[0] in decided.dropped:
            yield tie.ties[0]
            yield from _dropped_below(catalog, tie.ties[0], decided)


def _below(catalog: Catalog, leading: ObjectId) -> Iterator[ObjectId]:
    """The partitions of a table, and theirs."""
    for tie in _ties(catalog, leading):
        if tie.ties is not None:
            yield tie.ties[0]
            yield from _below(catalog, tie.ties[0])


def _ties(catalog: Catalog, leading: ObjectId) -> Iterator[Object]:
    """Ties of partitions to a table."""
    users = map(catalog.objects.__getitem__, sorted(catalog.needed_by.get(leading, ())))
    return (user for user in users if user.ties is not None and user.ties[1] == leading and not user.placement.inside)
