"""Columns moved from a type that is set aside to its successor of the same name."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

from pgnorm.catalog.model import Catalog, Object, ObjectId, OnRows, Placement, Statement, Target, stated
from pgnorm.catalog.model.type_facets import HoldsType, Relation, RowType

from .changes import Decisions
from .storage import holders
from .wording import in_two_migrations


class Rebinding:
    """The statements that move columns."""

    def __init__(self, old: Catalog, new: Catalog, decided: Decisions) -> None:
        self.old: Final = old
        self.new: Final = new
        self.decided: Final = decided

    def statements(self, old: Object, new: Object, target: Target) -> Iterator[Statement]:
        """The statements that move one column."""
        assert isinstance(old, HoldsType)
        assert isinstance(new, HoldsType)
        before, after = self._rows(old)
        fields = tuple(field if field in before else None for field in after)
        lost = OnRows.LOSES if {*before} - {*after} else OnRows.NOTHING
        for each in map(stated, old.rebind(new, target, fields)):
            yield each.evolve(on_rows=each.on_rows | lost) if OnRows.MAY_FAIL in each.on_rows else each

    def refuse_rows_of(self, table: ObjectId) -> None:
        """Raise PgnormError for a table whose own rows move, if rows inside of them would have other fields."""
        for part in self.old.parts.get(table, ()):
            if self._rows(part) != ((), ()):
                raise in_two_migrations(part, self.old.objects[table])

    def _rows(self, column: Object) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The fields of the rows that it holds and of those that it will hold; none for what goes over as it is.

        Raises PgnormError where such rows are inside of others, and would go over by the places of their fields.
        """
        for name, rows in self._rows_changed.items():
            if any(user.id == column.id for user, _ in holders(self.old, name)):
                if not (isinstance(column, HoldsType) and column.is_just(name)):
                    raise in_two_migrations(column, self.old.objects[name])
                return rows
        return (), ()

    @cached_property
    def _rows_changed(self) -> Mapping[ObjectId, tuple[tuple[str, ...], tuple[str, ...]]]:
        """The fields of rows whose type is set aside, as they were and as they will be, where these differ."""
        found: dict[ObjectId, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        for name in sorted(self.decided.set_aside):
            claims = {*self.old.objects[name].claims}
            for successor in self.new.objects.values():
                if successor.name == name.name and not claims.isdisjoint(successor.claims):
                    rows = _fields(self.old, name), _fields(self.new, successor.id)
                    if all(rows) and rows[0] != rows[1]:
                        found[name] = rows
        return found


def _fields(catalog: Catalog, name: ObjectId) -> tuple[str, ...]:
    """The fields of a row type or of a relation's rows, in their order; none for what has no rows."""
    if not isinstance(catalog.objects[name], Relation | RowType):
        return ()
    parts = catalog.parts.get(name, ())
    return tuple(
        part.name for part in parts if isinstance(part, HoldsType) or part.placement is Placement.DERIVED_INSIDE
    )
