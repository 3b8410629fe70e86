"""The typed objects of one source."""

from collections.abc import Mapping, Set
from functools import cached_property

import attrs

from .facets import Shelled
from .identity import Edge, ObjectId
from .object import Object
from .run_time import NOWHERE, RunTime


@attrs.define(kw_only=True, slots=False)
class Catalog:
    """The typed objects of one source and what depends on what, read in one snapshot."""

    version: int
    """server_version_num of the server that said it."""
    server: str
    """The server's own words for its version: `15.18 (Debian 15.18-0+deb12u1)`."""
    role: str
    """The role that read it: current_user."""
    objects: Mapping[ObjectId, Object]
    edges: tuple[Edge, ...]
    unmodelled: tuple[tuple[str, str], ...] = ()
    """Objects that no kind reads: (what, name)."""
    namesakes: tuple[str, ...] = ()
    """Names of functions and operators of Postgres' own that one of another schema may be taken for."""
    left_out: frozenset[str] = frozenset()
    """The kinds of which the source says nothing, whatever there was: a dump that leaves them out."""
    run_time: RunTime = NOWHERE
    """Places where extensions make objects as they run."""

    @property
    def major(self) -> int:
        """The server's major version."""
        return self.version // 10000

    @property
    def unread(self) -> frozenset[str]:
        """The kinds of which there may be objects that nobody could read."""
        return self.left_out.union(what for what, _ in self.unmodelled)

    @cached_property
    def parts(self) -> Mapping[ObjectId, tuple[Object, ...]]:
        """The parts of each object, in catalog order."""
        found: dict[ObjectId, list[Object]] = {}
        for item in self.objects.values():
            if (owner := item.parent) is not None:
                found.setdefault(owner, []).append(item)
        return {owner: tuple(items) for owner, items in found.items()}

    @cached_property
    def needs(self) -> Mapping[ObjectId, Set[ObjectId]]:
        """The objects that each one depends on, ties apart."""
        found: dict[ObjectId, set[ObjectId]] = {}
        for edge in self.edges:
            if not edge.tied:
                found.setdefault(edge.dependent, set()).add(edge.referenced)
        return found

    @cached_property
    def shell_users(self) -> frozenset[tuple[ObjectId, ObjectId]]:
        """(dependent, referenced) where the shell of `referenced` is enough, since this needs `dependent` in turn."""
        shelled = [name for name, item in self.objects.items() if isinstance(item, Shelled)]
        return frozenset(
            (user, name) for name in shelled for user in self.needs.get(name, ()) if name in self.needs.get(user, ())
        )

    @cached_property
    def needed_by(self) -> Mapping[ObjectId, Set[ObjectId]]:
        """The objects that depend on each one, ties apart."""
        found: dict[ObjectId, set[ObjectId]] = {}
        for edge in self.edges:
            if not edge.tied:
                found.setdefault(edge.referenced, set()).add(edge.dependent)
        return found
