"""A server of our own, in a slot of the cached cluster."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from attrs import define, field

from pgnorm.catalog.errors import PgnormError

from ..platforms import Platform
from .account import server_account
from .binaries import Binaries
from .cache import cache_root, slots_root, usual_modes, writing
from .cluster import Seed, Slot, discard, discard_if_damaged, seed, take_slot
from .connections import OWNER, connect_private, session_options
from .filled import clone, fill, set_trust
from .host import drop_database, drop_roles, shared_state
from .installation import Installation, install, repair
from .kept import Kept
from .manifest import Damaged
from .passwords import admit, refuse_libraries
from .power import Power
from .server import Server, ServerFailed

if TYPE_CHECKING:
    from psycopg import Connection

_PATIENCE_AT_LOSS = 10.0  # seconds
_DAMAGED = "They are made anew when you run it again."
_LOST = "Something stopped it, maybe for want of memory: run it again, or name a server in --shadow-url."
_LOST_AT = f"The statement may have ended it: one that uses a type with functions of another type does so. {_LOST}"


@define(kw_only=True)
class PrivateHost:
    """A running slot."""

    version_num: int
    platform: Platform
    installation: Installation
    server: Server
    power: Power
    kept: Kept
    in_order: bool = True
    _numbers: Iterator[int] = field(factory=lambda: count(1), init=False)
    _committed: bool = field(default=False, init=False)
    """Whether files may have changed for good how their role enters."""

    @property
    def shared(self) -> str | None:
        return "postgres"

    def connect(self, database: str, *, lock_timeout: int = 0) -> "Connection":
        self.power.withhold()
        if self._committed:
            with connect_private(self.server, "postgres") as connection:
                admit(connection)
                if self.power.withholds:
                    refuse_libraries(connection)
        options = session_options(self.platform, lock_timeout=lock_timeout)
        return connect_private(self.server, database, options, user=OWNER)

    @contextmanager
    def scratch_database(self) -> Iterator[str]:
        name = f"pgnorm_scratch_{next(self._numbers)}"
        self._committed = True
        with connect_private(self.server, "postgres") as connection:
            self.power.withhold()
            roles, state = shared_state(connection)
            clone(connection, name, self.version_num)
        try:
            yield name
        finally:
            with connect_private(self.server, "postgres") as connection:
                self._drop(connection, name, roles, state)

    def provide_extension(self, name: str, version: str | None) -> bool:
        with writing(self.installation.bindir):
            return self.installation.provide(name, version)

    def distrust(self) -> None:
        self.in_order = False

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
    """Starts a server on a free slot and stops it at the end; with `trust_files` files may do there what they like.

    Raises PgnormError where it can't be started, and should it end before it is stopped.
    """
    account = server_account(binaries.initdb)
    with usual_modes():
        root = cache_root(account)
        with writing(root):
            slots = slots_root(root, account)

            def arrange() -> tuple[Installation, Seed]:
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

            installation, made, slot, server = _started(arrange)
    administer = partial(connect_private, server, "postgres", "-c lock_timeout=2000")
    power = Power(administer=None if trust_files else administer)
    in_order = False
    try:
        if trust_files:
            set_trust(administer, trusted=True)
        host = PrivateHost(
            version_num=binaries.version_num,
            platform=platform,
            installation=installation,
            server=server,
            power=power,
            kept=Kept(folder=root / "known", made_from=f"{made.path.name} {trust_files}"),
        )
        yield host
        power.withhold()
        if trust_files:
            set_trust(administer, trusted=False)
        in_order = host.in_order
    except Exception as error:
        lost = _is_loss(error) and server.has_ended(within=_PATIENCE_AT_LOSS)
        if lost or _is_damage(error):
            with writing(root):
                damaged = discard_if_damaged(made)
            if damaged or not lost:
                raise PgnormError(f"the private server's data were damaged: {error}", hint=_DAMAGED) from error
            place = error.place if isinstance(error, PgnormError) else None
            hint = _LOST_AT if place else _LOST
            raise PgnormError("the private Postgres server ended unexpectedly", place=place, hint=hint) from error
        raise
    finally:
        power.close()
        in_order = server.stop() and in_order
        slot.finish(in_order=in_order)


def _is_loss(error: BaseException | None) -> bool:
    """Whether an error, or what it comes from, may be that of a lost connection."""
    from psycopg import OperationalError

    if error is None:
        return False
    # The server's last words, if it had any, are of class 57P (admin_shutdown, crash_shutdown, …).
    lost = isinstance(error, OperationalError) and (error.sqlstate or "57P").startswith("57P")
    return lost or _is_loss(error.__cause__)


def _is_damage(error: BaseException) -> bool:
    """Whether an error is that of a file of the server which is damaged, gone or can't be read."""
    from psycopg import Error

    return isinstance(error, Error) and (error.sqlstate or "").startswith(("XX", "58P01", "58030"))


def _started(arrange: Callable[[], tuple[Installation, Seed]]) -> tuple[Installation, Seed, Slot, Server]:
    # A damaged slot is copied anew, then damaged programs and the seed made anew; the third failure is the answer.
    for attempt in range(3):
        installation, made = arrange()
        try:
            slot = take_slot(made, anew=attempt > 0)
        except Damaged as error:
            if attempt == 2:
                raise
            discard(made, error)
            continue
        server = None
        try:
            slot.begin()
            server = Server.start(installation, slot.data, slot.lock.fd, made.account, password=made.password)
            import psycopg  # noqa: F401  # takes as long as the server's start, beside it

            server.wait_ready()
            _answer(server)
        except BaseException as error:
            if server is not None:
                server.stop()
            slot.finish(in_order=False)
            if not isinstance(error, ServerFailed) or attempt == 2:
                raise
            if attempt == 1:
                repair(installation)
                discard(made, error)
        else:
            return installation, made, slot, server
    raise AssertionError


def _answer(server: Server) -> None:
    """Raises ServerFailed where a server that listens can't answer."""
    from psycopg import Error

    try:
        connect_private(server, "postgres").close()
    except Error as error:
        raise ServerFailed(f"the private Postgres server does not answer: {error}") from error
