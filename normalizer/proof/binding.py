"""Functions that a text finds as a plan runs, which need not be those that the new side calls by the same text."""

from collections.abc import Iterator

from pgnorm.catalog.cast_functions import names, signature
from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, ObjectId
from pgnorm.catalog.model.facets import Routine

from ..compare.difference import inside
from ..plan.plan import Plan, Verb


def refuse_other_calls(plan: Plan, wanted: Catalog, arrived: Catalog) -> None:
    """Raise PgnormError for what the plan makes and what then calls another function of a name than on the new side:
    there one that suits better has come since (`f(int)` where there was `f(anyelement)`)."""
    for name in _made(plan, wanted):
        before, after = _calls(wanted, name), _calls(arrived, name)
        lost = [each for each in sorted(before - after) if each in arrived.objects]
        found = [each for each in sorted(after - before) if each in wanted.objects]
        for one, other in ((one, other) for one in lost for other in found):
            if (one.schema, one.name) == (other.schema, other.name):
                item, called = wanted.objects[name], wanted.objects[one]
                raise PgnormError(
                    f"{item.kind} {item.label} calls {called.kind} {called.label} on the new side, while its text"
                    f" means {wanted.objects[other].label} by now",
                    hint="Make it anew there, so that it is what its text says; or rename one of the two.",
                )


def _made(plan: Plan, wanted: Catalog) -> Iterator[ObjectId]:
    """Objects that the plan creates or alters, with the parts that come inside."""
    for step in plan.steps:
        if step.verb is not Verb.DROP and step.id in wanted.objects:
            yield step.id
            if step.verb is Verb.CREATE:
                yield from (part.id for part in inside(wanted, step.id, frozenset()))


def _calls(catalog: Catalog, name: ObjectId) -> set[ObjectId]:
    """The functions that its text names."""
    used = {each for each in catalog.needs.get(name, ()) if isinstance(catalog.objects[each], Routine)}
    if used and (by_cast := catalog.objects[name].cast_functions):
        item = catalog.objects[name]
        used = {each for each in used if signature(each) not in by_cast or names(item, each)}
    return used
