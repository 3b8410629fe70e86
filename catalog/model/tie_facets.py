"""Facets, as in `facets`, of the few kinds that have to do with ties."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .facets import Facet
from .identity import ObjectId

if TYPE_CHECKING:
    from .object import Object


class Refers(Facet):
    """Ties what it is a part of to another of the same kind: `FOREIGN KEY ("a") REFERENCES "t"`."""

    __slots__ = ()

    @property
    def comes_with_tie(self) -> bool:
        """True if making the tie makes it too."""
        raise NotImplementedError


def comes_with_tie(item: "Object") -> bool:
    """True if making a tie makes an object too."""
    return isinstance(item, Refers) and item.comes_with_tie


class ForAll(Facet):
    """A part of a column that comes together with it if all have it who follow the column: an identity."""

    __slots__ = ()

    @property
    def for_followers(self) -> bool:
        """True if they have."""
        raise NotImplementedError


class Undroppable(Facet):
    """An object without a DROP of its own: `ALTER INDEX "i" ATTACH PARTITION "p"`."""

    __slots__ = ()

    @property
    def held_by(self) -> tuple[ObjectId, ...]:
        """The objects that it lasts as long as: one of these must go, the last if nothing else takes one away."""
        raise NotImplementedError


class Refusing(Facet):
    """A tie that asks for an end which is just so: `ALTER TABLE "t" OF "c"`."""

    __slots__ = ()

    def refuse(self, led: "Sequence[Object]") -> None:
        """Raise PgnormError where it can't be made: `led` are the parts of the end that is led, as they will stand.

        Asked only where that end is there already.
        """
        raise NotImplementedError


class Matched(Facet):
    """Both ends must have it, as a part, before they are tied: a column, a CHECK; not a policy."""

    __slots__ = ()
