"""Satellites that are not compared: owners, privileges, comments and security labels, as with pg_dump's --no-owner."""

from collections.abc import Sequence

from attrs import evolve

from pgnorm.catalog.acl import AclItem, with_owner
from pgnorm.catalog.model import Catalog, DefaultGrants, Object, Value
from pgnorm.catalog.model.dump_facets import own_comment
from pgnorm.catalog.model.facets import GrantsDefaults, OwnedApart

from .difference import COMMENT, LABELS, OWNER, PRIVILEGES
from .initial import initial_acl


class Uncompared(Value):
    """Satellites that make no difference. A plan leaves them as they are, and what it makes gets none."""

    satellites: frozenset[str] = frozenset()
    """Their names in `Difference.changed`."""

    def __bool__(self) -> bool:
        return bool(self.satellites)

    def applied(self, old: Catalog, new: Catalog, around: Catalog) -> tuple[Catalog, Catalog]:
        """Both sides, where `new` has the satellites that a plan from `old`, a part of `around`, leaves it."""
        if not self:
            return old, new
        if PRIVILEGES in self.satellites:
            old, new = _with_more_than_privileges(old), _with_more_than_privileges(new)
        granting = (item for item in around.objects.values() if isinstance(item, GrantsDefaults))
        aligning = _Aligning(self.satellites, old, new, tuple(item.default_grants for item in granting))
        return old, evolve(new, objects={name: aligning.aligned(item) for name, item in new.objects.items()})


class _Aligning:
    """Gives objects of the new side the satellites of the old one."""

    def __init__(
        self, satellites: frozenset[str], old: Catalog, new: Catalog, defaults: Sequence[DefaultGrants]
    ) -> None:
        self.satellites = satellites
        self.old = old
        self.new = new
        self.defaults = defaults

    def aligned(self, item: Object) -> Object:
        before = self.old.objects.get(item.id)
        owner = self._owner(item)
        acl = None if item.acl is None else with_owner(item.acl, item.owner, owner)
        item = item.evolve(owner=owner, acl=acl, acl_default=with_owner(item.acl_default, item.owner, owner))
        if PRIVILEGES in self.satellites:
            item = item.evolve(acl=self._privileges(item, before))
        if COMMENT in self.satellites:
            item = item.evolve(comment=own_comment(before) if before is not None else None)
        if LABELS in self.satellites:
            item = item.evolve(labels=before.labels if before is not None else ())
        return item

    def _owner(self, item: Object) -> str | None:
        """The owner that it has, or gets from what it belongs to or from who makes it."""
        if OWNER not in self.satellites or item.owner is None or _has_one_for_good(item):
            return item.owner
        if (before := self.old.objects.get(item.id)) is not None:
            return before.owner
        whole = None if item.parent is None or isinstance(item, OwnedApart) else self.new.objects.get(item.parent)
        return self.old.role if whole is None else self._owner(whole)

    def _privileges(self, item: Object, before: Object | None) -> tuple[AclItem, ...] | None:
        if before is not None:
            return None if before.acl is None else with_owner(before.acl, before.owner, item.owner)
        return initial_acl(item, self.defaults, self.old.role)


def _has_one_for_good(item: Object) -> bool:
    return isinstance(item, GrantsDefaults) or item.made_by_parent


def _with_more_than_privileges(catalog: Catalog) -> Catalog:
    """A catalog without objects that are nothing but privileges: default ones, and those of what an extension made."""
    return evolve(
        catalog,
        objects={name: item for name, item in catalog.objects.items() if not _has_one_for_good(item)},
        edges=tuple(
            edge
            for edge in catalog.edges
            if not any(_has_one_for_good(catalog.objects[end]) for end in (edge.dependent, edge.referenced))
        ),
    )
