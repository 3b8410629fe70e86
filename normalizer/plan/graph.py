"""Nodes of the graph of a plan's actions, and how an edge is told."""

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple, TypeAlias

from pgnorm.catalog.model import ObjectId


class Act(Enum):
    """Thing that an action does to its object."""

    MAKE = "make"
    """Creates or alters it."""
    SHELL = "shell"
    """Makes what is new known ahead of it, without its body: `CREATE TYPE "box";`."""
    SET_ASIDE = "set aside"
    """Renames what leaves while columns still use it or its rows are kept."""
    MOVE_ROWS = "move rows"
    """Gives what is new the rows of the one that was set aside."""
    EMPTY = "empty"
    """Takes the body away from what leaves, or is altered, ahead of that."""
    DROP = "drop"

    @property
    def drops(self) -> bool:
        """True for a drop, and for the loss of a body."""
        return self in (Act.DROP, Act.EMPTY)

    @property
    def leaves(self) -> bool:
        """True if it is about the old object."""
        return self.drops or self is Act.SET_ASIDE


class Action(NamedTuple):
    """One node of the graph. With a `claim` it does nothing, and stands for all that free this name."""

    id: ObjectId
    act: Act = Act.MAKE
    claim: tuple[str, ...] = ()


Before: TypeAlias = Callable[[Action | None, Action | None], None]
"""Has the first of two actions run before the second, where there are both."""
