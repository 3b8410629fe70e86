"""Actions of a plan in an order that works: a graph of which must run before which, and its loops taken apart."""

from collections.abc import Iterator

from pgnorm.catalog.loops import find_loops, topological, wait_for
from pgnorm.catalog.model import ObjectId

from .actions import Actions
from .attachments import order_followers, order_ties
from .casts import order_casts
from .changes import Decisions
from .cycles import repair, take_leaders_out, unsolvable
from .dependencies import order_calls, order_leavers, order_makers, order_successors
from .graph import Act, Action
from .names import order_names
from .orders import order_default_privileges, order_owners, order_referrers, order_stored, order_tested
from .refilling import order_rows


def arrange(actions: Actions) -> list[Action]:
    """Every action in an order that works. Raises PgnormError where there is none."""
    decided = actions.decided
    while True:
        take_leaders_out(actions)
        fresh = (*decided.created, *decided.replaced) if decided.set_aside else ()
        actions.claimed = frozenset(claim for name in fresh for claim in actions.new.objects[name].claims)
        needs = _needs(actions)
        order = sorted(needs, key=actions.key)
        ordered = topological(order, needs)
        if ordered is not None:
            return [action for action in ordered if not action.claim]
        loops = tuple(find_loops(order, needs))
        # What takes one apart can be in another.
        if not sum(repair(actions, loop) for loop in loops):
            raise unsolvable(actions, loops[0])


def _needs(actions: Actions) -> dict[Action, dict[Action, None]]:
    """Each action with those that must run before it."""
    needs: dict[Action, dict[Action, None]] = {action: {} for action in _every(actions)}

    def before(first: Action | None, second: Action | None) -> None:
        if first is not None and second is not None and first != second:
            needs[second][first] = None

    touched = _touched(actions.decided)
    order_leavers(actions, touched, before)
    order_makers(actions, touched, before)
    order_successors(actions, before)
    order_calls(actions, before)
    order_ties(actions, before)
    order_followers(actions, before)
    order_rows(actions, before)
    order_referrers(actions, before)
    order_stored(actions, before)
    order_tested(actions, before)
    order_casts(actions, before)
    order_owners(actions, before)
    order_names(actions, needs, before)
    order_default_privileges(actions, before)
    for name in actions.hollow[Act.EMPTY]:
        before(Action(name, Act.EMPTY), actions.leaver(name) or actions.alterer(name))
    for name in actions.hollow[Act.SHELL]:
        before(Action(name, Act.SHELL), Action(name))
        wait_for(Action(name), Action(name, Act.SHELL), needs)
    return needs


def _touched(decided: Decisions) -> set[ObjectId]:
    """Objects that the plan does something to: nothing else can have an action."""
    return {*decided.created, *decided.dropped, *decided.altered, *decided.replaced, *decided.rebound}


def _every(actions: Actions) -> Iterator[Action]:
    decided = actions.decided
    for name in (*decided.dropped, *decided.replaced):
        leaver = actions.leaver(name)
        if leaver is not None:
            yield leaver
            if leaver.act is Act.SET_ASIDE:
                yield Action(leaver.id, Act.DROP)
                if decided.fresh(leaver.id):
                    yield Action(leaver.id, Act.MOVE_ROWS)
    for name in (*decided.created, *decided.replaced, *decided.altered, *decided.rebound):
        maker = actions.maker(name)
        if maker is not None:
            yield maker
    yield from (Action(name, Act.SHELL) for name in (*actions.shells, *actions.hollow[Act.SHELL]))
    yield from (Action(name, Act.EMPTY) for name in actions.hollow[Act.EMPTY])
