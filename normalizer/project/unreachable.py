"""Errors for a database that can't be reached: the cause and a way out, and nothing of a password."""

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.errors import PgnormError

if TYPE_CHECKING:
    from psycopg import Error

_LOCK_NOT_AVAILABLE: Final = "55P03"
_VANISHED: Final = ("could not open relation with OID", "cache lookup failed for")
"""Beginnings of messages, which Postgres never translates, about something that is gone since its row was read."""
UNREADABLE: Final = "Write `@`, `:`, `/`, `?`, `#` and `%` in a password as %40, %3A, %2F, %3F, %23 and %25."
_SCHEMES: Final = ("postgresql", "postgres")
FORMS: Final = (
    "An address is postgresql://user:password@host:port/database or libpq's words, as in"
    " `host=… port=… dbname=… user=… password='…'`."
)
_HINTS: Final = (
    ("no password supplied", "Put the password into ~/.pgpass or PGPASSWORD, or into the URL."),
    ("password authentication failed", "Check the user and the password (URL, PGPASSWORD, ~/.pgpass)."),
    ("Tenant or user not found", "Check the project ref in the pooler's user name, postgres.<ref>, and its region."),
    ("resolve host", "Check the spelling of the host, and that this machine is on the network."),
    ("could not translate host name", "Check the spelling of the host, and that this machine is on the network."),
    ("not currently accepting connections", "Nobody is let into it: pg_database.datallowconn says so."),
    ("does not exist", "Check the name of the database and of the user."),
    ("no pg_hba.conf entry", "The server does not admit this user from here; with ?sslmode=require it may."),
    ("too many", "The server has no connection left; try again, or connect through its pooler."),
    ("timeout", "Is the server up, and does a firewall let this machine through?"),
    ("Network is unreachable", "The host may have an IPv6 address only: use the pooler's URL instead."),
    ("Connection refused", "Is the server running there?"),
    ("No such file or directory", "Is the server running?"),
)


def unreadable(conninfo: str, error: Exception) -> PgnormError:
    """The error for an address that libpq can't parse: nothing of the address itself, which may hold a password."""
    parameter = re.search(r'invalid URI query parameter: "(\w+)"', str(error))
    if parameter and "@" in conninfo.partition("?")[0]:
        extra = " It is Prisma's own." if parameter[1] in ("pgbouncer", "schema", "connection_limit") else ""
        return PgnormError(
            f"the database URL holds the parameter `{parameter[1]}`, which libpq does not know",
            hint=f"Leave it out of the URL.{extra}",
        )
    form = conninfo.partition("://")[0] if "://" in conninfo else ""
    hint = UNREADABLE if form in _SCHEMES else FORMS
    return PgnormError("the database's address is no valid URL and no valid list of key=value words", hint=hint)


def refused(words: Mapping[str, str], way_out: str, error: "Error") -> PgnormError:
    """The error for a database that these words do not lead to; `way_out` is where the address comes from."""
    said = str(error)
    reason = re.sub(
        r"^(connection failed: |connection is bad: )?(connection to server .*? failed: )?", "", first_line_of(error)
    )
    password = words.get("password", "")
    if password and password not in (words.get("user"), words.get("dbname"), words.get("host")):
        reason = reason.replace(password, "***")
    advice = next((text for sign, text in _HINTS if sign in said), "")
    hint = " ".join(part for part in (advice, way_out) if part)
    return PgnormError(f"cannot connect to {whereabouts(words)}: {reason}", hint=hint or None)


def hint_at(error: "Error") -> str | None:
    """The way out of an error that came up while a database was read."""
    if (error.diag.message_primary or "").startswith(_VANISHED):
        return "Something was dropped while it was read; run it again."
    if error.sqlstate == _LOCK_NOT_AVAILABLE:
        return "Run it again when nothing holds the lock any more, or wait longer with --lock-timeout."
    return error.diag.message_hint


def first_line_of(error: "Error") -> str:
    """The first line that libpq says."""
    reason = next((line.strip() for line in str(error).splitlines() if line.strip()), "no reason given")
    return reason.removeprefix("consuming input failed: ")


def whereabouts(words: Mapping[str, str]) -> str:
    """The address for messages, as far as it is known: by the words given and libpq's variables."""

    def known(word: str, variable: str) -> str:
        return words.get(word) or os.environ.get(variable, "")

    if service := known("service", "PGSERVICE"):
        return f"service {service}"
    host = known("host", "PGHOST") or "the local socket"
    port = known("port", "PGPORT") or "5432"
    parts = [f"{host}, port {port}," if host.startswith("/") else f"{host}:{port}"]
    if user := known("user", "PGUSER"):
        parts.append(f"as {user}")
    if name := known("dbname", "PGDATABASE"):
        parts.append(f"to database {name}")
    return " ".join(parts)
