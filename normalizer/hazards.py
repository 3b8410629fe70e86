"""What existing rows can make fail."""

from collections.abc import Sequence

from pgnorm.catalog.model import Catalog, Object

from .decisions import Decisions
from .difference import Difference


class Hazards:
    """Tells which of the creations that `fate` asks for have rows to pass."""

    def __init__(self, new: Catalog, fate: Decisions, found: Sequence[Difference]) -> None:
        self.new = new
        self.fate = fate
        self.unlike = frozenset(each.item.id for each in found if each.old is None or each.own)
        """What is not on both sides with the same attributes: the rest is at most dropped and made again."""
        self.changed = self.unlike | fate.rebound
        """The same, and what gets another type of the same name."""

    def refusable(self, item: Object, parts: Sequence[Object]) -> bool:
        """Whether rows that are there can make the creation of `item` with its `parts` fail."""
        if all(map(self.fate.fresh, item.refusers)) or not (item.id in self.unlike or self._tied_otherwise(item)):
            return False
        if not item.rows_may_refuse(parts):
            return False
        needed = (self.new.objects[name] for name in self.new.needs.get(item.id, ()))
        used = [part for part in needed if part.embedded and part.parent == item.parent]
        # A column that is new and has no default is NULL in every row, which nothing refuses but NOT NULL.
        return not used or any(not self.fate.fresh(part.id) or self.new.parts.get(part.id) for part in used)

    def _tied_otherwise(self, item: Object) -> bool:
        """Whether a tie holds by another key, or by columns that now have another type: rows may fall elsewhere."""
        if item.ties is None:
            return False
        whole = self.new.parts.get(item.ties[1], ())
        return item.ties[1] in self.changed or any(
            part.retyped_with_parent and part.id in self.changed for part in whole
        )
