"""Connections to a shadow server, deaf to the libpq settings of the surroundings."""

from typing import TYPE_CHECKING

from ..platforms import Platform

if TYPE_CHECKING:
    from pathlib import Path

    from psycopg import Connection

# Empty values keep PGHOSTADDR, PGREQUIREAUTH and their like out.
_PRIVATE = {
    "user": "postgres",
    "hostaddr": "",
    "password": "",
    "passfile": "",
    "sslmode": "disable",
    "gssencmode": "disable",
    "channel_binding": "disable",
    "require_auth": "",
    "requirepeer": "",
    "target_session_attrs": "any",
    "client_encoding": "utf8",
    "application_name": "pgnorm",
}


def connect_private(folder: "Path", port: int, database: str, options: str = "") -> "Connection":
    """An autocommitting connection as postgres to the server that listens in a folder."""
    from psycopg import connect
    from psycopg.conninfo import make_conninfo

    conninfo = make_conninfo(host=str(folder), port=port, dbname=database, options=options, **_PRIVATE)
    return connect(conninfo, autocommit=True, prepare_threshold=None)


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
