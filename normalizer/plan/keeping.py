"""Objects that stay although the new side lacks or changes them, since a plan is not to drop or lose anything."""

from collections.abc import Collection, Iterable

from attrs import evolve

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, Object, ObjectId, Value

from ..compare.difference import Difference
from .plan import Plan, Verb


class Keeping(Value):
    """Drops that a plan is not to have: those that lose data, or with `all_but` each that is of no such kind."""

    losses: bool = False
    all_but: frozenset[str] | None = None

    def __bool__(self) -> bool:
        return self.losses or self.all_but is not None

    def kept(self, plan: Plan, old: Catalog, new: Catalog) -> frozenset[ObjectId]:
        """Objects of the old side that must stay for the plan to have no such drop, with all that they need there."""
        allowed = self.all_but or frozenset()
        gone = [
            step.id
            for step in plan.steps
            if step.item.kind not in allowed
            and (step.destructive or (step.verb is Verb.DROP and step.id not in new.objects and not self.losses))
        ]
        return _closed(gone, old, new) if self else frozenset()


def refuse_in_the_way(kept: Collection[ObjectId], found: Iterable[Difference], old: Catalog) -> None:
    """Raise PgnormError where what is new takes the name of what stays."""
    taken = {claim: old.objects[name] for name in kept for claim in old.objects[name].claims}
    for each in found:
        for claim in each.item.claims if each.old is None else ():
            if claim in taken:
                raise PgnormError(
                    f"{taken[claim].kind} {taken[claim].label} is to stay, and {each.item.kind} {each.item.label} "
                    "takes its name",
                    hint="Allow that drop (--allow-drop KIND), or give one of them another name.",
                )


def refuse_loss(items: Iterable[Object]) -> None:
    """Raise PgnormError: what is to stay would be lost all the same."""
    item = min(items, key=lambda each: each.id)
    raise PgnormError(
        f"{item.kind} {item.label} is to stay, and the change of something else would take it away or what it holds",
        hint="Allow that drop (--allow-drop KIND), or leave out what needs it gone (--ignore).",
    )


def grafted(new: Catalog, old: Catalog, kept: Collection[ObjectId]) -> Catalog:
    """The new side with these objects as the old side has them, in the place of what it has of them."""
    if not kept:
        return new
    parts = {part.id for name in kept for part in new.parts.get(name, ())}
    objects = {name: item for name, item in new.objects.items() if name not in kept and name not in parts}
    objects |= {name: old.objects[name] for name in kept}
    edges = [edge for edge in new.edges if edge.dependent not in kept]
    edges += [edge for edge in old.edges if edge.dependent in kept]
    there = (edge for edge in edges if edge.dependent in objects and edge.referenced in objects)
    return evolve(new, objects=objects, edges=tuple(there))


def _closed(names: Iterable[ObjectId], old: Catalog, new: Catalog) -> frozenset[ObjectId]:
    found: set[ObjectId] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found or name not in old.objects:
            continue
        found.add(name)
        whole = old.objects[name].parent
        needed = {*old.needs.get(name, ()), *filter(None, [whole])}
        waiting += (part.id for part in old.parts.get(name, ()))
        waiting += (each for each in needed if each not in new.objects)
    return frozenset(found)
