"""Order that dependencies demand: a user leaves before what it uses, and is made after it."""

from collections.abc import Collection

from pgnorm.catalog.model import Edge, ObjectId
from pgnorm.catalog.model.facets import Bodied
from pgnorm.catalog.model.row_facets import Counting, Filled

from ..compare.difference import above, outermost
from ..compare.overloads import alike, by_body, called_alike
from .actions import Actions
from .attachments import ended
from .graph import Act, Action, Before
from .refilling import read_through
from .storage import is_of_columns


def order_leavers(actions: Actions, touched: Collection[ObjectId], before: Before) -> None:
    """Have users leave before what they used leaves or changes: `DROP VIEW`, then the column that it read."""
    for edge in actions.old.edges:
        if edge.tied or edge.dependent not in touched or edge.referenced not in touched:
            continue
        if _goes_ahead(actions, edge, leaving=True):
            continue
        dropped, freed = actions.leaver(edge.dependent), actions.leaver(edge.referenced)
        if read_through(actions.old, edge, actions.decided):
            before(dropped, ended(actions.leaver(outermost(actions.old, edge.referenced))))
            continue
        if (
            dropped is not None
            and dropped.act is Act.SET_ASIDE
            and dropped != freed
            and isinstance(actions.item(dropped), Bodied | Filled)
        ):
            dropped = ended(dropped)  # under another name it reads as much
        if edge.dependent in actions.hollow[Act.EMPTY] and (
            by_body(actions.old, edge) or edge.dependent in actions.decided.emptied
        ):
            dropped = Action(edge.dependent, Act.EMPTY)
            before(ended(freed), actions.alterer(edge.dependent))
        before(ended(dropped), ended(freed))
        # A type can wait for the columns that move from it to what it was made of.
        waits = dropped is not None and dropped.act is not Act.SET_ASIDE and is_of_columns(actions.item(dropped))
        if not waits:
            before(dropped, freed)
        # Who owns a schema, or may use it, can change at any time.
        if actions.alters_itself(edge.referenced) and not waits:
            before(dropped, actions.alterer(edge.referenced))
        for leader in actions.following.leaders_to_the_end(actions.old.objects[edge.referenced]):
            before(dropped, actions.alterer(leader))
        if dropped is None:
            before(actions.alterer(edge.dependent), ended(freed))


def order_makers(actions: Actions, touched: Collection[ObjectId], before: Before) -> None:
    """Make users after what they need: the column, then `CREATE VIEW`."""
    for edge in actions.new.edges:
        if edge.tied or edge.dependent not in touched or edge.referenced not in touched:
            continue
        if (edge.dependent, edge.referenced) in actions.new.shell_users:
            before(actions.shell(edge.referenced), actions.maker(edge.dependent))
            continue
        if _goes_ahead(actions, edge, leaving=False):
            continue
        before(actions.known(edge.referenced), actions.maker(edge.dependent))
        if (edge.referenced, edge.dependent) not in actions.new.shell_users and not by_body(actions.new, edge):
            before(actions.known(edge.referenced), actions.shell(edge.dependent))


def order_calls(actions: Actions, before: Before) -> None:
    """Make the successor of what is set aside when what its text might call instead is gone: `g(1)` finds two."""
    decided, new = actions.decided, actions.new
    if not decided.set_aside:
        return
    for other in (actions.old.objects[name] for name in (*decided.dropped, *decided.replaced)):
        users = (user for name in new.needed_by if alike(name, other.id) for user in new.needed_by[name])
        for user in users if other.overloaded else ():
            maker = actions.maker(user)
            if maker is not None and maker.id in decided.set_aside and called_alike(new, user, other):
                before(ended(actions.leaver(other.id)), maker)


def _goes_ahead(actions: Actions, edge: Edge, *, leaving: bool) -> bool:
    """True if what it needs stays and is enough as it stands: the column of a sequence, whatever else becomes of it."""
    catalog, decided = (actions.old if leaving else actions.new), actions.decided
    item = catalog.objects[edge.dependent]
    belongs = isinstance(item, Counting) and item.ahead_of_whole and edge.referenced in above(catalog, item)
    return belongs and not (decided.gone(edge.referenced) if leaving else decided.fresh(edge.referenced))


def order_successors(actions: Actions, before: Before) -> None:
    """Take the old object of a name away, or aside, before its successor is made; what went aside is dropped after."""
    for name in actions.decided.replaced:
        if name in actions.decided.set_aside:
            before(Action(name, Act.SET_ASIDE), Action(name))
            before(Action(name, Act.SET_ASIDE), actions.shell(name))
            before(Action(name), Action(name, Act.DROP))
        else:
            before(actions.leaver(name), actions.maker(name))
            before(actions.leaver(name), actions.shell(name))
    for name in actions.decided.set_aside:
        before(Action(name, Act.SET_ASIDE), Action(name, Act.DROP))
