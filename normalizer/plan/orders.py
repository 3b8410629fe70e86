"""Orders that no dependency says: what refers to a table, what holds values, what has whose owner, what is granted."""

from pgnorm.catalog.model import Catalog, Object, ObjectId
from pgnorm.catalog.model.facets import GrantsDefaults, OwnedApart
from pgnorm.catalog.model.row_facets import HoldsRows
from pgnorm.catalog.model.tie_facets import Refers
from pgnorm.catalog.model.type_facets import HoldsType, tested

from ..compare.difference import OWNER, PRIVILEGES, above, effective_acl, parts_below
from .actions import Actions
from .graph import Action, Before
from .storage import held_inside, holders, is_of_columns


def order_referrers(actions: Actions, before: Before) -> None:
    """Tables tied to another by a part that stays (a foreign key) are altered before or after it, as the other says."""
    for name, difference in actions.decided.altered.items():
        old, new = difference.old, difference.new
        if not (isinstance(old, HoldsRows) and isinstance(new, HoldsRows)):
            continue
        first = old.referrers_first(new, difference.own)
        if first is None:
            continue
        used = (name, *(part.id for part in parts_below(actions.old, name)))
        users = sorted({user for each in used for user in actions.old.needed_by.get(each, ())})
        for tie in map(actions.old.objects.__getitem__, users):
            if isinstance(tie, Refers) and tie.parent is not None and not actions.decided.gone(tie.id):
                pair = (actions.alterer(tie.parent), actions.alterer(name))
                before(*(pair if first else pair[::-1]))


def order_stored(actions: Actions, before: Before) -> None:
    """Columns let go of the values of a type before that is altered, which may forbid some of them."""
    altered = (*actions.decided.created, *filter(actions.alters_itself, actions.decided.altered))
    makers: dict[ObjectId, dict[Action, None]] = {}
    for item in map(actions.new.objects.__getitem__, altered):
        held = item.id if item.stands_aside else item.parent
        maker = actions.maker(item.id)
        if held is not None and maker is not None and not (actions.decided.fresh(held) or item.placement.derived):
            makers.setdefault(held, {})[maker] = None
    for held, made in makers.items():
        whole = actions.new.objects.get(held)  # a platform's own is in neither catalog
        if whole is None or not is_of_columns(whole):
            continue
        staying = {holder.id for holder, _ in holders(actions.new, held)}
        for holder, _ in holders(actions.old, held):
            if isinstance(holder, HoldsType) and holder.id not in staying:
                freed = actions.leaver(holder.id) or actions.alterer(holder.id)
                for maker in made:
                    before(freed, maker)


def order_tested(actions: Actions, before: Before) -> None:
    """A condition on the values of a type comes before columns that hold these inside of others."""
    for name in (*actions.decided.created, *actions.decided.replaced, *actions.decided.altered):
        item = actions.new.objects[name]
        before_it = None if actions.decided.fresh(name) else actions.old.objects.get(name)
        if tested(before_it, item):
            for column in held_inside(actions.new, item.parent or item.id):
                before(actions.maker(name), actions.maker(column))


def order_owners(actions: Actions, before: Before) -> None:
    """A column takes a sequence of its table's owner, and the table's next owner takes all that it then has along;
    what its parts are granted that one grants, and to others."""
    decided = actions.decided
    for name in (*decided.created, *decided.replaced, *decided.altered):
        old, new = actions.old.objects.get(name), actions.new.objects[name]
        fresh, altered = decided.fresh(name), decided.altered.get(name)
        shares = _shares_owner(new) or (old is not None and _shares_owner(old))
        moves = shares and (fresh or old is None or old.parent != new.parent)
        granted = bool(effective_acl(new)) if fresh else altered is not None and PRIVILEGES in altered.changed
        if moves or granted:
            before(_owner_changes(actions, actions.new, new), actions.maker(name))
        if moves and old and not fresh and old.owner == new.owner:
            before(actions.alterer(name), _owner_changes(actions, actions.old, old))


def _shares_owner(item: Object) -> bool:
    """True of a part with an owner who has to be that of its whole: a sequence of a column."""
    return item.parent is not None and item.ownable and item.owner is not None and not isinstance(item, OwnedApart)


def _owner_changes(actions: Actions, catalog: Catalog, part: Object) -> Action | None:
    """The action that gives what an object is a part of another owner."""
    for whole in above(catalog, part):
        difference = actions.decided.altered.get(whole)
        if difference and OWNER in difference.changed:
            return actions.alterer(whole)
    return None


def order_default_privileges(actions: Actions, before: Before) -> None:
    """New objects get the old default privileges, whatever becomes of these."""
    granting = [actions.maker(name) for name, item in actions.new.objects.items() if isinstance(item, GrantsDefaults)]
    leaving = [actions.leaver(name) for name, item in actions.old.objects.items() if isinstance(item, GrantsDefaults)]
    for action in filter(None, (*granting, *leaving)):
        for name in (*actions.decided.created, *actions.decided.replaced):
            if actions.new.objects[name].default_acl_type:
                before(actions.maker(name), action)
