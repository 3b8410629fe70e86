"""Two sources of one major compared as they were read: nothing of them is loaded but what is deparsed otherwise."""

from typing import TYPE_CHECKING

from pgnorm.catalog.errors import PgnormError

from .basis import Basis
from .compare.difference import Difference
from .compare.settling import deparsed_changes
from .compare.slices import slice_of
from .comparison import Comparison
from .sides import Side, broken_bodies

if TYPE_CHECKING:
    from .compare.mentions import Mention


class AsRead(Basis):
    """The comparison of two sources of which nothing stays loaded."""

    def compare(self) -> Comparison | None:
        """The comparison, None where there is a plan to be proved: that is for the whole of both sides."""
        goal, start = self.sides.as_it_is(self.new), self.sides.as_it_is(self.old)
        foreseen = self.foreseen(start, goal, deparsed_changes)
        if foreseen is None:
            return None
        found, comparison = foreseen
        return comparison.evolve(mentions=self._broken(start, goal, found))

    def _broken(self, start: Side, goal: Side, found: tuple[Difference, ...]) -> "tuple[Mention, ...]":
        """The bodies that stay and name what goes; a server is asked what goes with an extension."""
        gone = {each.item.id for each in found if each.new is None}
        if not gone:
            return ()
        self.workspace.shadow.start()
        try:
            with self.sides.reopened(slice_of(start.catalog, gone), scratch=False) as loaded:
                return broken_bodies(start.evolve(loaded=loaded), goal, found)
        except PgnormError:
            return broken_bodies(start, goal, found)
