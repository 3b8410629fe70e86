"""Databases and snapshots as they were read, or as what a server answers of them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from pgnorm.catalog.model import Catalog, Value

if TYPE_CHECKING:
    from pgnorm.catalog.answers import Answers


class Read(Value):
    """A database or a snapshot as it is."""

    catalog: Catalog
    partial: bool = False
    """True for a snapshot of some schemas only."""
    answers: "Answers | None" = None
    """Answers that all of it is made of, where the catalog is pared of what another one has alike."""

    @property
    def whole(self) -> Catalog:
        """The catalog with all that there is."""
        return self.answers.whole if self.answers is not None else self.catalog


class Asked(NamedTuple):
    """A source whose server is at work, or that is read already."""

    read: Callable[[], Read]
    answers: "Callable[[], Answers] | None"
    """A function called for what the server answers, instead; None for a snapshot."""
