"""State of one database of a fleet: its catalog, hashed, and the migrations in its history, in one snapshot."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Final

from attrs import evolve

from pgnorm.catalog.conversation import Patience
from pgnorm.catalog.model import Catalog, Object, Value, own_fields, untold
from pgnorm.catalog.model.facets import GrantsDefaults
from pgnorm.catalog.reader import reading

from ..applying.history import TableHistory
from ..compare.difference import IF_KNOWN
from ..compare.fingerprint import fingerprint
from ..compare.ownership import Ownership, owned
from ..project.databases import connected, reading_of
from ..project.live import Live
from ..project.lookout import Lookout
from .tenants import Tenant

_SNAPSHOT: Final = "begin transaction isolation level repeatable read, read only"

Warn = Callable[[str], None]


class Found(Value):
    """State of a database. Databases of one `digest` are alike in all that a comparison looks at."""

    digest: str
    applied: frozenset[str] | None
    """The versions of the migrations that its history has; None where it keeps none."""
    begun: frozenset[str]
    """Versions that it has carried out in part."""
    catalog: Catalog | None = untold(default=None)
    """None where another machine has read it, and kept it."""

    @property
    def key(self) -> tuple[object, ...]:
        """A key that all have in common that are told of in one."""
        return self.digest, self.applied, self.begun


class Reader:
    """Reads tenants, in any thread."""

    def __init__(
        self,
        ownership: Callable[[int], Ownership],
        history: tuple[str, str] | None,
        warn: Warn,
        lock_timeout: int | None = None,
    ) -> None:
        self._ownership = ownership
        self._history = history
        self._warn = warn
        self._lock_timeout = lock_timeout
        self._alone = Lock()
        self._known: dict[int, Ownership] = {}
        self.live = Live()

    def read(self, tenant: Tenant) -> Found:
        """The state of a tenant. Raises PgnormError for one that can't be connected to or read."""

        def tell(said: str) -> None:
            self._warn(f"{tenant.name}: {said}")

        with connected(tenant.database) as connection, self.live.having(connection):
            lookout = Lookout(tenant.database, connection.info.backend_pid, tell)
            patience = Patience(lock_timeout=self._lock_timeout, on_silence=lookout)
            with reading_of(tenant.database, connection):
                connection.execute(_SNAPSHOT)
                history = TableHistory(connection, *self._history) if self._history else None
                applied = frozenset(history.rows(statements=False)) if history else None
                begun = frozenset(history.unfinished()) if history else frozenset()
                with reading(connection, patience) as found:
                    catalog = found.catalog()
        return Found(digest=self._digest(catalog), applied=applied, begun=begun, catalog=catalog)

    def _digest(self, catalog: Catalog) -> str:
        ownership = self._owning(catalog.major)
        grants = {name: item for name, item in catalog.objects.items() if isinstance(item, GrantsDefaults)}
        mine = owned(catalog, ownership)
        whole = evolve(mine, objects={**mine.objects, **grants})
        said = hashlib.sha256(fingerprint(whole, ownership.platform).encode())
        beside = catalog.major, catalog.role, catalog.run_time, catalog.namesakes, mine.unmodelled
        said.update(repr((*beside, *sorted(_not_in_fingerprints(whole)))).encode())
        return said.hexdigest()

    def _owning(self, major: int) -> Ownership:
        with self._alone:
            if major not in self._known:
                self._known[major] = self._ownership(major)
            return self._known[major]


def _not_in_fingerprints(catalog: Catalog) -> Iterator[str]:
    """All that a fingerprint leaves out, since not all sources say it, and databases do."""
    fields: dict[type[Object], tuple[str, ...]] = {}
    for item in catalog.objects.values():
        kind = type(item)
        if kind not in fields:
            fields[kind] = tuple(field.name for field in own_fields(kind) if field.change in IF_KNOWN)
        if fields[kind]:
            yield repr((*item.id, *(getattr(item, name) for name in fields[kind])))
