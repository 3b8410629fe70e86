"""Facets, as in `facets`, of the few kinds that a dump treats otherwise."""

from typing import TYPE_CHECKING

from ..acl import AclItem
from .facets import Facet
from .identity import ObjectId
from .statement import Script
from .target import Target

if TYPE_CHECKING:
    from .object import Object


class Follows(Facet):
    """An object that a dump puts behind all that another needs: pg_dump links the members of a class to its family."""

    __slots__ = ()

    @property
    def ordered_with(self) -> ObjectId:
        """That other."""
        raise NotImplementedError


class Placed(Facet):
    """An object with another place in a dump than its kind, schema and name say: one that an extension provides."""

    __slots__ = ()

    @property
    def sort_place(self) -> tuple[object, ...] | None:
        """The place in pg_dump's order, None where its kind, schema and name do say.

        False in it, and whatever is behind that, has it just ahead of what has the place before it.
        """
        raise NotImplementedError


class SaysLess(Facet):
    """An object with a comment that a dump does not say, or not always: it came with it."""

    __slots__ = ()

    @property
    def own_comment(self) -> str | None:
        """The comment that somebody gave it."""
        raise NotImplementedError


def own_comment(item: "Object") -> str | None:
    """The comment that somebody gave an object."""
    return item.own_comment if isinstance(item, SaysLess) else item.comment


class BeginsWith(Facet):
    """An object that does not begin with the privileges of its kind: the schema `public`."""

    __slots__ = ()

    def initial_acl(self, target: Target) -> tuple[AclItem, ...]:
        """The privileges that a dump takes for given, so that it prints what leads from them to `acl` (to
        `acl_default` where that is None)."""
        raise NotImplementedError


class Unremarked(Facet):
    """An object that some dumps have without comment and security labels: `public` in those of pg_dump 14."""

    __slots__ = ()

    def remarked(self, target: Target) -> bool:
        """True if a dump has them, and its parts'."""
        raise NotImplementedError


class ExtensionsWithParent(Facet):
    """An object whose DEPENDS ON EXTENSION stands at the end of its parent's first entry: the index of a key."""

    __slots__ = ()


class Last(Facet):
    """An object behind even the privileges in a dump, so that it acts on none of its statements: an event trigger."""

    __slots__ = ()


class MadeAtOnce(Facet):
    """A part that a migration makes with its new table, where a dump has an entry for it: `CREATE TABLE … PRIMARY KEY`.

    Its `clause` is that inside the table's CREATE, empty for none.
    """

    __slots__ = ()

    @property
    def at_once(self) -> bool:
        """True if nothing it says forbids that."""
        raise NotImplementedError

    @property
    def behind(self) -> Script:
        """The statements that follow the table's CREATE."""
        raise NotImplementedError
