"""Errors that come from the end of the private server, or from damage to its files."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pgnorm.catalog.errors import PgnormError

from .cluster import discard_if_damaged
from .server import ServerFailed
from .starting import Running, administer

if TYPE_CHECKING:
    from psycopg import Connection

_PATIENCE_AT_LOSS = 10.0  # seconds
_DAMAGED = "They are made anew when you run it again."
_LOST = "Something stopped it, maybe for want of memory: run it again, or name a server in --shadow-url."
_LOST_AT = f"The statement may have ended it: one that uses a type with functions of another type does so. {_LOST}"
_CRASHED = "That is a fault of this build of Postgres, or of an extension: name another server in --shadow-url."
_CRASHED_AT = f"The statement may be why: one that uses a type with functions of another type is. If not: {_CRASHED}"
# What the server says of one of its processes that went wrong, neither killed nor out of room: SIGILL, SIGFPE, SIGSEGV.
_CRASH = r"was terminated by (signal (?:4|8|11)\b(?:: \w[\w ]*)?)"


def failure(error: Exception, running: Running, sessions: "Iterable[Connection]") -> PgnormError | None:
    """The failure of the server that an error comes from, whose seed is thrown away where it is damaged; None where the
    error comes from something else. `sessions` are connections to the server, open or broken."""
    lost = is_loss(error) and _is_cut_off(running, sessions) and not (_is_told_to_end(error) and _goes_on(running))
    lost = lost and running.server.has_ended(within=_PATIENCE_AT_LOSS)
    if not lost and not _is_damage(error):
        return None
    if discard_if_damaged(running.seed) or not lost:
        return PgnormError(f"the private server's data were damaged: {error}", hint=_DAMAGED)
    place = error.place if isinstance(error, PgnormError) else None
    if crash := re.search(_CRASH, running.server.said()):
        advice = _CRASHED_AT if place else _CRASHED
        return PgnormError(f"the private Postgres server crashed ({crash[1]})", place=place, hint=advice)
    hint = _LOST_AT if place else _LOST
    return PgnormError("the private Postgres server ended unexpectedly", place=place, hint=hint)


def is_loss(error: BaseException | None) -> bool:
    """True if an error, or what it comes from, may be that of a lost connection."""
    from psycopg import OperationalError

    if error is None:
        return False
    # The server's last words, if it had any, are of class 57P (admin_shutdown, crash_shutdown, …).
    lost = isinstance(error, OperationalError) and (error.sqlstate or "57P").startswith("57P")
    return lost or is_loss(error.__cause__)


def _is_cut_off(running: Running, sessions: "Iterable[Connection]") -> bool:
    """True if the lost connection may be one to this server; other servers lose connections too."""
    from psycopg import Error

    try:
        running.administrator.execute("select")
    except Error:
        return True
    return any(session.broken for session in sessions)


def _is_told_to_end(error: BaseException | None) -> bool:
    """True if an error, or what it comes from, says that somebody has ended the session, or the server."""
    if error is None:
        return False
    return getattr(error, "sqlstate", None) == "57P01" or _is_told_to_end(error.__cause__)


def _goes_on(running: Running) -> bool:
    """True if the server lets somebody in. One that is told to end does not, from before it ends its sessions."""
    try:
        administer(running.server).close()
    except ServerFailed:
        return False
    return True


def _is_damage(error: BaseException) -> bool:
    """True if an error is that of a file of the server which is damaged, gone or can't be read."""
    from psycopg import Error

    return isinstance(error, Error) and (error.sqlstate or "").startswith(("XX", "58P01", "58030"))
