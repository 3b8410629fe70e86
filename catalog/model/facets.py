"""Facets of a few kinds: each is a base beside `Object` of the kinds that have it, and of no others.

The engine asks by class: `isinstance(item, Bodied)`.
"""

from typing import TYPE_CHECKING, ClassVar, LiteralString, Self

from .entries import DefaultGrants, Entry
from .identity import ObjectId
from .target import Target

if TYPE_CHECKING:
    from .object import Object


class Facet:
    """The base of facets."""

    __slots__ = ()


class Emptied(Facet):
    """An expression or a body that can be away for a while: `ALTER DOMAIN "d" DROP DEFAULT`."""

    __slots__ = ()

    def emptied(self, target: Target) -> str:
        """The statement that takes the body away and leaves the rest; empty where there is none."""
        raise NotImplementedError

    def body(self, target: Target) -> str:
        """The statement that gives a body to what has none."""
        raise NotImplementedError


class Bodied(Emptied):
    """A body that can follow later, in a catalog of its own: `CREATE OR REPLACE VIEW "v" AS SELECT …`.

    `create` with `shell` makes a stand-in without it.
    """

    __slots__ = ()

    body_catalog: ClassVar[str]
    """The catalog of the body (`pg_rewrite`)."""


class Shelled(Facet):
    """A shell that goes ahead of the functions which it needs and which need it: `CREATE TYPE "box";`."""

    __slots__ = ()

    def shell_entry(self) -> Entry:
        """The entry that goes ahead of it."""
        raise NotImplementedError


class Converts(Facet):
    """Way from one type to another, whose function expressions keep that have gone by it:
    `CREATE CAST (…) WITH FUNCTION "f"(…)`.

    The first row of its query has all that calls functions by casts in a column `calls`, behind `oid`: (classid, objid,
    objsubid, oid of the function). The others have null there.
    """

    __slots__ = ()

    @property
    def ends(self) -> tuple[str, str]:
        """The one type and the other, without modifiers."""
        raise NotImplementedError


class WithMembers(Facet):
    """Belongings that are no objects though pg_depend calls them no internal part either (an operator family's)."""

    __slots__ = ()

    members: ClassVar[LiteralString]
    """The query for them: (classid, objid, oid of the object)."""


class Routine(Facet):
    """Code whose dependencies Postgres does not record: `CREATE FUNCTION "f"() … AS $$ … $$`."""

    __slots__ = ()

    code: ClassVar[str]
    """The attribute that holds its text, which can differ in looks alone."""

    @property
    def code_language(self) -> str:
        """The language of its `code`."""
        raise NotImplementedError

    @property
    def avoids(self) -> tuple[tuple[str, ...], ...]:
        """The names in `claims` of others that nothing may have any more when it is made: it would depend on that."""
        raise NotImplementedError


class GrantsDefaults(Facet):
    """Privileges of objects that are created later: `ALTER DEFAULT PRIVILEGES FOR ROLE "r" GRANT …`."""

    __slots__ = ()

    @property
    def default_grants(self) -> DefaultGrants:
        """The privileges that it adds to them."""
        raise NotImplementedError

    @property
    def grant_prefix(self) -> str:
        """The words before GRANT and REVOKE: `ALTER DEFAULT PRIVILEGES … `."""
        raise NotImplementedError

    @property
    def acl_desc(self) -> str:
        """The `Type:` of the header line over it in a dump."""
        raise NotImplementedError

    @property
    def acl_tag(self) -> str:
        """The `Name:` of that line."""
        raise NotImplementedError


def grant_prefix(item: "Object") -> str:
    """The words before GRANT and REVOKE of an object's privileges."""
    return item.grant_prefix if isinstance(item, GrantsDefaults) else ""


def acl_header(item: "Object") -> tuple[str, str]:
    """`Type:` and `Name:` of the header line over an object's privileges in a dump."""
    if isinstance(item, GrantsDefaults):
        return item.acl_desc, item.acl_tag
    return "ACL", item.signature(qualify=False) if item.grant_columns else item.grant_signature(qualify=False)


class SettledByOthers(Facet):
    """Attributes that Postgres sets as something else comes or goes: an operator's COMMUTATOR, on both sides."""

    __slots__ = ()

    def settled_by(self, new: Self, name: str) -> tuple[ObjectId, ...]:
        """The objects of which the creation or drop alone changes the attribute `name` to what `new` says.

        Where each of them is created or dropped, `alter` is not asked about it. Empty for what nothing else changes.
        """
        raise NotImplementedError


def settled_by(old: "Object", new: "Object", name: str) -> tuple[ObjectId, ...]:
    """The objects that settle an attribute of one which may be altered."""
    if isinstance(old, SettledByOthers) and isinstance(new, SettledByOthers):
        return old.settled_by(new, name)
    return ()


class DroppedApart(Facet):
    """A part that Postgres does not drop along with its whole: it goes before that (a user mapping)."""

    __slots__ = ()


class OwnedApart(Facet):
    """A part with an owner of its own: statistics on a table."""

    __slots__ = ()


class PlatformDecides(Facet):
    """An object that stays as the platform has it, however that differs from server to server: an extension."""

    __slots__ = ()


class SinceMajor(Facet):
    """An object that only newer servers have, where older ones have the like without it: a domain's NOT NULL."""

    __slots__ = ()

    since: ClassVar[int]
    """The first major version that has it."""


class Versioned(Facet):
    """An object of a version that no dump says: `ALTER EXTENSION "e" UPDATE TO '1.1';`."""

    __slots__ = ()
    version: str

    def update_to(self, version: str) -> str:
        """The statement that makes it one of another version."""
        raise NotImplementedError


class SuperuserOnly(Facet):
    """An object that Postgres shows to superusers alone: others are told of one not modelled (a subscription)."""

    __slots__ = ()


class Watches(Facet):
    """Code that runs on statements about others and may look at anything: an event trigger."""

    __slots__ = ()
