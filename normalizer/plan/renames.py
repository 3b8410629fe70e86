"""Parts that differ in nothing but their name: they are renamed before anything else is looked at."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Self

from attrs import evolve

from pgnorm.catalog.model import Catalog, Edge, Object, ObjectId, Value

from ..compare.difference import NAME, Difference, changes
from .plan import Plan, Step, Verb


class Renames(Value):
    """Objects of the old side, by what they are called there, as they are when renamed."""

    pairs: tuple[tuple[Object, Object], ...]
    """(old, new) of each."""
    become: Mapping[ObjectId, Object]
    """Each object as it is once renamed, and each derived from one, by its id before."""

    @classmethod
    def found(cls, old: Catalog, new: Catalog, differences: tuple[Difference, ...], around: Catalog) -> Self:
        """Renames that leave no doubt: of one relation and schema, the same but for a name that is free,
        no other alike."""
        gone = [each.old for each in differences if each.old is not None and each.new is None]
        made = [each.new for each in differences if each.new is not None and each.old is None]
        come: dict[tuple[str, str, ObjectId | None], list[Object]] = {}
        for item in made:
            come.setdefault((item.kind, item.schema, item.parent), []).append(item)
        tied = {end for catalog in (old, new) for item in catalog.objects.values() for end in (item.ties or ())[1:]}
        leading = {lead.leader for catalog in (old, new) for item in catalog.objects.values() for lead in item.leads}
        taken = {claim for item in around.objects.values() for claim in item.claims}
        pairs = []
        for item in gone:
            if not _can_be_renamed(old, item) or item.parent in tied or item.id in leading:
                continue
            others = come.get((item.kind, item.schema, item.parent), ())
            alike = [other for other in others if _same_but_for_name(item, other)]
            if len(alike) == 1 and alike[0].id not in around.objects and taken.isdisjoint(_new_claims(item, alike[0])):
                pairs.append((item, alike[0]))
        meant = [after.id for _, after in pairs]
        clear = tuple((before, after) for before, after in pairs if meant.count(after.id) == 1)
        return cls(pairs=clear, become=dict(_become(old, clear)))

    def applied(self, catalog: Catalog) -> Catalog:
        """A catalog of the old side, once they are renamed."""
        if not self.pairs:
            return catalog
        objects = (self.become.get(name, item) for name, item in catalog.objects.items())
        edges = (
            Edge(self._name(edge.dependent), self._name(edge.referenced), edge.body, edge.tied)
            for edge in catalog.edges
        )
        return evolve(catalog, objects={item.id: item for item in objects}, edges=tuple(edges))

    def _name(self, name: ObjectId) -> ObjectId:
        return self.become[name].id if name in self.become else name

    def left(self, new: Catalog, differences: tuple[Difference, ...]) -> tuple[Difference, ...]:
        """The differences that are there once they are renamed."""
        seen = self.become.keys() | {item.id for item in self.become.values()}
        kept = [each for each in differences if each.item.id not in seen]
        for item in self.become.values():
            after = new.objects.get(item.id)
            changed = changes(item, after) if after is not None else frozenset()
            if after is None or changed:
                kept.append(Difference(item, after, changed))
        return tuple(kept)

    def ahead_of(self, plan: Plan) -> Plan:
        """The plan from what they then are, with what renames them at its beginning."""
        named = frozenset({NAME})
        return with_ahead(plan, [(Difference(old, new, named), old.rename(new.name)) for old, new in self.pairs])


def with_ahead(plan: Plan, renames: Sequence[tuple[Difference, Sequence[str]]]) -> Plan:
    """The plan with the statements of renames at its beginning. Its differences are theirs, each with what changes of
    the object besides, and the rest."""
    if not renames:
        return plan
    besides = {each.item.id: each.changed for each in plan.differences}
    renamed = tuple(evolve(each, changed=each.changed | besides.get(each.item.id, frozenset())) for each, _ in renames)
    names = {each.item.id for each in renamed}
    rest = (each for each in plan.differences if each.item.id not in names)
    steps = (Step.of(Verb.ALTER, each.item, statements) for each, statements in renames)
    first, *others = plan.transactions or ((),)
    begun = (tuple(steps), first) if any(step.alone for step in first) else ((*steps, *first),)
    return plan.evolve(transactions=(*begun, *others), differences=(*renamed, *rest))


def _can_be_renamed(catalog: Catalog, item: Object) -> bool:
    part = item.disposable and item.parent is not None and not (item.placement.inseparable or item.leads)
    alone = all(each.placement.derived and each.name == item.name for each in catalog.parts.get(item.id, ()))
    return part and alone and bool(item.rename(item.name))


def _same_but_for_name(old: Object, new: Object) -> bool:
    return not new.leads and not Difference(old, new, changes(old.renamed(new.name), new)).own


def _new_claims(old: Object, new: Object) -> frozenset[tuple[str, ...]]:
    return frozenset(new.claims) - frozenset(old.claims)


def _become(old: Catalog, pairs: tuple[tuple[Object, Object], ...]) -> Iterator[tuple[ObjectId, Object]]:
    for before, after in pairs:
        yield before.id, before.renamed(after.name)
        for part in old.parts.get(before.id, ()):
            yield part.id, part.renamed(after.name)
