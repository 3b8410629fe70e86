"""What a plan evaluates on rows by code whose needs nobody records: it comes after all that the code may read."""

from pgnorm.catalog.model import Catalog, Object, ObjectId
from pgnorm.catalog.priority import Priority

from .decisions import Decisions
from .difference import parts_below


class Evaluation:
    """Tells where in a plan that call belongs, for each new object that `fate` is about."""

    def __init__(self, new: Catalog, fate: Decisions) -> None:
        self.new = new
        self.fate = fate

    def rank(self, item: Object) -> int:
        """The priority with which a new object is created or altered: behind all tables and columns, or its own."""
        late = item.priority < Priority.PRE_DATA_BOUNDARY and self._late(item)
        return Priority.PRE_DATA_BOUNDARY if late else item.priority

    def _late(self, item: Object) -> bool:
        if item.finish and self.fate.fresh(item.id):
            return True
        if item.parent is None or self.fate.fresh(item.parent) or item.derived:
            return False
        # An UPDATE fires triggers.
        return self.fate.fills(item.id) or self._calls(item.id)

    def _calls(self, name: ObjectId) -> bool:
        """Whether a part, be it by way of others, needs a routine with an opaque body, its own whole apart."""
        whole = self.new.objects[name].parent
        waiting = [name, *(part.id for part in parts_below(self.new, name))]
        seen = {whole, *waiting}
        while waiting:
            one = waiting.pop()
            item = self.new.objects.get(one)
            if item is None:
                continue
            if item.opaque:
                return True
            # A domain's checks are parts of it; a table's parts are nothing that its rows' type evaluates.
            parts = (part.id for part in self.new.parts.get(one, ()) if part.inline)
            found = {*self.new.needs.get(one, ()), *parts} - seen
            seen |= found
            waiting += found
        return False
