"""What a plan has no part in must lose nothing by it: neither what was not selected nor what the platform gave."""

from collections.abc import Iterator

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, Object, ObjectId

from .decisions import Decisions


def refuse_losses(old: Catalog, around: Catalog, fate: Decisions) -> None:
    """Raise PgnormError where something of `around` that is not in `old`, its part, needs what the plan takes away."""
    if not around.objects.keys() - old.objects.keys():
        return
    # What uses a column that is retyped Postgres rebuilds, or it refuses the statement.
    gone = (old.objects[name] for name in (*fate.dropped, *fate.replaced))
    for used in sorted(gone, key=lambda item: (item.priority, item.id)):
        for name in sorted(around.needed_by.get(used.id, ())):
            user = around.objects[name]
            if _is_outside(user, old, around) and _loses(user, used, around, fate):
                raise _outside(user, used, fate)


def _is_outside(item: Object, old: Catalog, around: Catalog) -> bool:
    """Whether the plan doesn't know an object, nor the whole that it is no more than a detail of."""
    if item.id in old.objects:
        return False
    whole = around.objects.get(item.parent) if item.parent and (item.embedded or item.derived) else None
    return whole is None or _is_outside(whole, old, around)


def _loses(user: Object, used: Object, around: Catalog, fate: Decisions) -> bool:
    """Whether the plan does to `used` what takes `user` away, or what Postgres refuses because of it."""
    if any(above in fate.dropped for above in _above(user, around)):
        return False
    # A table's place in a publication is none without the table.
    beside = user.whole_only and user.namespace != "" and user.namespace == used.namespace
    return not (beside and used.id in fate.dropped)


def _above(item: Object, around: Catalog) -> Iterator[ObjectId]:
    while item.parent is not None:
        yield item.parent
        if item.parent not in around.objects:
            return
        item = around.objects[item.parent]


def _outside(user: Object, used: Object, fate: Decisions) -> PgnormError:
    gone = "drops" if used.id in fate.dropped else "drops and creates again"
    return PgnormError(
        f"{user.kind} {user.label} needs {used.kind} {used.label}, which the plan {gone}; "
        "it is outside of what was selected",
        hint=f"Include its schema: -n {user.namespace}." if user.namespace else "Compare without -n and -N.",
    )
