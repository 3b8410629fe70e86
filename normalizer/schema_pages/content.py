"""The part of a catalog that is shown, in the order of the pages."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from typing import Final

import attrs

from pgnorm.catalog.kinds import KINDS
from pgnorm.catalog.kinds.schemas import Schema
from pgnorm.catalog.model import Catalog, Object, ObjectId, Target
from pgnorm.catalog.secrets import masked_sql

from ..compare.difference import outermost_known, parts_below
from ..compare.selection import Selection, selected
from ..dump.passages import passages
from ..review.diagram import linked
from . import addresses

_RANKS: Final = {kind.kind: rank for rank, kind in enumerate(KINDS)}
_COLUMN: Final = "COLUMN"


@attrs.define(slots=False)
class Content:
    """A catalog, of which `selection` is shown."""

    catalog: Catalog
    selection: Selection

    @cached_property
    def shown(self) -> Catalog:
        """The catalog without all else."""
        return selected(self.catalog, self.selection)

    @property
    def target(self) -> Target:
        """The server that its statements are for."""
        return Target(major=self.catalog.major, role=self.catalog.role)

    @cached_property
    def wholes(self) -> Sequence[Object]:
        """The objects that belong to no other one that is shown, by schema, kind and name."""
        found = {outermost_known(self.shown, name) for name in self.shown.objects}
        items = (self.shown.objects[name] for name in found)
        return sorted((item for item in items if item.dumped(self.target) and not item.placement.derived), key=_order)

    @cached_property
    def texts(self) -> Mapping[ObjectId, str]:
        """The canonical text of each of these."""
        found = passages(self.shown, frozenset(item.id for item in self.wholes))
        return {name: masked_sql(text) for name, text in found.items()}

    @cached_property
    def by_schema(self) -> Mapping[str, Sequence[Object]]:
        """The objects by schema, those that lie in none under the empty name."""
        items = sorted(self.wholes, key=lambda item: item.namespace)
        found = {name: [*some] for name, some in groupby(items, key=lambda item: item.namespace)}
        return {name: [item for item in some if not isinstance(item, Schema)] for name, some in found.items()}

    def schema(self, name: str) -> Object | None:
        """The schema itself, where it is shown."""
        return next((item for item in self.wholes if isinstance(item, Schema) and item.name == name), None)

    @cached_property
    def links(self) -> Mapping[ObjectId, Sequence[ObjectId]]:
        """The tables that each table refers to, or is referred to by."""
        return linked(self.shown)

    def excerpt(self, tables: Iterable[ObjectId]) -> Catalog:
        """The catalog of some tables alone, with all that belongs to them."""
        wholes = [self.shown.objects[name] for name in sorted(tables)]
        items = [item for whole in wholes for item in (whole, *parts_below(self.shown, whole.id))]
        return attrs.evolve(self.shown, objects={item.id: item for item in items}, edges=())

    def columns(self, item: Object) -> Sequence[Object]:
        """The columns of an object, in their order."""
        return [part for part in self.shown.parts.get(item.id, ()) if part.keyword == _COLUMN]

    def has_page(self, item: Object) -> bool:
        """True if the object has a page of its own."""
        return bool(self.columns(item))

    def address(self, item: Object) -> str:
        """The place that shows an object, as the other pages name it."""
        if isinstance(item, Schema):
            return addresses.of_schema(item.name)
        if self.has_page(item):
            return addresses.of_object(item.id)
        page = addresses.of_schema(item.namespace) if item.namespace else addresses.OUTSIDE
        return f"{page}#{addresses.anchor(item.id)}"

    def parts(self, item: Object) -> Iterator[tuple[str, Sequence[Object]]]:
        """Parts that belong to an object and has a statement or clause of its own, by kind."""
        found = (part for part in self.shown.parts.get(item.id, ()) if not part.placement.inseparable)
        yield from by_kind(sorted(found, key=_order))


def by_kind(items: Sequence[Object]) -> Iterator[tuple[str, Sequence[Object]]]:
    """The objects of each kind, which stand together."""
    for kind, some in groupby(items, key=lambda item: item.kind):
        yield kind, [*some]


def _order(item: Object) -> tuple[str, int, str, str]:
    return item.namespace, _RANKS[item.kind], item.name, item.detail
