"""Somebody else's server as a shadow: databases of our own in it, and nothing left behind."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from ipaddress import ip_address
from itertools import count
from typing import TYPE_CHECKING

from attrs import field, frozen

from pgnorm.catalog.errors import PgnormError

from ..platforms import Platform
from ..project.databases import Database, connect, elsewhere
from .connections import deaf, session_options
from .host import drop_database, drop_roles, shared_state
from .power import Power

if TYPE_CHECKING:
    from psycopg import Connection

_MARK = "pgnorm shadow: made for a run, dropped after it"
_HINT = "The address comes from --shadow-url or PGNORM_SHADOW_URL."
_LOCK = 8_102_023_517_447  # an advisory lock's key, any number of our own
_LEFT_OVER = 3600  # seconds after which a killed run's databases are dropped


@frozen(kw_only=True)
class ForeignHost:
    """A server whose database `template` holds the platform."""

    database: Database
    platform: Platform
    template: str
    admin: "Connection"
    power: Power = field(factory=lambda: Power(administer=None), init=False)
    _numbers: Iterator[int] = field(factory=lambda: count(1), init=False)

    @property
    def version_num(self) -> int:
        return self.admin.info.server_version

    @property
    def shared(self) -> str | None:
        return None

    def launch(self) -> None:
        """It runs."""

    def start(self) -> None:
        """It runs."""

    def connect(self, database: str, *, lock_timeout: int = 0) -> "Connection":
        with deaf():
            return connect(self.database, database, session_options(self.platform, lock_timeout=lock_timeout))

    @contextmanager
    def scratch_database(self) -> Iterator[str]:
        name = f"{self.template}_{next(self._numbers)}"
        # Roles belong to the whole server: other runs wait, so that the new ones are this session's.
        self.admin.execute(f"select pg_catalog.pg_advisory_lock({_LOCK})".encode())
        try:
            roles, state = shared_state(self.admin)
            self.admin.execute(f"create database {name} template {self.template}".encode())
            try:
                yield name
            finally:
                drop_database(self.admin, name, self.connect)
                drop_roles(self.admin, shared_state(self.admin)[0] - roles)
                if shared_state(self.admin)[1] != state:
                    _tell_changed()
        finally:
            self.admin.execute(f"select pg_catalog.pg_advisory_unlock({_LOCK})".encode())

    def provide_extension(self, name: str, version: str | None) -> bool:
        return False

    def distrust(self) -> None:
        """Nothing: there is no shared database."""

    def lasts(self, error: Exception | None) -> bool:
        from psycopg import Error

        return not isinstance(error, Error) and not self.admin.closed


@contextmanager
def open_foreign(url: str, platform: Platform, *, allow_remote: bool) -> Iterator[ForeignHost]:
    """Loads the platform into a new database of the server, and drops it with all roles that it needed.

    Raises PgnormError when the server isn't on this machine (unless `allow_remote`) or may not be used so.
    """
    from psycopg import DatabaseError, OperationalError

    given = Database(conninfo=url, hint=_HINT)
    if not allow_remote and (host := elsewhere(given)):
        raise _remote(host)
    with connect(given) as admin:
        _settle(admin)
        _check(admin, allow_remote)
        template = f"pgnorm_{int(time.time())}_{secrets.token_hex(4)}"
        memberships = _memberships(admin)
        try:
            try:
                _drop_left_over(admin, given)
                admin.execute(f"create database {template} template template0".encode())
                _load(given, platform, template, admin)
            except DatabaseError as error:
                raise PgnormError(
                    f"the shadow server refused the baseline: {error}",
                    hint="connect as a superuser (supabase_admin in a local Supabase stack)",
                ) from error
            yield ForeignHost(database=given, platform=platform, template=template, admin=admin)
        except OperationalError as error:
            raise PgnormError(f"the shadow server failed: {error}", hint=_HINT) from error
        finally:
            # Where the server is gone, the next run drops what is left.
            with suppress(OperationalError):
                drop_database(admin, template, partial(connect, given))
                _drop_platform(admin, memberships)


def _remote(host: str) -> PgnormError:
    return PgnormError(
        f"the shadow server {host} is not on this machine",
        hint="Name one that is, or leave --shadow-url out for a private one.",
    )


def _settle(admin: "Connection") -> None:
    """Keep what the database itself holds from being called, and refuse what can't be a shadow.

    The first statement of all, so each name in it has its schema.
    """
    row = admin.execute(
        """
        select pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', false),
               pg_catalog.set_config('default_transaction_read_only', 'off', false),
               pg_catalog.set_config('standard_conforming_strings', 'on', false),
               pg_catalog.pg_is_in_recovery(), pg_catalog.pg_backend_pid()
        """
    ).fetchone()
    assert row is not None
    *_, standby, process = row
    if standby:
        raise PgnormError(
            "the shadow server is a standby, in which nothing can be made",
            hint="Name its primary, or leave --shadow-url out for a private server.",
        )
    # A pooler makes up the process numbers that it tells its clients.
    if process != admin.info.backend_pid:
        raise PgnormError(
            "there is a connection pooler before the shadow server, which can't keep a session's settings",
            hint="Name the server's own address, or leave --shadow-url out for a private server.",
        )


def _check(admin: "Connection", allow_remote: bool) -> None:
    host, address = admin.info.host, admin.info.hostaddr
    local = host.startswith(("/", "@")) or (address and ip_address(address).is_loopback)
    if not local and not allow_remote:
        raise _remote(host)
    if admin.info.server_version < 140000:
        major = admin.info.server_version // 10000
        raise PgnormError(
            f"the shadow server is Postgres {major}; pgnorm works with Postgres 14 and later",
            hint="Name a newer server, or leave --shadow-url out for a private one.",
        )


def _tell_changed() -> None:
    import logging

    logging.getLogger("pgnorm").warning(
        "warning: the files, or somebody meanwhile, changed existing roles, databases or their settings on the shadow "
        "server, and that stays. A private server keeps nothing: leave --shadow-url out."
    )


def _load(given: Database, platform: Platform, template: str, admin: "Connection") -> None:
    from psycopg import sql

    with admin.transaction():
        admin.execute(f"select pg_catalog.pg_advisory_xact_lock({_LOCK})".encode())
        roles, _ = shared_state(admin)
        with connect(given, template, session_options(platform)) as connection:
            for text in platform.sql:
                connection.execute(text.encode())
            for role in shared_state(connection)[0] - roles:
                connection.execute(sql.SQL("comment on role {} is {}").format(sql.Identifier(role), _MARK))


def _memberships(admin: "Connection") -> frozenset[tuple[str, str]]:
    rows = admin.execute("select roleid::regrole::text, member::regrole::text from pg_catalog.pg_auth_members")
    return frozenset((row[0], row[1]) for row in rows)


def _drop_platform(admin: "Connection", before: frozenset[tuple[str, str]]) -> None:
    from psycopg.errors import DependentObjectsStillExist

    if admin.execute(r"select 1 from pg_catalog.pg_database where datname like 'pgnorm\_%'").fetchone():
        return
    rows = admin.execute(
        """
        select r.rolname
          from pg_catalog.pg_roles r
          join pg_catalog.pg_shdescription d on d.objoid = r.oid and d.classoid = 'pg_catalog.pg_authid'::regclass
         where d.description = %s
        """,
        (_MARK,),
    ).fetchall()
    # A run that has just begun may use them by now; it, or the next one, drops them.
    with suppress(DependentObjectsStillExist):
        drop_roles(admin, frozenset(row[0] for row in rows))
    for role, member in _memberships(admin) - before:
        admin.execute(f"revoke {role} from {member}".encode())


def _drop_left_over(admin: "Connection", given: Database) -> None:
    rows = admin.execute(r"select datname from pg_catalog.pg_database where datname ~ '^pgnorm_\d+_[0-9a-f]{8}'")
    for (name,) in rows.fetchall():
        if int(name.split("_")[1]) < time.time() - _LEFT_OVER:
            drop_database(admin, name, partial(connect, given))
