"""A reading that gets no answer: asked on a connection beside it whether it waits for a lock, and told whose."""

from collections.abc import Callable, Sequence
from threading import Event, Thread
from typing import TYPE_CHECKING, Final, LiteralString

from attrs import field, frozen

from pgnorm.catalog.errors import PgnormError

from .databases import Database, connected

if TYPE_CHECKING:
    import psycopg

_LOCKING: Final[LiteralString] = """
select distinct h.pid, a.usename::text, a.application_name, a.state, a.backend_type
  from pg_catalog.pg_locks h left join pg_catalog.pg_stat_activity a on a.pid operator(pg_catalog.=) h.pid
 where h.relation operator(pg_catalog.=) pg_catalog.to_regclass(%s)::pg_catalog.oid and h.granted
   and h.mode operator(pg_catalog.=) 'AccessExclusiveLock'
   and h.database operator(pg_catalog.=) (
       select d.oid from pg_catalog.pg_database d where d.datname operator(pg_catalog.=) pg_catalog.current_database())
 order by h.pid
"""
Tell = Callable[[str], None]

# A pooler makes up process numbers: only a session that is like ours and waits is ours.
_HOLDERS: Final[LiteralString] = """
select coalesce(n.nspname || '.' || c.relname, l.locktype), h.pid, a.usename::text, a.application_name, a.state,
       a.backend_type
  from pg_stat_activity me
       join pg_locks l on l.pid = me.pid and not l.granted
       left join pg_class c on c.oid = l.relation
       left join pg_namespace n on n.oid = c.relnamespace,
       unnest(pg_blocking_pids(me.pid)) h (pid)
       left join pg_stat_activity a on a.pid = h.pid
 where me.pid = {} and me.wait_event_type = 'Lock' and me.usename = session_user
   and me.datname = current_database()
 order by h.pid
"""


@frozen
class Lookout:
    """Called where nothing comes: looks, and is True once it has told what it saw."""

    database: Database
    process: int
    """Of the server, the one that does not answer."""
    tell: Tell
    _looking: Event = field(factory=Event, init=False)
    _told: Event = field(factory=Event, init=False)

    def __call__(self) -> bool:
        # A thread, since the look may take as long as the answer.
        if not self._told.is_set() and not self._looking.is_set():
            self._looking.set()
            Thread(target=self._look, name="pgnorm-lookout", daemon=True).start()
        return self._told.is_set()

    def _look(self) -> None:
        from psycopg import Error

        from pgnorm.catalog.pipeline import run

        try:
            with connected(self.database) as connection:
                (answer,) = run(connection, [_HOLDERS.format(self.process)])
        except (Error, PgnormError):
            self._told.set()  # nobody can be asked
        else:
            if answer.rows and not self._told.is_set():
                self._told.set()
                self.tell(_message(answer.rows))
        finally:
            self._looking.clear()


def holders_of(connection: "psycopg.Connection", table: str) -> list[str]:
    """Who keeps others from a table: `process 123 (user app, state idle in transaction)`."""
    rows = connection.execute(_LOCKING, (table,)).fetchall()
    return [_process(*row) if row[0] else "a prepared transaction" for row in rows]


def _message(rows: Sequence[tuple[object, ...]]) -> str:
    what = str(rows[0][0])
    holders = " and ".join(_holder(*row[1:]) for row in rows if row[0] == rows[0][0])
    return f"waiting for the lock on {what} that {holders}; --lock-timeout sets how long"


def _holder(process: object, user: object, application: object, state: object, kind: object) -> str:
    if not process:
        return "a prepared transaction holds"
    return _process(process, user, application, state, kind, verb=" holds")


def _process(process: object, user: object, application: object, state: object, kind: object, *, verb: str = "") -> str:
    known = (
        ("user", user),
        ("application", application),
        ("state", state),
        ("", kind if kind != "client backend" else None),
    )
    about = ", ".join(f"{word} {value}".strip() for word, value in known if value)
    return f"process {process}{verb}" + (f" ({about})" if about else "")
