"""Texts that objects are created by, as schema files are to have them."""

from collections.abc import Sequence

from pgnorm.catalog.kinds.columns import Column
from pgnorm.catalog.kinds.constraints import Constraint
from pgnorm.catalog.kinds.identities import Identity
from pgnorm.catalog.model import Catalog, Object, ObjectId, Placement, Printing, Target, Value, printed

from ..compare.difference import inside
from ..sql.bare import qualified
from .canonical import added_clause, replaced, with_elements
from .serials import serial
from .tables import identity_clause


class Texts(Value):
    """Texts of the objects of one catalog."""

    catalog: Catalog
    target: Target
    apart: frozenset[ObjectId]
    """Parts that stand apart from what they belong to, since that needs what needs them."""
    inline: bool
    """True if constraints and identities are written inside of CREATE TABLE."""
    serials: bool = False
    """True if columns of a whole table are serial where they can be."""

    def of(self, item: Object) -> str:
        """The text that creates an object without its constraints."""
        return self.with_parts(item, inside(self.catalog, item.id, self.apart))

    def whole(self, item: Object) -> str:
        """The text that creates an object, a table with all its constraints and identities."""
        parts = inside(self.catalog, item.id, self.apart)
        if not self.inline:
            return self.of(item)
        found = [each for each in self.catalog.parts.get(item.id, ()) if isinstance(each, Constraint)]
        clauses = [self.clause(each) for each in found if each not in parts]
        below = [each for part in parts for each in self.catalog.parts.get(part.id, ()) if isinstance(each, Identity)]
        text = self.with_parts(item, (*parts, *below))
        for part in parts if self.serials else ():
            if isinstance(part, Column) and (said := serial(part, self.catalog, self.target)):
                defaults = [each for each in parts if each.placement is Placement.INLINE and each.parent == part.id]
                text = replaced(text, part.definition(defaults, self.target), said)
        return with_elements(text, clauses)

    def clause(self, item: Constraint) -> str:
        """The clause of a CREATE TABLE that makes a constraint."""
        return added_clause(self.of(item))

    def with_parts(self, item: Object, parts: Sequence[Object]) -> str:
        """The text that creates an object with these parts inside of it."""
        text = printed(item.create(Printing(target=self.target.evolve(declares=True), parts=tuple(parts)))).strip()
        for part in parts:
            if isinstance(part, Identity):
                text = replaced(text, part.clause(self.target), identity_clause(part, self.target))
        # The files' search_path may find others of these names.
        return qualified(text, self.catalog.namesakes)
