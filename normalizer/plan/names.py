"""Order by names: an object that takes one comes after all that had it."""

from pgnorm.catalog.loops import Needs
from pgnorm.catalog.model.facets import Routine

from .actions import Actions
from .graph import Action, Before
from .refilling import leaves_with_rows


def order_names(actions: Actions, needs: Needs[Action], before: Before) -> None:
    """Creation of what takes a name comes after the drop of what had it."""
    holders: dict[tuple[str, ...], list[Action]] = {}
    for name in (*actions.decided.dropped, *actions.decided.replaced):
        leaver = actions.leaver(name)
        if leaver is not None and not leaves_with_rows(actions.old, name, actions.decided):
            for claim in actions.old.objects[name].claims:
                holders.setdefault(claim, []).append(leaver)
    freed = {claim: _freed(actions, claim, having, needs) for claim, having in holders.items()}
    for name in (*actions.decided.created, *actions.decided.replaced, *actions.decided.altered):
        item = actions.new.objects[name]
        avoided = item.avoids if isinstance(item, Routine) else ()
        for claim in (*item.claims, *avoided):
            free = freed.get(claim)
            if free is not None and (free.claim or free.id != name):
                before(free, actions.maker(name))
                before(free, actions.shell(name))


def _freed(actions: Actions, claim: tuple[str, ...], holders: list[Action], needs: Needs[Action]) -> Action:
    """The action after which nothing has a name. Where many have it, one for all spares an edge for each pair."""
    if len(holders) == 1:
        return holders[0]
    freed = max(holders, key=actions.key)._replace(claim=claim)
    needs[freed] = dict.fromkeys(holders)
    return freed
