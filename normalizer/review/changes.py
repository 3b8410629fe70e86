"""Changes in lines: what of the differences a person is shown, the parts of new and dropped objects with these."""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pgnorm.catalog.counting import plural
from pgnorm.catalog.model.dump_facets import MadeAtOnce
from pgnorm.catalog.model.facets import DroppedApart

if TYPE_CHECKING:
    from pgnorm.catalog.model import Object, ObjectId

    from ..compare.difference import Difference
    from ..plan.plan import Plan


def outermost(plan: "Plan") -> "tuple[list[Difference], dict[ObjectId, list[Object]]]":
    """The differences without the parts of what is made or dropped as a whole, and of each whole those parts that its
    own statement does not make or drop."""
    shown: list[Difference] = []
    parts: dict[ObjectId, list[Object]] = {}
    found = plan.differences
    added = {each.item.id: each.item for each in found if each.old is None}
    dropped = {each.item.id: each.item for each in found if each.new is None}
    stated = {step.id for step in plan.steps}
    for each in found:
        beside = added if each.old is None else dropped if each.new is None else {}
        whole = each.item
        while whole.parent in beside:
            whole = beside[whole.parent]
        if whole is each.item:
            if each.changed or not each.item.placement.derived:
                shown.append(each)
        elif each.item.id in stated or isinstance(each.item, DroppedApart | MadeAtOnce):
            parts.setdefault(whole.id, []).append(each.item)
    return shown, parts


def with_parts(parts: "Iterable[Object]") -> str:
    """Words behind an object for the parts that come or go with it: `, with 2 indexes, 1 policy`."""
    found = [*parts]
    ties = "".join(
        f", {part.kind} of {part.ties[1].schema}.{part.ties[1].name}" for part in found if part.ties is not None
    )
    counts = Counter(part.kind for part in found if part.ties is None)
    return ties + (f", with {', '.join(plural(count, kind) for kind, count in counts.items())}" if counts else "")
