"""Casts, on which nothing depends: what was made by one keeps its function, and a column changes its type by one."""

from collections.abc import Iterator, Sequence

from attrs import evolve

from pgnorm.catalog.model import Catalog, ObjectId
from pgnorm.catalog.model.facets import Converts
from pgnorm.catalog.model.type_facets import HoldsType, retypes

from ..compare.difference import BY_TEXT, Difference, deparsed, outermost
from .actions import Actions
from .graph import Act, Action, Before


def read_anew(found: Difference) -> Difference:
    """The difference, where no more than functions of casts differ, or of a name that several have, as one of the texts
    that Postgres is to read again."""
    if not found.changed & BY_TEXT or found.changed & deparsed(found.item):
        return found
    texts = (name for name in deparsed(found.item) if getattr(found.item, name))
    return evolve(found, changed=found.changed.union(texts))


def knowing_casts(old: Catalog, found: Sequence[Difference], new: Catalog) -> tuple[Catalog, tuple[Difference, ...]]:
    """The old side with columns that know the casts of the new one too, and what differs."""
    ways = [item.ends for item in new.objects.values() if isinstance(item, Converts) and item.id not in old.objects]
    if not ways:
        return old, tuple(found)
    objects, left = dict(old.objects), []
    for each in found:
        if isinstance(each.old, HoldsType) and isinstance(each.new, HoldsType):
            source, _ = each.old.converted_to(each.new)
            known = each.old.knowing_casts(target for one, target in ways if one == source)
            each = evolve(each, old=known)
            objects[known.id] = known
        left.append(each)
    return evolve(old, objects=objects), tuple(left)


def order_casts(actions: Actions, before: Before) -> None:
    """A cast is made before what uses it, and dropped after: expressions and columns that change their type."""
    old, new = _casts(actions.old), _casts(actions.new)
    if not (old or new):
        return
    made = {*new.values()}
    for edge in actions.new.edges:
        if edge.tied and edge.referenced in made:
            before(actions.maker(edge.referenced), actions.maker(edge.dependent))
    for ends, action in _conversions(actions):
        if ends in new:
            before(actions.maker(new[ends]), action)
        elif ends in old:
            before(action, actions.leaver(old[ends]))


def _casts(catalog: Catalog) -> dict[tuple[str, str], ObjectId]:
    return {item.ends: item.id for item in catalog.objects.values() if isinstance(item, Converts)}


def _conversions(actions: Actions) -> Iterator[tuple[tuple[str, str], Action | None]]:
    """The types between which values of columns go, each with the action that moves them."""
    for name, item in actions.old.objects.items():
        wanted = actions.new.objects.get(name)
        if isinstance(item, HoldsType) and isinstance(wanted, HoldsType):
            whole = outermost(actions.old, name)
            difference = actions.decided.altered.get(name)
            if difference is not None and retypes(item, wanted, difference.own):
                yield item.converted_to(wanted), actions.alterer(name)
            elif whole in actions.decided.set_aside and actions.decided.fresh(whole):
                yield item.converted_to(wanted), Action(whole, Act.MOVE_ROWS)
