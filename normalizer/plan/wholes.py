"""New tables that come with their keys and identities in one statement, as they get no rows before these."""

from functools import cached_property

from pgnorm.catalog.model import Catalog, Object, ObjectId, Printing

from .changes import Decisions


class Wholes:
    """Tells which those are among the objects that `decided` is about."""

    def __init__(self, new: Catalog, decided: Decisions) -> None:
        self._new = new
        self._decided = decided

    def made(self, owner: Object) -> bool:
        """True of such a table, and of its columns: it gets no rows of one that was set aside, and has no ties."""
        table = owner.parent if owner.placement.inside else owner.id
        if table is None or table not in self._new.objects or not self._decided.fresh(table):
            return False
        return table not in self._decided.set_aside and table not in self._tied and not self._placed(table)

    @cached_property
    def _tied(self) -> frozenset[ObjectId]:
        return frozenset(end for item in self._new.objects.values() for end in item.ties or ())

    def _placed(self, table: ObjectId) -> bool:
        """True if it goes to a tablespace of its own, where its indexes would follow it."""
        return bool(self._new.objects[table].entries(Printing(target=self._decided.target))[0].tablespace)
