"""The effects of statements, read of the server that has just run them."""

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from .effects import Effect, Lock

if TYPE_CHECKING:
    from psycopg import Connection

    from pgnorm.catalog.pipeline import Row

# Where tables lie, and how often this session has read one from end to end (also to build an index or to check a
# constraint). Reading these takes locks on catalogs alone.
_TABLES: Final = """
    select c.oid, n.nspname || '.' || c.relname, c.relfilenode, pg_catalog.pg_stat_get_xact_numscans(c.oid)
      from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'm') and c.oid >= 16384
"""
_LOCKED: Final = """
    select l.relation, n.nspname || '.' || c.relname, c.relfilenode,
           coalesce(pg_catalog.pg_stat_get_xact_numscans(c.oid), 0), l.modes
      from (select relation, array_agg(mode) as modes
              from pg_catalog.pg_locks
             where pid = pg_catalog.pg_backend_pid() and locktype = 'relation' and relation = any (%s::oid[])
             group by relation) l
      left join pg_catalog.pg_class c on c.oid = l.relation
      left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
"""
_SUFFIX: Final = "Lock"


class _State(NamedTuple):
    relation: str
    file: int
    scans: int
    lock: Lock | None = None


class Meter:
    """Tells what each statement does, one after the other.

    What the plan itself has made concerns nobody else: only relations that were there at the beginning count.
    """

    def __init__(self, connection: "Connection[Row]") -> None:
        self._connection = connection
        self._last = self._tables()
        # The old side may have been loaded in this very transaction, which then has its locks already.
        for oid, now in self._locked().items():
            self._last[oid] = self._last[oid]._replace(lock=now.lock)
        self.found: dict[str, tuple[Effect, ...]] = {}
        """Effects that were noted of statements, by their texts."""

    def note(self, statement: str) -> None:
        """Keep what a statement that has just run did, if it did anything."""
        if done := self.effects():
            self.found[statement] = done

    @property
    def locks(self) -> dict[str, Lock | None]:
        """The strongest lock held on each relation that was there at the beginning, by its name now."""
        return {state.relation: state.lock for state in self._last.values()}

    def effects(self) -> tuple[Effect, ...]:
        """Effects of the statements since the last call."""
        found = []
        for oid, now in self._locked().items():
            before = self._last[oid]
            gone = not now.relation
            lock = now.lock if now.lock is not None and now.lock > (before.lock or 0) else None
            rewrites, scans = not gone and now.file != before.file, now.scans > before.scans
            if lock or rewrites or scans:
                found.append(
                    Effect(
                        relation=before.relation,
                        lock=lock,
                        rewrites=rewrites,
                        scans=scans and not rewrites,
                        measured=True,
                    )
                )
            self._last[oid] = before._replace(lock=now.lock) if gone else now
        return tuple(sorted(found, key=lambda effect: effect.relation))

    def committed(self) -> None:
        """Begin anew after a commit, when no lock is held any more."""
        there = self._tables()
        self._last = {oid: there[oid] for oid in self._last if oid in there}

    def _tables(self) -> dict[int, _State]:
        rows = self._connection.execute(_TABLES.encode()).fetchall()
        return {oid: _State(name, file, scans) for oid, name, file, scans in rows}

    def _locked(self) -> dict[int, _State]:
        """The ones of the relations that were there which this session has locked."""
        if not self._last:
            return {}
        rows = self._connection.execute(_LOCKED.encode(), ([*self._last],)).fetchall()
        return {
            oid: _State(name or "", file or 0, scans, max(map(_lock, modes))) for oid, name, file, scans, modes in rows
        }


def _lock(mode: str) -> Lock:
    """The lock of a name in pg_locks: `ShareRowExclusiveLock`."""
    words = re.findall("[A-Z][a-z]+", mode.removesuffix(_SUFFIX))
    return Lock["_".join(words).upper()]
