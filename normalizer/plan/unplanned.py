"""Differences that no plan changes, since no statement leads from one side to the other: people are told of them."""

from collections.abc import Collection, Iterator, Sequence
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
    outlived: tuple[Object, ...] = ()
    """Objects of the new side that call functions which no cast there has any more, and that call others on the old
    side."""

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
            outlived=tuple(dict.fromkeys((*self.outlived, *other.outlived))),
        )


def unplanned(old: Catalog, new: Catalog) -> Unplanned:
    """Everything that two catalogs differ in beside their differences; `old` is what a plan made, where one was
    tried."""
    columns: list[Object] = []
    parents: list[tuple[Object, tuple[Object, ...]]] = []
    for name, parts in new.parts.items():
        before = [part for part in old.parts.get(name, ()) if part.placement.inside]
        after = [part for part in parts if part.placement.inside]
        if _reordered(before, after, ties=False):
            columns.append(new.objects[name])
        if _reordered(before, after, ties=True):
            parents.append((new.objects[name], tuple(part for part in after if part.ties is not None)))
    outlived = tuple(_outlived(old, new))
    return Unplanned(columns=tuple(columns), parents=tuple(parents), own=tuple(_own(old, new)), outlived=outlived)


def _reordered(old: Sequence[Object], new: Sequence[Object], *, ties: bool) -> bool:
    """True if the same columns, or what ties an object to others, stand in another order."""
    before, after = ([part.id for part in parts if (part.ties is not None) == ties] for parts in (old, new))
    return before != after and sorted(before) == sorted(after)


def _outlived(old: Catalog, new: Catalog) -> Iterator[Object]:
    for name, item in new.objects.items():
        if item.outlived_casts:
            before = old.objects.get(name)
            if before is None or before.cast_functions != item.cast_functions:
                yield item


def _own(old: Catalog, new: Catalog) -> Iterator[tuple[Object, Object, str]]:
    noted: dict[type[Object], list[str]] = {}
    for name, item in new.objects.items():
        kind = type(item)
        if kind not in noted:
            noted[kind] = [field.name for field in own_fields(kind) if field.change is Change.NOTED]
        before = old.objects.get(name)
        if not noted[kind] or before is None or not item.leads or not before.leads:
            continue
        yield from ((before, item, field) for field in noted[kind] if getattr(before, field) != getattr(item, field))
