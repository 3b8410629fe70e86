"""Orders that no dependency says: what refers to a table, and what new objects are granted."""

from typing import TYPE_CHECKING

from pgnorm.catalog.model.facets import GrantsDefaults, HoldsRows
from pgnorm.catalog.model.tie_facets import Refers

from ..compare.difference import parts_below

if TYPE_CHECKING:
    from .actions import Actions, Before


def order_referrers(actions: "Actions", before: "Before") -> None:
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


def order_default_privileges(actions: "Actions", before: "Before") -> None:
    """New objects get the old default privileges, whatever becomes of these."""
    granting = [actions.maker(name) for name, item in actions.new.objects.items() if isinstance(item, GrantsDefaults)]
    leaving = [actions.leaver(name) for name, item in actions.old.objects.items() if isinstance(item, GrantsDefaults)]
    for action in filter(None, (*granting, *leaving)):
        for name in (*actions.decided.created, *actions.decided.replaced):
            if actions.new.objects[name].default_acl_type:
                before(actions.maker(name), action)
