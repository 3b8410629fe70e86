"""The throw-away Postgres in which files are loaded so that Postgres itself says what they mean."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from attrs import define, field

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value, untold
from pgnorm.catalog.system import RUNS_SERVERS

from ..platforms import Platform
from .binaries import Binaries, find
from .connections import ADMINISTRATOR, OWNER, SUPERUSERS, leave
from .host import Host
from .transactions import Began, begin, rolled_back

if TYPE_CHECKING:
    from psycopg import Connection

    from pgnorm.catalog.cluster import Cluster
    from pgnorm.catalog.model import Catalog
    from pgnorm.catalog.snapshots.columns import Packed

    from .kept import Kept
    from .power import Power

_HIDDEN: Final = "select from pg_catalog.pg_user_mappings union all select from pg_catalog.pg_subscription limit 1"
"""Query for a row where there is something of which Postgres hides a part from all but superusers."""
_PATIENCE_BESIDE = 30_000  # milliseconds


class Session(Value):
    """One load: whatever is done through the connection is undone when the session ends."""

    connection: "Connection"
    power: "Power"
    pausing: Callable[[], None] = untold(default=lambda: None)
    """Called before each reading: by what it raises, a run ends before its time."""

    def read(self) -> "Catalog":
        """The catalog of the session's database. What only a superuser may see of it is part of that."""
        from pgnorm.catalog.reader import read

        self.pausing()
        if not self.power.withholds:
            return read(self.connection)
        if self.connection.execute(_HIDDEN).fetchone() is None:
            return read(self.connection, superuser=False)
        with self.power.lent(self.connection):
            return read(self.connection, superuser=True)

    def cluster(self) -> "Cluster":
        """The roles of the session's server, without what makes them harmless here."""
        from pgnorm.catalog.cluster import read_cluster

        found = read_cluster(self.connection)
        if not self.power.withholds:
            return found
        powerful = {each.member for each in found.memberships if each.role == SUPERUSERS}
        return found.evolve(
            roles=tuple(role.evolve(superuser=role.superuser or role.name in powerful) for role in found.roles),
            memberships=tuple(
                each.evolve(grantor=OWNER if each.grantor == ADMINISTRATOR else each.grantor)
                for each in found.memberships
                if not each.role.startswith(ADMINISTRATOR) and not each.member.startswith(ADMINISTRATOR)
            ),
        )


@define(kw_only=True, slots=False)
class Shadow:
    """A server that holds a platform's baseline and nothing else. `binaries` is None where it isn't ours."""

    version_num: int
    binaries: Binaries | None
    platform: Platform
    kept: "Kept | None" = None
    """The store of what earlier runs have read of what they loaded there, None where nothing is kept."""
    _host: Host = field(alias="host")
    pausing: Callable[[], None] = field(default=lambda: None, init=False)
    """Called before each load: by what it raises, a run ends before its time."""
    _in_use: bool = field(default=False, init=False)
    _connections: "list[Connection]" = field(factory=list, init=False)
    """Sessions that are open."""

    @property
    def major(self) -> int:
        return self.version_num // 10000

    def launch(self) -> None:
        """Have the server come up while other things are done, where it is as good as certain that it is needed."""
        self._host.launch()

    def start(self) -> None:
        """Have the server run, which else starts with the first session: where a load may fail and be passed over, a
        server that can't start must not. Raises PgnormError for one."""
        self._host.start()

    @contextmanager
    def session(self, *, scratch: bool = False) -> Iterator[Session]:
        """A session in the baseline: a transaction that is rolled back or, with `scratch`, a database of its own for
        what can't run inside one transaction, dropped at the end with the roles made meanwhile.

        The connection commits by itself; only the first form has sent BEGIN. A session inside another one's life
        gets a database of its own in either form; what both do to one role makes it wait, and fail after 30 seconds.
        """
        self.pausing()
        with ExitStack() as stack:
            beside = self._in_use
            if scratch or beside or self._host.shared is None:
                database = stack.enter_context(self._host.scratch_database())
            else:
                database = self._host.shared
                self._in_use = True
                stack.callback(self._release)
            connection = self._host.connect(database, lock_timeout=_PATIENCE_BESIDE if beside else 0)
            stack.callback(connection.close if database == self._host.shared else partial(leave, connection))
            self._connections.append(connection)
            stack.callback(self._connections.remove, connection)
            if not scratch:
                stack.callback(self._roll_back, connection, begin(connection))
            yield Session(connection=connection, power=self._host.power, pausing=self.pausing)

    @cached_property
    def baseline(self) -> "Catalog":
        """The catalog of what the platform provides, read from the empty shadow. Raises PgnormError for a server that
        fails then: who reads a database meanwhile would take the error for that one's."""
        from psycopg import Error

        from pgnorm.catalog.snapshots.columns import dumps, unpacked

        if self._known_baseline is not None:
            return unpacked(self._known_baseline)
        try:
            with self.session() as session:
                found = session.read()
        except Error as error:
            raise PgnormError(f"the shadow server failed: {error}", hint="Run it again.") from error
        if self.kept is not None:
            self.kept.keep(partial(dumps, found), "baseline")
        return found

    @property
    def unmodelled(self) -> frozenset[tuple[str, str]]:
        """Catalog entries of the baseline that no kind reads: (what, name)."""
        if self._known_baseline is None:
            return frozenset(self.baseline.unmodelled)
        return frozenset((what, name) for what, name in self._known_baseline["unmodelled"])

    @cached_property
    def _known_baseline(self) -> "Packed | None":
        import json

        text = self.kept.find("baseline") if self.kept is not None else None
        document: Packed | None = json.loads(text) if text is not None else None
        return document

    def provide_extension(self, name: str, version: str | None = None) -> bool:
        """Call it before CREATE EXTENSION runs: an extension that the server lacks gets an empty or partial stand-in.

        True if it is such a stand-in, which the person should be told. A stub also gets the version that the
        statement names. On somebody else's server nothing is done.
        """
        return self._host.provide_extension(name, version)

    def lasts(self, error: Exception | None) -> bool:
        """True if it can serve another run after one that ended with this error, or well."""
        return self._host.lasts(error)

    def hang_up(self) -> None:
        """Take their connections from the sessions that another thread has open."""
        from pgnorm.catalog.conversation import hang_up

        for connection in list(self._connections):
            hang_up(connection.pgconn)

    def _release(self) -> None:
        self._in_use = False

    def _roll_back(self, connection: "Connection", began: Began) -> None:
        if rolled_back(connection) != began:
            self._host.distrust()


@contextmanager
def open_shadow(
    *,
    major: int | None,
    platform: Platform,
    shadow_url: str | None = None,
    allow_remote: bool = False,
    trust_files: bool = False,
) -> Iterator[Shadow]:
    """A shadow of this major version, or a newer one if need be, for as long as the context lasts.

    With `trust_files` files may do in a private one what a superuser may.
    `shadow_url` names a server to use instead of a private one; it must be on this machine unless `allow_remote`.
    Raises PgnormError when no server can be had.
    """
    if shadow_url:
        from .foreign import open_foreign

        with open_foreign(shadow_url, platform, allow_remote=allow_remote) as host:
            if major is not None and host.version_num // 10000 < major:
                raise PgnormError(
                    f"the shadow server is Postgres {host.version_num // 10000}, the project is for {major}",
                    hint=f"name a server of major {major} or newer in --shadow-url",
                )
            yield Shadow(version_num=host.version_num, binaries=None, platform=platform, host=host)
        return
    if not RUNS_SERVERS:
        raise PgnormError("a private Postgres server needs Linux or macOS", hint="name a server in --shadow-url")
    from .private import open_private

    binaries = find(major, platform.servers)
    with open_private(binaries, platform, trust_files=trust_files) as private:
        yield Shadow(
            version_num=binaries.version_num,
            binaries=binaries,
            platform=platform,
            kept=private.kept,
            host=private,
        )
