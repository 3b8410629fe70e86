"""Functions that a text finds as a plan runs, which need not be those that the new side calls by the same text."""

from collections.abc import Iterable, Iterator

from attrs import evolve

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, ObjectId

from ..compare.difference import CASTS, Difference, inside
from ..compare.like_named import calls, other_calls
from ..plan.plan import Plan, Verb


def refuse_other_calls(plan: Plan, wanted: Catalog, arrived: Catalog) -> None:
    """Raise PgnormError for what the plan makes and what then calls another function of a name than on the new side:
    there one that suits better has come since (`f(int)` where there was `f(anyelement)`)."""
    for name in _made(plan, wanted):
        for one, other in other_calls(calls(wanted, name), calls(arrived, name)):
            if one in arrived.objects and other in wanted.objects:
                item, called = wanted.objects[name], wanted.objects[one]
                raise PgnormError(
                    f"{item.kind} {item.label} calls {called.kind} {called.label} on the new side, while its text"
                    f" means {wanted.objects[other].label} by now",
                    hint="Make it anew there, so that it is what its text says; or rename one of the two.",
                )


def but_for_other_casts(left: Iterable[Difference], plan: Plan) -> Iterator[Difference]:
    """The differences that a plan leaves, without functions of casts but where it was to change these: what a dump has
    made calls what its casts have now, be it otherwise on both sides."""
    meant = {each.item.id for each in plan.differences if CASTS in each.changed}
    for each in left:
        changed = each.changed if each.item.id in meant else each.changed - {CASTS}
        if changed or None in (each.old, each.new):
            yield evolve(each, changed=changed)


def _made(plan: Plan, wanted: Catalog) -> Iterator[ObjectId]:
    """Objects that the plan creates or alters, with the parts that come inside."""
    for step in plan.steps:
        if step.verb is not Verb.DROP and step.id in wanted.objects:
            yield step.id
            if step.verb is Verb.CREATE:
                yield from (part.id for part in inside(wanted, step.id, frozenset()))
