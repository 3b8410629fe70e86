"""The server that a shadow lives in, ours or somebody else's, as far as the shadow needs it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from psycopg import Connection

    from .power import Power


class Host(Protocol):
    """A server with the platform's baseline in a template database."""

    @property
    def shared(self) -> str | None:
        """The database for one rolled-back transaction at a time, if there is one."""

    @property
    def version_num(self) -> int: ...

    @property
    def power(self) -> "Power":
        """The power of the role that files run as."""

    def launch(self) -> None:
        """Has the server come up beside what is done next; raises PgnormError as `start` does."""

    def start(self) -> None:
        """Has the server run from now on. Raises PgnormError where it can't be started."""

    def connect(self, database: str, *, lock_timeout: int = 0) -> "Connection": ...

    def scratch_database(self) -> AbstractContextManager[str]:
        """A clone of the template, dropped at the end together with the roles made meanwhile."""

    def provide_extension(self, name: str, version: str | None) -> bool: ...

    def distrust(self) -> None:
        """Has the shared database serve no other run: what files did there may not be undone."""

    def lasts(self, error: Exception | None) -> bool:
        """True if it is up, or not started yet, and fit for another run after one that ended with an error, or well."""


def shared_state(connection: "Connection") -> tuple[frozenset[str], str]:
    """The names of all roles, and a digest of everything that databases of one server share."""
    row = connection.execute(
        """
        select array(select rolname::text from pg_catalog.pg_roles),
               pg_catalog.md5(pg_catalog.concat(
                   (select pg_catalog.string_agg(a::text, ',' order by a.oid) from pg_catalog.pg_roles a),
                   (select pg_catalog.string_agg(m::text, ',' order by m::text) from pg_catalog.pg_auth_members m),
                   (select pg_catalog.string_agg(s::text, ',' order by s::text) from pg_catalog.pg_db_role_setting s),
                   (select pg_catalog.string_agg(d::text, ',' order by d::text) from pg_catalog.pg_shdescription d),
                   (select pg_catalog.string_agg(t::text, ',' order by t.oid) from pg_catalog.pg_tablespace t),
                   (select pg_catalog.string_agg(b.datname || coalesce(b.datacl::text, ''), ',' order by b.oid)
                      from pg_catalog.pg_database b
                     where not pg_catalog.starts_with(b.datname::text, 'pgnorm_'))))
        """
    ).fetchone()
    assert row is not None
    return frozenset(row[0]), row[1]


def drop_roles(connection: "Connection", roles: frozenset[str]) -> None:
    """Drops roles that own nothing any more, together, since one may have granted another's membership."""
    from psycopg import sql

    if roles:
        connection.execute(sql.SQL("drop role {}").format(sql.SQL(", ").join(map(sql.Identifier, sorted(roles)))))


def drop_database(admin: "Connection", name: str, inside: Callable[[str], "Connection"]) -> None:
    """Drops a database if it is there, with the subscriptions in it, which Postgres does not drop along; `inside`
    connects to it."""
    from psycopg import sql
    from psycopg.errors import ObjectInUse

    drop = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
    try:
        admin.execute(drop)
    except ObjectInUse:
        with inside(name) as connection:
            _drop_subscriptions(connection)
        admin.execute(drop)


def _drop_subscriptions(connection: "Connection") -> None:
    from psycopg import sql

    rows = connection.execute(
        """
        select s.subname::text
          from pg_catalog.pg_subscription s join pg_catalog.pg_database d on d.oid = s.subdbid
         where d.datname = pg_catalog.current_database()
        """
    ).fetchall()
    for (name,) in rows:
        one = sql.Identifier(name)
        connection.execute(sql.SQL("alter subscription {} disable").format(one))
        connection.execute(sql.SQL("alter subscription {} set (slot_name = none)").format(one))
        connection.execute(sql.SQL("drop subscription {}").format(one))
