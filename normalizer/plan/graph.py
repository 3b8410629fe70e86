"""Nodes of the graph of a plan's actions, and how an edge is told."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from pgnorm.catalog.model import ObjectId


class Action(NamedTuple):
    """One node of the graph. `aside` renames what is replaced while columns still use it or its rows are kept, `rows`
    moves these, `shell` goes ahead: it makes what is new known, and of what leaves it takes the body away. With a
    `claim` it does nothing, and stands for all that free this name."""

    id: ObjectId
    drop: bool = False
    aside: bool = False
    shell: bool = False
    rows: bool = False
    claim: tuple[str, ...] = ()


Before: TypeAlias = Callable[[Action | None, Action | None], None]
"""Has the first of two actions run before the second, where there are both."""
