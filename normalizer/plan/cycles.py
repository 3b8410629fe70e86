"""Loops among the actions of a plan, and what takes them apart."""

from collections.abc import Iterator, Sequence
from itertools import chain

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Object, ObjectId, Placement
from pgnorm.catalog.model.tie_facets import comes_with_tie

from ..compare.difference import parts_below
from ..compare.overloads import by_body
from .actions import Actions
from .attachments import ended
from .graph import Act, Action
from .refilling import leaves_with_rows
from .storage import is_of_columns


def repair(actions: Actions, loop: Sequence[Action]) -> bool:
    """Take a part out of its owner's statement, or the body from what has one, or drop what is altered before it is
    made anew, or keep a type till its successor is there, so that the loop falls apart.

    Returns whether there was such a one.
    """
    return (
        _take_apart(actions, loop) or _empty(actions, loop) or _drop_first(actions, loop) or _set_aside(actions, loop)
    )


def unsolvable(actions: Actions, loop: Sequence[Action]) -> PgnormError:
    """The error for a loop that nothing takes apart."""
    names = " -> ".join(f"{action.id.kind} {actions.item(action).label}" for action in loop if not action.claim)
    return PgnormError(
        f"no order of statements works for these objects, which depend on each other: {names}",
        hint="Make the change in two steps: first without the dependency that closes the circle.",
    )


def _take_apart(actions: Actions, loop: Sequence[Action]) -> bool:
    """Take out a part that needs another of the loop, or, of what leaves, is needed by it; whether there was one."""
    found = next(chain(_parts(actions, loop, needed=False), _parts(actions, loop, needed=True)), None)
    if found is not None:
        _take_out(actions, found[0], leaving=found[1])
    return found is not None


def _parts(actions: Actions, loop: Sequence[Action], *, needed: bool) -> Iterator[tuple[Object, bool]]:
    """The parts that need another of the loop (that another needs), each with whether it leaves."""
    members = {(action.id, action.act.leaves) for action in loop}
    for action in loop:
        leaving = action.act.leaves
        catalog = actions.old if leaving else actions.new
        for part in parts_below(catalog, action.id) if leaving or not needed else ():
            if part.id in actions.apart or part.placement.inseparable or (leaving and _holds_rows(actions, part)):
                continue
            others = (catalog.needed_by if needed else catalog.needs).get(part.id, ())
            reached = {
                (actions.leaver(other) or actions.alterer(other)) if leaving else actions.maker(other)
                for other in others
            }
            if any(other and other.id != action.id and (other.id, other.act.drops) in members for other in reached):
                yield part, leaving


def _holds_rows(actions: Actions, part: Object) -> bool:
    """True if it is a tie by which rows are still to be read as both its ends leave."""
    return leaves_with_rows(actions.old, part.id, actions.decided)


def take_leaders_out(actions: Actions) -> None:
    """Take the leaders of what came with a tie that is cut, and leaves too, out of their owners' statements: one drop
    before the cut takes both."""
    decided, old = actions.decided, actions.old
    for name in (*decided.dropped, *decided.replaced):
        for lead in old.objects[name].leads if comes_with_tie(old.objects[name]) else ():
            if decided.gone(lead.leader) and decided.gone(lead.tie) and actions.following.cut_alone(lead.tie):
                _take_out(actions, old.objects[lead.leader], leaving=True)


def _take_out(actions: Actions, part: Object, *, leaving: bool) -> None:
    """Take a part out of its owner's statement: where it only leaves with its leaders, they do; if one stays, the tie
    is cut."""
    actions.apart.add(part.id)
    for lead in part.leads if leaving and part.goes_along else ():
        if lead.tie not in actions.old.objects or actions.following.cut_alone(lead.tie):
            continue
        if actions.decided.gone(lead.leader):
            _take_out(actions, actions.old.objects[lead.leader], leaving=True)
        elif not leaves_with_rows(actions.old, lead.tie, actions.decided):
            actions.apart.add(lead.tie)


def _empty(actions: Actions, loop: Sequence[Action]) -> bool:
    """Take out a body that needs another of the loop; whether there was one."""
    # Of what is set aside nobody misses it.
    aside = any(_empty_one(actions, loop, Act.EMPTY, only=name) for name in sorted(actions.decided.set_aside))
    return aside or any(_empty_one(actions, loop, act) for act in (Act.SHELL, Act.EMPTY))


def _empty_one(actions: Actions, loop: Sequence[Action], act: Act, *, only: ObjectId | None = None) -> bool:
    leaving = act.leaves
    members = {(action.id, action.act.drops) for action in loop}
    catalog = actions.old if leaving else actions.new
    for edge in catalog.edges:
        if not by_body(catalog, edge) or edge.dependent in actions.hollow[act] or only not in (None, edge.dependent):
            continue
        ends = (
            (ended(actions.leaver(name)) or actions.alterer(name)) if leaving else actions.maker(name)
            for name in (edge.dependent, edge.referenced)
        )
        if all(end is not None and (end.id, end.act.drops) in members for end in ends):
            actions.hollow[act].add(edge.dependent)
            if act is Act.SHELL:
                inside = (part for part in parts_below(catalog, edge.dependent) if not part.placement.inseparable)
                actions.apart.update(part.id for part in inside if part.placement is Placement.INLINE)
            return True
    return False


def _drop_first(actions: Actions, loop: Sequence[Action]) -> bool:
    """Replace what is altered, where nothing is lost by it and nothing needs it; whether there was such a one."""
    for action in loop:
        name = action.id
        if action != actions.alterer(name) or actions.old.needed_by.get(name) or actions.old.parts.get(name):
            continue
        item = actions.old.objects[name]
        if item.disposable and not item.placement.inside and not item.leads and item.drop():
            actions.decided.altered.pop(name, None)
            actions.decided.replaced.add(name)
            return True
    return False


def _set_aside(actions: Actions, loop: Sequence[Action]) -> bool:
    """Give a type that leaves, or a relation whose rows columns hold, another name till these have moved; whether there
    was such a one."""
    for action in loop:
        kept = action.id in actions.decided.set_aside
        item = actions.item(action)
        leaves = item.stands_aside and not actions.decided.fresh(action.id)
        if action.act is Act.DROP and not kept and (is_of_columns(item) or leaves):
            actions.decided.set_aside.add(action.id)
            return True
    return False
