"""Objects that a plan has no part in must lose nothing by it: neither those not selected nor those of the platform."""

from collections.abc import Collection, Iterable, Iterator

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, Object, ObjectId
from pgnorm.catalog.model.type_facets import refused_while_stored, unties

from ..compare.difference import Difference, above
from .changes import Decisions
from .storage import holders


def refuse_outside(old: Catalog, new: Catalog, around: Catalog, decided: Decisions) -> None:
    """Raise PgnormError where the plan takes from what is in `around` and not in `old`, its part, or leaves half-made
    what needs that."""
    _refuse_losses(old, around, decided)
    _refuse_halves(old, new, around, decided)


def refuse_lacking(found: Iterable[Difference], old: Catalog, new: Catalog, left_out: Collection[ObjectId]) -> None:
    """Raise PgnormError where what is made or altered needs something of the new side that is among those `left_out`,
    and that the old side lacks."""
    for each in found if left_out else ():
        if each.new is None or (each.old is not None and not each.own):
            continue
        for name in sorted(new.needs.get(each.item.id, ())):
            if name in left_out and name not in old.objects:
                needed = new.objects[name]
                raise PgnormError(
                    f"{each.item.kind} {each.item.label} needs {needed.kind} {needed.label}, "
                    "which only the new side has and which is left alone",
                    hint="Take that in too (--kind, --only, --ignore, [ignore]), or leave out what needs it.",
                )


def _refuse_losses(old: Catalog, around: Catalog, decided: Decisions) -> None:
    """Raise PgnormError where something of `around` that is not in `old`, its part, needs what the plan takes away."""
    if not around.objects.keys() - old.objects.keys():
        return
    # What uses a column that is retyped Postgres rebuilds, or it refuses the statement.
    gone = (old.objects[name] for name in (*decided.dropped, *decided.replaced))
    for used in sorted(gone, key=lambda item: (item.priority, item.id)):
        for user in _users(used, around):
            if _is_outside(user, old, around) and _loses(user, used, around, decided):
                raise _outside(user, used, decided)
    for user, used in _refused(around, decided):
        if _is_outside(user, old, around):
            raise _outside(user, used, decided)
    for item in around.objects.values():
        leaders = [old.objects[lead.leader] for lead in item.leads if decided.gone(lead.leader)]
        if item.goes_along and 0 < len(leaders) == len(item.leads) and _is_outside(item, old, around):
            raise _outside(item, leaders[-1], decided)


def _refuse_halves(old: Catalog, new: Catalog, around: Catalog, decided: Decisions) -> None:
    """Raise PgnormError for what the plan makes of a whole that has parts outside: it would stay without theirs (an
    index of a partitioned table)."""
    ties = [item for item in around.objects.values() if item.ties is not None and item.id not in old.objects]
    for name in sorted((*decided.created, *decided.replaced)) if ties else ():
        made = new.objects[name]
        for tie in ties if made.adopted else ():
            if tie.ties is not None and tie.ties[1] == made.parent:
                raise PgnormError(
                    f"{made.kind} {made.label} would stay invalid without its part of {tie.kind} {tie.label}; "
                    "it is outside of what was selected",
                    hint=f"Include its schema: -n {tie.namespace}.",
                )


def _users(used: Object, around: Catalog) -> Iterator[Object]:
    """Objects that need one, and for a part of a row those that hold such rows elsewhere."""
    yield from map(around.objects.__getitem__, sorted(around.needed_by.get(used.id, ())))
    if used.placement.inside and used.parent is not None:
        yield from _row_holders(used.parent, around)


def _row_holders(rows: ObjectId, around: Catalog) -> Iterator[Object]:
    """Holders of rows of a whole, be it within the rows of another table."""
    seen = {rows}
    waiting = [rows]
    while waiting:
        for holder, _ in holders(around, waiting.pop()):
            yield holder
            if holder.parent is not None and holder.parent not in seen:
                seen.add(holder.parent)
                waiting.append(holder.parent)


def _refused(around: Catalog, decided: Decisions) -> Iterator[tuple[Object, Object]]:
    """Objects that an alteration would need out of the way first, each with what is altered."""
    for name, difference in decided.altered.items():
        before, after, own = difference.old, difference.new, difference.own
        if before is None or after is None or not own:
            continue
        if unties(before, after, own):
            users = map(around.objects.__getitem__, sorted(around.needed_by.get(name, ())))
            yield from ((user, before) for user in users if user.ties is not None)
        holding = [user for user, _ in holders(around, name)]
        if holding and refused_while_stored(before, after, own):
            yield from ((user, before) for user in holding)


def _is_outside(item: Object, old: Catalog, around: Catalog) -> bool:
    """True if the plan doesn't know an object, nor the whole that it is no more than a detail of."""
    if item.id in old.objects:
        return False
    whole = around.objects.get(item.parent) if item.parent and item.placement.inseparable else None
    return whole is None or _is_outside(whole, old, around)


def _loses(user: Object, used: Object, around: Catalog, decided: Decisions) -> bool:
    """True if the plan does to `used` what takes `user` away, or what Postgres refuses because of it."""
    if any(whole in decided.dropped for whole in above(around, user)):
        return False
    # A table's place in a publication is none without the table, but it can name a column that goes.
    beside = user.whole_only and not used.placement.inside and user.namespace != "" and user.namespace == used.namespace
    return not (beside and used.id in decided.dropped)


def _outside(user: Object, used: Object, decided: Decisions) -> PgnormError:
    has_schema = user.namespace and not user.whole_only
    gone = (
        "drops" if used.id in decided.dropped else "alters" if used.id in decided.altered else "drops and creates again"
    )
    return PgnormError(
        f"{user.kind} {user.label} needs {used.kind} {used.label}, which the plan {gone}; "
        "it is outside of what was selected",
        hint=f"Include its schema: -n {user.namespace}." if has_schema else "Compare without -n and -N.",
    )
