"""Facets, as in `catalog.model.facets`, that columns ask for and nobody else does."""

from collections.abc import Iterator

from ..model import Target, Written
from ..model.facets import Facet


class Accompanied(Facet):
    """A part that is JOINED to a column by statements around `ADD COLUMN`: a sequence."""

    __slots__ = ()

    def before_parent(self, target: Target) -> Iterator[Written]:
        """The statements ahead of the one that adds its parent: `CREATE SEQUENCE …`."""
        raise NotImplementedError

    def after_parent(self) -> Iterator[Written]:
        """The statements behind that one: `ALTER SEQUENCE … OWNED BY …`."""
        raise NotImplementedError
