"""Loops among the actions of a plan, and what takes them apart."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pgnorm.catalog.errors import PgnormError

from .difference import parts_below

if TYPE_CHECKING:
    from .actions import Action, Actions


def repair(actions: "Actions", loop: Sequence["Action"]) -> None:
    """Take a part out of its owner's statement, or the body from what has one, so that the loop falls apart.

    Raises PgnormError where nothing does.
    """
    if not _take_apart(actions, loop) and not _empty(actions, loop):
        names = " -> ".join(f"{action.id.kind} {actions.item(action).label}" for action in loop if not action.claim)
        raise PgnormError(
            f"no order of statements works for these objects, which depend on each other: {names}",
            hint="Make the change in two steps: first without the dependency that closes the circle.",
        )


def _take_apart(actions: "Actions", loop: Sequence["Action"]) -> bool:
    """Take out a part that needs another of the loop, or is needed by it; whether there was one."""
    members = {(action.id, action.drop) for action in loop}
    for action in loop:
        catalog = actions.old if action.drop else actions.new
        for part in parts_below(catalog, action.id):
            if part.id in actions.apart or part.embedded or part.derived:
                continue
            touched = catalog.needed_by if action.drop else catalog.needs
            others = (*touched.get(part.id, ()), *(catalog.needs.get(part.id, ()) if action.drop else ()))
            reached = {
                (actions.leaver(other) or actions.alterer(other)) if action.drop else actions.maker(other)
                for other in others
            }
            if any(other and other != action and (other.id, other.drop) in members for other in reached):
                actions.apart.add(part.id)
                return True
    return False


def _empty(actions: "Actions", loop: Sequence["Action"]) -> bool:
    """Take out a body that needs another of the loop; whether there was one."""
    members = {(action.id, action.drop) for action in loop}
    for leaving, catalog in ((False, actions.new), (True, actions.old)):
        for edge in catalog.edges:
            if not edge.body or edge.dependent in actions.hollow[leaving]:
                continue
            ends = (
                (actions.leaver(name) or actions.alterer(name)) if leaving else actions.maker(name)
                for name in (edge.dependent, edge.referenced)
            )
            if all(end is not None and (end.id, end.drop) in members for end in ends):
                actions.hollow[leaving].add(edge.dependent)
                return True
    return False
