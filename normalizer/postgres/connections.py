"""Connections to a shadow server, deaf to the libpq settings of the surroundings."""

import os
import select
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from ..platforms import Platform

if TYPE_CHECKING:
    from psycopg import Connection

    from .server import Server

OWNER: Final = "postgres"
"""The role that files run as: a superuser only while no code of theirs runs."""
ADMINISTRATOR: Final = "pg_norm"
"""The bootstrap superuser of a private server, with whose name those of our other roles begin. No CREATE ROLE makes a
name that begins with pg_."""
MEMBERS: Final = "pg_norm_members"
"""The role by which those that files run as are members of the others."""
OWNERS: Final = "pg_norm_owners"
"""The role by which OWNER may become another that files run as."""
SUPERUSERS: Final = "pg_norm_superusers"
"""The role of whose members files and platforms say that they are superusers."""

_LEAVING: Final = 0.1  # seconds
# Of all plans the dearest to weigh, and none that small catalogs need. pg_dump weighs them as it does elsewhere: where
# its queries leave an order open (operators of one strategy), plans decide it.
_PLANNED: Final = "-c enable_mergejoin=off"
_SENT: Final = ("PGDATESTYLE", "PGTZ", "PGGEQO")
# Empty values keep PGHOSTADDR, PGREQUIREAUTH and their like out.
_PRIVATE = {
    "hostaddr": "",
    "passfile": "",
    "sslmode": "disable",
    "gssencmode": "disable",
    "channel_binding": "disable",
    "requirepeer": "",
    "target_session_attrs": "any",
    "client_encoding": "utf8",
    "application_name": "pgnorm",
}


def connect_private(server: "Server", database: str, options: str = "", *, user: str = ADMINISTRATOR) -> "Connection":
    """An autocommitting connection to a private server; nothing that files have set for databases or roles concerns
    the ADMINISTRATOR."""
    from psycopg import connect
    from psycopg.conninfo import make_conninfo

    if user == ADMINISTRATOR:
        options = f"{administrator_options(server.major * 10000)} {options}"
    conninfo = make_conninfo(
        host=str(server.folder),
        port=server.port,
        dbname=database,
        user=user,
        options=f"{_PLANNED} {options}",
        password=server.password,
        require_auth="password,none" if server.password else "",
        **_PRIVATE,
    )
    with deaf():
        return connect(conninfo, autocommit=True, prepare_threshold=None)


def leave(connection: "Connection") -> None:
    """Closes a connection and gives its backend a moment to be gone: while there is one, DROP DATABASE sleeps for a
    tenth of a second before it looks again."""
    from psycopg import OperationalError

    try:
        end = os.dup(connection.pgconn.socket)  # the kernel closes the other one as the last of a backend's end
    except (OSError, OperationalError):
        connection.close()
        return
    try:
        connection.close()
        select.select([end], [], [], _LEAVING)
    finally:
        os.close(end)


@contextmanager
def deaf() -> Iterator[None]:
    """Keeps libpq from sending settings of the surroundings to a server: they would decide on what files mean, and go
    before start-up options."""
    heard = {name: os.environ.pop(name) for name in _SENT if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(heard)


def administrator_options(version_num: int) -> str:
    """Start-up options with which a superuser may enter a database of files: they go before what files have set for the
    database or its roles, and no login trigger of theirs is called."""
    settings = "-c search_path=pg_catalog,pg_temp -c session_preload_libraries= -c local_preload_libraries="
    return settings + (" -c event_triggers=off" if version_num >= 170000 else "")


def session_options(platform: Platform, *, lock_timeout: int = 0) -> str:
    """Start-up options, which unlike SET survive the RESET ALL of a schema file; `lock_timeout` in milliseconds."""
    settings = {
        "check_function_bodies": "off",
        "client_min_messages": "warning",
        "search_path": platform.search_path,
        "lock_timeout": str(lock_timeout),
        "statement_timeout": "0",
        "idle_in_transaction_session_timeout": "0",
        "TimeZone": "UTC",
    }
    return " ".join(f"-c {name}={_escaped(value)}" for name, value in settings.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(" ", "\\ ")
