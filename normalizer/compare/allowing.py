"""Hazards that hints in schema files allow: `-- pgnorm: allow scans-table` beside an object."""

from pgnorm.catalog.model import Catalog, Object, ObjectId, Value, untold

from ..hazards.effects import Hazard
from ..sql.hints import AllowHint, Hint
from .called import idle, is_about, wholes


class Allowing(Value):
    """Hints that allow hazards, each for one object and its parts."""

    hints: tuple[AllowHint, ...] = ()
    catalogs: tuple[Catalog, ...] = untold(default=())
    """Catalogs that tell what belongs to what."""

    def on(self, name: ObjectId) -> frozenset[Hazard]:
        """Hazards that are allowed of statements about an object."""
        return self._of(wholes(name, *self.catalogs)) if self.hints else frozenset()

    def on_called(self, words: str) -> frozenset[Hazard]:
        """The same for what is called so, `public.contacts` or `table public.contacts`."""
        for catalog in self.catalogs if self.hints else ():
            for item in catalog.objects.values():
                if words in (item.label, f"{item.kind} {item.label}"):
                    return self.on(item.id)
        return frozenset()

    @property
    def idle(self) -> tuple[Hint, ...]:
        """Hints about what no catalog has, as after a plan that dropped it."""
        return tuple(idle(self.hints, *self.catalogs))

    def _of(self, items: tuple[Object, ...]) -> frozenset[Hazard]:
        found = (hint.hazards for hint in self.hints if any(is_about(hint.subject, item) for item in items))
        return frozenset().union(*found)
