"""Differences that no plan changes, since no statement leads from one side to the other: people are told of them."""

from collections.abc import Collection, Iterator
from typing import Self

from pgnorm.catalog.model import Catalog, Change, Object, ObjectId, Value, own_fields


class Unplanned(Value):
    """Differences that a plan leaves, and that are no `Difference`."""

    columns: tuple[Object, ...] = ()
    """The tables whose columns are in another order."""
    parents: tuple[tuple[Object, tuple[Object, ...]], ...] = ()
    """The tables that inherit in another order, with what they inherit from in that of the new side."""
    own: tuple[tuple[Object, Object, str], ...] = ()
    """Objects inherited on both sides and besides a table's own on one: as it is, as the new side has it, and the
    attribute that says so (see `Change.NOTED`)."""

    @property
    def tags(self) -> frozenset[tuple[str, str]]:
        """(tag, schema) of the entries of a dump in which that can be seen, the order of columns apart."""
        seen = {(table.tag, table.schema) for table, _ in self.parents}
        for before, item, _ in self.own:
            tags = (item.detail, before.tag, item.tag, f"{item.detail} {item.name}")
            seen |= {(tag, item.schema) for tag in tags}
        return frozenset(seen)

    def outside(self, names: Collection[ObjectId]) -> Self:
        """The part of it that is about none of these objects."""
        return self.evolve(
            columns=tuple(table for table in self.columns if table.id not in names),
            parents=tuple(each for each in self.parents if each[0].id not in names),
            own=tuple(each for each in self.own if each[1].id not in names),
        )

    def joined(self, other: Self) -> Self:
        """The two together."""
        return self.evolve(
            columns=(*self.columns, *other.columns),
            parents=(*self.parents, *other.parents),
            own=(*self.own, *other.own),
        )


def unplanned(old: Catalog, new: Catalog) -> Unplanned:
    """Everything that two catalogs differ in beside their differences; `old` is what a plan made, where one was
    tried."""
    columns: list[Object] = []
    parents: list[tuple[Object, tuple[Object, ...]]] = []
    for name in new.parts:
        if _reordered(old, new, name, ties=False):
            columns.append(new.objects[name])
        if _reordered(old, new, name, ties=True):
            parents.append((new.objects[name], tuple(_embedded(new, name, ties=True))))
    return Unplanned(columns=tuple(columns), parents=tuple(parents), own=tuple(_own(old, new)))


def _embedded(catalog: Catalog, name: ObjectId, *, ties: bool) -> Iterator[Object]:
    """The parts that stand in an order: columns, or what ties the object to others."""
    return (part for part in catalog.parts.get(name, ()) if part.embedded and (part.ties is not None) == ties)


def _reordered(old: Catalog, new: Catalog, name: ObjectId, *, ties: bool) -> bool:
    before, after = ([part.id for part in _embedded(side, name, ties=ties)] for side in (old, new))
    return before != after and sorted(before) == sorted(after)


def _own(old: Catalog, new: Catalog) -> Iterator[tuple[Object, Object, str]]:
    noted: dict[type[Object], list[str]] = {}
    for name, item in new.objects.items():
        before = old.objects.get(name)
        if before is None or not item.leads or not before.leads:
            continue
        kind = type(item)
        if kind not in noted:
            noted[kind] = [field.name for field in own_fields(kind) if field.change is Change.NOTED]
        yield from ((before, item, field) for field in noted[kind] if getattr(before, field) != getattr(item, field))
