"""Facets, as in `facets`, of the few kinds that rows must meet."""

from .facets import Facet


class Demanding(Facet):
    """Something that each row must meet: `NOT NULL`, a key, a foreign key."""

    __slots__ = ()

    @property
    def demand(self) -> str:
        """The demand alone, alike for all that make the same one; empty where rows need not have met it: `NOT VALID`.

        A column with NOT NULL demands what `CHECK (("c" IS NOT NULL))` does.
        """
        raise NotImplementedError
