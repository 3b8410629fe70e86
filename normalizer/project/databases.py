"""Live databases: which one is meant, how to connect to it, and what to say where that fails."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value, untold

from .project import Project
from .unreachable import UNREADABLE, first_line_of, hint_at, refused, unreadable, whereabouts

if TYPE_CHECKING:
    from psycopg import Connection

_PATIENCE: Final = "10"  # seconds
_ENVIRONMENT: Final = ("PGNORM_DB_URL", "DATABASE_URL")
# A peer that is gone without a word counts as lost after a minute, not after hours.
_ALIVE: Final = {"keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"}


class Database(Value):
    """A live database. `conninfo` is what the person gave, `settings` go before it; both may hold a password."""

    conninfo: str = untold(default="")
    settings: tuple[tuple[str, str], ...] = untold(default=())
    hint: str = ""
    """The way out where nothing answers."""
    variable: str = ""
    """The variable of the environment that the address was found in; empty where somebody gave it."""


def local(project: Project) -> Database:
    """The database of the local Supabase stack. Raises PgnormError for a project that has none."""
    if project.port is None:
        raise PgnormError(
            "this project has no local Supabase stack: there is no folder supabase",
            place=str(project.root),
            hint="Name the database with --db-url.",
        )
    return Database(
        settings=(*address_words("127.0.0.1", project.port), ("password", "postgres")),
        hint="Start the stack with `supabase start`, or name another database with --db-url.",
    )


def named_by_environment() -> Database:
    """The database that PGNORM_DB_URL, DATABASE_URL or libpq's own settings (PGHOST, PGSERVICE, …) name."""
    for name in _ENVIRONMENT:
        if url := os.environ.get(name):
            return Database(conninfo=url, hint=f"The address comes from {name}.", variable=name)
    return Database(hint="Name the database with --db-url, PGNORM_DB_URL or libpq's PGHOST, PGDATABASE, …")


@contextmanager
def connected(database: Database, connect: "Callable[[], Connection] | None" = None) -> "Iterator[Connection]":
    """An autocommitting connection, that of `connect` where it is given, closed at the end.

    Raises PgnormError, which never tells a password.
    """
    with (connect or opener(database))() as connection, reading_of(database, connection):
        yield connection


def opener(database: Database) -> "Callable[[], Connection]":
    """A function that connects to it. Raises PgnormError for an address that can't be read."""
    return partial(_connect, _words(database), database)


@contextmanager
def reading_of(database: Database, connection: "Connection") -> Iterator[None]:
    """Turns what goes wrong while it is read into a PgnormError that names the database."""
    from psycopg import Error

    try:
        yield
    except Error as error:
        reason = error.diag.message_primary or first_line_of(error)
        hint = "Is the server still up? Run it again." if connection.closed else hint_at(error)
        raise PgnormError(f"reading from {whereabouts(_words(database))} failed: {reason}", hint=hint) from error


def connect(database: Database, name: str | None = None, options: str = "") -> "Connection":
    """An autocommitting connection with these start-up options, to another database of the server if one is named.

    Raises PgnormError, which never tells a password.
    """
    words = {**_words(database), **({"dbname": name} if name else {}), **({"options": options} if options else {})}
    return _connect(words, database)


def called(database: Database) -> tuple[str, str]:
    """The database of an address and its server, for a person: no password. What the address leaves open is as libpq's
    settings have it.

    Raises PgnormError for an address that can't be read.
    """
    words = _words(database)
    if service := words.get("service"):
        return f"service {service}", ""

    def known(word: str, variable: str) -> str:
        return words.get(word) or os.environ.get(variable, "")

    host = known("host", "PGHOST") or words.get("hostaddr", "")
    port = known("port", "PGPORT") or "5432"
    return known("dbname", "PGDATABASE") or known("user", "PGUSER") or "(the user's)", f"{host or 'socket'}:{port}"


def beside(database: Database, name: str) -> Database:
    """Another database of the same server. Raises PgnormError for an address that can't be read."""
    from psycopg.conninfo import make_conninfo

    return Database(conninfo=make_conninfo("", **{**_words(database), "dbname": name}))


def elsewhere(database: Database) -> str | None:
    """The host of its address that is not this machine, if there is one. What a service of libpq names is not known
    before it answers.

    Raises PgnormError for an address that can't be read.
    """
    import socket
    from ipaddress import ip_address

    from psycopg.pq import Conninfo

    defaults = {option.keyword.decode(): option.val or b"" for option in Conninfo.get_defaults()}
    words = _words(database)
    known = (words.get(word) or defaults.get(word, b"").decode() for word in ("hostaddr", "host"))
    for host in next(filter(None, known), "").split(","):
        if host and not host.startswith(("/", "@")):
            with suppress(OSError, UnicodeError):  # libpq says so itself where a name is not known
                found = {str(one[4][0]).partition("%")[0] for one in socket.getaddrinfo(host, None)}
                if not all(ip_address(each).is_loopback for each in found):
                    return host
    return None


def address(connection: "Connection", database: Database | None = None) -> str:
    """Name for a person of the database of a connection, and what of the environment names it: no password."""
    info = connection.info
    where = info.host if info.host.startswith(("/", "@")) else f"{info.host}:{info.port}"
    found = f" (from {database.variable})" if database is not None and database.variable else ""
    return f"database {info.dbname} on {where} as {info.user}{found}"


def address_words(host: str, port: int) -> tuple[tuple[str, str], ...]:
    """libpq's words for a database of Supabase's."""
    return ("host", host), ("port", str(port)), ("user", "postgres"), ("dbname", "postgres")


def _words(database: Database) -> dict[str, str]:
    """The words to connect with, as libpq takes them."""
    from psycopg import Error
    from psycopg.conninfo import conninfo_to_dict

    try:
        parsed = conninfo_to_dict(database.conninfo)
    except (Error, UnicodeEncodeError) as error:
        raise unreadable(database.conninfo, error) from None
    given = {key: str(value) for key, value in parsed.items() if value is not None}
    words = {**dict(database.settings), **given}
    _check(words)
    words["client_encoding"] = "utf8"
    words.setdefault("application_name", "pgnorm")
    if not os.environ.get("PGCONNECT_TIMEOUT"):
        words.setdefault("connect_timeout", _PATIENCE)
    return {**_ALIVE, **words}


def _connect(words: Mapping[str, str], database: Database) -> "Connection":
    from psycopg import Error, connect
    from psycopg.conninfo import make_conninfo

    # The parsed words replace the URL: it can't be repeated in a message then.
    conninfo = make_conninfo("", **words)
    try:
        return connect(conninfo, autocommit=True, prepare_threshold=None)
    except Error as error:
        raise refused(words, database.hint, error) from None


def _check(words: Mapping[str, str]) -> None:
    """Refuse an address of which a part of the password slipped into another field, before libpq repeats it."""
    port = words.get("port", "")
    names = words.get("host", ""), words.get("dbname", "")
    if not re.fullmatch(r"[\d,]*", port) or any("@" in name and not name.startswith("@") for name in names):
        raise PgnormError("the database URL can't be read: its parts are not where they belong", hint=UNREADABLE)
