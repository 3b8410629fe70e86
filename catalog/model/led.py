"""Parts of tables that go with their like on another table: a partition's column with that of the partitioned table."""

from typing import ClassVar, Self

from .alterable import Alterable
from .identity import Lead, ObjectId


class Led(Alterable):
    """An object that may tie two others together, or be led by its like on the other end of a tie."""

    __slots__ = ()

    merged: ClassVar[bool] = False
    """One that is there becomes one with what the creation of a leader would make."""

    @property
    def ties(self) -> tuple[ObjectId, ObjectId] | None:
        """The two that it ties together, the one that is led first; None for what is no tie."""
        return None

    @property
    def adopted(self) -> str:
        """The marks that Postgres knows it by, where the end that is led must have it before they are tied, the other
        gets it after, and what ties the two then says which belong together (an index). Of two alike it takes the one
        that it finds first. Empty for all else."""
        return ""

    @property
    def leads(self) -> tuple[Lead, ...]:
        """Its likes on the other ends of ties: what is done to them is done to it."""
        return ()

    @property
    def comes_along(self) -> bool:
        """True if creating a leader creates it too."""
        return False

    @property
    def goes_along(self) -> bool:
        """True if dropping its leaders drops it too, and nothing else does."""
        return False

    def brought(self, new: Self) -> Self:
        """The inherited `new` right after the statement that creates it: `ALTER TABLE parent ADD COLUMN`.

        `self` is the leader that brings it; where a tie brings it, `new` itself.
        """
        del new
        return self

    def cut_for(self, new: Self, leader: Self, leader_after: Self, *, shared: bool) -> bool:
        """True if it can become `new`, and `leader` be altered to `leader_after`, only while the tie is cut.

        `shared` says that something else leads it, which does not follow what is altered.
        """
        del new, leader, leader_after, shared
        return False

    def led(self, old: Self, new: Self) -> Self:
        """The object once a leader has been altered from `old` to `new`: `ALTER TABLE parent ALTER COLUMN`."""
        del old, new
        return self
