"""A server of our own, in a slot of the cached cluster."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define, field

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.progress import stage

from ..platforms import Platform
from .account import server_account
from .binaries import Binaries, code
from .cache import cache_root, slots_root, usual_modes, writing
from .cluster import seed
from .connections import OWNER, connect_private, session_options
from .filled import clone, fill, set_trust
from .host import drop_database, drop_roles, shared_state
from .installation import Installation, install
from .kept import Kept
from .losses import failure, is_loss
from .passwords import admit, refuse_libraries
from .power import Power
from .server import Server
from .starting import Arranged, Running, administer, starting

if TYPE_CHECKING:
    from psycopg import Connection


@define(kw_only=True)
class PrivateHost:
    """A slot of our own, whose server starts when it is needed."""

    version_num: int
    platform: Platform
    kept: Kept
    trust_files: bool
    in_order: bool = True
    power: Power = field(init=False)
    running: Running | None = field(default=None, init=False)
    _root: Path
    _bring_up: Callable[[], Generator[None, None, Running]]
    _coming: Generator[None, None, Running] | None = field(default=None, init=False)
    """The start of a server that has been launched and is not awaited yet."""
    _numbers: Iterator[int] = field(factory=lambda: count(1), init=False)
    _committed: bool = field(default=False, init=False)
    """True if files may have changed for good how their role enters."""
    _maintaining: "Connection | None" = field(default=None, init=False)
    _open_or_broken: "list[Connection]" = field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        self.power = Power(administer=None if self.trust_files else self._administer)

    @property
    def server(self) -> Server:
        """The server. Raises PgnormError where it can't be started."""
        return self._up.server

    @property
    def installation(self) -> Installation:
        """The programs of the server. Raises PgnormError where it can't be started."""
        return self._up.installation

    def launch(self) -> None:
        if self.running is None and self._coming is None:
            self._advanced()

    def start(self) -> None:
        if self.running is None:
            with stage("Starting the private server"):
                while (running := self._advanced()) is None:
                    pass
            self.running = running
            if self.trust_files:
                set_trust(self._administer, trusted=True)

    def _advanced(self) -> Running | None:
        """The server if it is up after one more step of its start."""
        coming, self._coming = self._coming or self._bring_up(), None
        try:
            with usual_modes(), writing(self._root):
                next(coming)
        except StopIteration as up:
            running: Running = up.value
            return running
        self._coming = coming
        return None

    def abandon(self) -> None:
        """Have a server end that was launched and never needed, and the connections that are kept."""
        if self._coming is not None:
            self._coming.close()
        self.power.close()
        if self._maintaining is not None:
            self._maintaining.close()

    @property
    def _up(self) -> Running:
        self.start()
        assert self.running is not None
        return self.running

    def failure(self, error: Exception) -> PgnormError | None:
        """The failure of the server that an error comes from, None where it comes from something else."""
        if self.running is None:
            return None
        with writing(self._root):
            return failure(error, self.running, self._open_or_broken)

    def give_back(self) -> None:
        """Leave everything as the next run is to find it."""
        if self.running is not None:
            self.power.withhold()
            if self.trust_files:
                set_trust(self._administer, trusted=False)

    def _administer(self) -> "Connection":
        first = self._up.administrator
        return administer(self.server) if first.closed else first

    @property
    def shared(self) -> str | None:
        return "postgres"

    def connect(self, database: str, *, lock_timeout: int = 0) -> "Connection":
        self.power.withhold()
        if self._committed:
            with self._maintained() as connection:
                admit(connection)
                if self.power.withholds:
                    refuse_libraries(connection)
        options = session_options(self.platform, lock_timeout=lock_timeout)
        connection = connect_private(self.server, database, options, user=OWNER)
        self._open_or_broken = [*(each for each in self._open_or_broken if each.broken or not each.closed), connection]
        return connection

    @contextmanager
    def scratch_database(self) -> Iterator[str]:
        name = f"pgnorm_scratch_{next(self._numbers)}"
        self._committed = True
        with self._maintained() as connection:
            self.power.withhold()
            roles, state = shared_state(connection)
            clone(connection, name, self.version_num)
        try:
            yield name
        finally:
            with self._maintained() as connection:
                self._drop(connection, name, roles, state)

    def provide_extension(self, name: str, version: str | None) -> bool:
        with writing(self.installation.bindir):
            return self.installation.provide(name, version)

    def distrust(self) -> None:
        self.in_order = False

    def lasts(self, error: Exception | None) -> bool:
        from psycopg import Error

        broken = isinstance(error, Error) or is_loss(error)
        return self.in_order and not broken and (self.running is None or not self.running.server.has_ended())

    @contextmanager
    def _maintained(self) -> "Iterator[Connection]":
        """A connection that makes and drops databases. It is kept: what is asked first on a new one takes as long."""
        if self._maintaining is None or self._maintaining.closed:
            self._maintaining = connect_private(self.server, "postgres")
        try:
            yield self._maintaining
        except BaseException:
            self._maintaining.close()
            raise

    def _drop(self, connection: "Connection", name: str, roles: frozenset[str], state: str) -> None:
        from psycopg import DatabaseError

        self.power.withhold()
        drop_database(connection, name, partial(connect_private, self.server))
        now, state_now = shared_state(connection)
        try:
            admit(connection)
            drop_roles(connection, now - roles)
            state_now = shared_state(connection)[1]
        except DatabaseError:
            self.in_order = False
        # What else a load changed for all databases ends with the slot.
        self.in_order = self.in_order and state_now == state


@contextmanager
def open_private(binaries: Binaries, platform: Platform, *, trust_files: bool = False) -> Iterator[PrivateHost]:
    """A server on a free slot, started when it is needed and stopped at the end; with `trust_files` files may do there
    what they like.

    Raises PgnormError where it can't be started, and should it end before it is stopped.
    """
    account = server_account(code(binaries.initdb))
    with usual_modes():
        root = cache_root(account)
        with writing(root):
            slots = slots_root(root, account)

    def arrange() -> Arranged:
        installation = install(binaries, root, account)
        made = seed(
            installation,
            platform,
            root=root,
            slots=slots,
            account=account,
            fill=lambda server: fill(server, platform, binaries.version_num),
        )
        return installation, made

    with usual_modes(), writing(root), stage("Preparing the private server"):
        arranged = arrange()
    host = PrivateHost(
        version_num=binaries.version_num,
        platform=platform,
        kept=Kept(folder=root / "known", made_from=f"{arranged[1].path.name} {trust_files}"),
        trust_files=trust_files,
        root=root,
        bring_up=partial(starting, arrange, arranged),
    )
    given_back = False
    try:
        yield host
        host.give_back()
        given_back = host.in_order
    except Exception as error:
        if (failure := host.failure(error)) is not None:
            raise failure from error
        raise
    finally:
        host.abandon()
        if host.running is not None:
            host.running.administrator.close()
            given_back = host.running.server.ask_to_stop() and given_back
        try:
            host.kept.write()  # while the server ends, if there is one
        finally:
            if host.running is not None:
                in_order = host.running.server.wait_ended() and given_back
                host.running.slot.finish(in_order=in_order)
