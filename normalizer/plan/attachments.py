"""Order of actions around a tie that is made or cut: `ALTER TABLE p ATTACH PARTITION t`, `DETACH PARTITION`."""

from collections.abc import Iterator
from itertools import pairwise

from pgnorm.catalog.model import ObjectId
from pgnorm.catalog.model.tie_facets import Matched, Undroppable

from ..compare.difference import is_part_of, parts_below
from ..compare.parent_order import ties_in_order
from .actions import Actions
from .graph import Act, Action, Before


def order_ties(actions: Actions, before: Before) -> None:
    """A tie is cut before anything is done to either end, and made when both ends are as they should be."""
    for name in (*actions.decided.dropped, *actions.decided.replaced):
        tie = actions.old.objects[name]
        if tie.ties is not None:
            _order_cut(actions, tie.id, tie.ties, before)
    for name in (*actions.decided.created, *actions.decided.replaced):
        tie = actions.new.objects[name]
        if tie.ties is not None:
            _order_tie(actions, tie.id, tie.ties, before)
    for ties in ties_in_order(actions.new).values():
        made = [made for tie in ties if actions.decided.fresh(tie) and (made := actions.maker(tie)) and made.id == tie]
        for first, second in pairwise(made):
            before(first, second)


def _order_cut(actions: Actions, tie: ObjectId, ends: tuple[ObjectId, ObjectId], before: Before) -> None:
    cut = actions.leaver(tie)
    if cut is None or cut.id != tie:
        return  # it goes with the end that is led
    led, leading = ends
    ahead = actions.following.ahead(tie)
    for part in (*parts_below(actions.old, led), *parts_below(actions.old, leading)):
        for leader in actions.following.altered_leaders(part):
            before(cut, actions.alterer(leader))
        leaver = actions.leaver(part.id)
        if leaver is not None and leaver.id in ahead:
            before(leaver, cut)
        elif part.ties is None and part.id not in ahead:
            before(cut, leaver)
            before(cut, actions.alterer(part.id))
    for part in parts_below(actions.old, led):
        # What goes along with something further up is to stay, or to be dropped by itself.
        leaver = actions.leaver(part.id)
        if part.goes_along and (leaver is None or leaver.id == part.id):
            for above in actions.following.further_up(part):
                if above not in ahead:
                    before(cut, actions.leaver(above))
    for part in parts_below(actions.new, led):
        if part.ties is None:
            before(cut, actions.maker(part.id))
    for part in parts_below(actions.new, leading):
        if isinstance(part, Matched):
            before(cut, actions.maker(part.id))


def _order_tie(actions: Actions, tie: ObjectId, ends: tuple[ObjectId, ObjectId], before: Before) -> None:
    made = actions.maker(tie)
    led, leading = ends
    for part in parts_below(actions.new, leading):
        if isinstance(part, Matched):
            before(actions.maker(part.id), made)
        elif part.adopted and actions.decided.fresh(part.id):
            before(made, actions.maker(part.id))
    for part in parts_below(actions.old, leading):
        # A column's default, too: a table that is made below gets its own copy, which would stay.
        of_column = part.parent is not None and actions.old.objects[part.parent].placement.inside
        if isinstance(part, Matched) or (of_column and actions.decided.fresh(led)):
            before(actions.leaver(part.id), made)
        for leader in actions.following.altered_leaders(part):
            before(actions.alterer(leader), made)
    if made is None or made.id != tie:
        return  # the statement that creates the end that is led makes it
    if actions.decided.fresh(led) and actions.decided.fresh(leading):
        # Names that Postgres picks for what leads are free then: what is led says its own.
        before(actions.maker(leading), actions.maker(led))
    for part in parts_below(actions.new, led):
        if part.adopted and not part.leads:
            # Of two alike, the one that is there is adopted.
            before(made, actions.maker(part.id))
        elif isinstance(part, Matched) or part.adopted:
            bringers = set(actions.following.bringers(part))
            if not bringers:
                before(actions.maker(part.id), made)
            for lead in part.leads:
                if lead.leader in bringers and actions.following.holds(lead.tie):
                    before(actions.maker(lead.leader), made)
        # The index of a partitioned table is valid, and adopted, only with those of all its partitions.
        users = actions.new.needed_by.get(part.id, ()) if part.leads else ()
        for user in map(actions.new.objects.__getitem__, users):
            if isinstance(user, Undroppable) and tie not in user.held_by:
                before(actions.maker(user.id), made)
    for part in parts_below(actions.old, led):
        if part.ties is None:
            before(actions.leaver(part.id), made)


def order_followers(actions: Actions, before: Before) -> None:
    """Followers come after their leaders, but before a new leader that finds them there and becomes one with them."""
    following = actions.following
    for name in (*actions.decided.created, *actions.decided.replaced):
        item = actions.new.objects[name]
        for bringer in following.bringers(item):
            before(actions.maker(bringer), actions.maker(name))
        for leader in following.merged_into(item):
            before(actions.maker(name), actions.maker(leader))
    for name in (*actions.decided.altered, *actions.decided.rebound):
        for leader in following.merged_into(actions.new.objects[name]):
            before(actions.alterer(name), actions.maker(leader))
        for leader in following.leaders(actions.old.objects[name]):
            before(actions.alterer(leader) or actions.leaver(leader), actions.alterer(name))
    for name in (*actions.decided.dropped, *actions.decided.replaced):
        item = actions.old.objects[name]
        if item.merged:
            for leader in following.leaders(item):
                before(actions.leaver(leader), actions.leaver(name))
        leaver = actions.leaver(name)
        takers = following.takers(item) if item.placement.inside else ()
        for taker in {actions.leaver(above): None for above in takers}:
            if taker is not None and leaver not in (None, taker):
                for user in _letting_go(actions, name, leaver):
                    before(user, ended(taker))


def ended(leaver: Action | None) -> Action | None:
    """The action with which a leaver is gone: what is set aside is dropped later."""
    return leaver._replace(act=Act.DROP) if leaver is not None and leaver.act is Act.SET_ASIDE else leaver


def _letting_go(actions: Actions, name: ObjectId, leaver: Action | None) -> Iterator[Action]:
    """The actions by which others let go of an object that leaves with its whole, or of what leaves with it then."""
    seen, waiting = {name}, [name]
    while waiting:
        users = actions.old.needed_by.get(waiting.pop(), frozenset()) - seen
        seen |= users
        for user in users:
            other = actions.leaver(user)
            if other == leaver:
                waiting.append(user)
                if leaver is not None and not is_part_of(actions.old, actions.old.objects[user], name):
                    yield leaver  # a generated column of the same table, say
            elif action := other or actions.alterer(user):
                yield action
