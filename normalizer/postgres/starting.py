"""A server of our own brought to life, made anew as far as it turns out damaged."""

from collections.abc import Callable, Generator
from importlib import import_module
from typing import TYPE_CHECKING

from pgnorm.catalog.model import Value

from .cluster import Seed, Slot, discard, take_slot
from .connections import connect_private
from .installation import Installation, repair
from .manifest import Damaged
from .server import Server, ServerFailed

if TYPE_CHECKING:
    from psycopg import Connection

Arranged = tuple[Installation, Seed]
"""Programs, and the cluster that is copied."""


class Running(Value):
    """A slot, the server on it, and the connection of its administrator that showed that it answers."""

    installation: Installation
    seed: Seed
    slot: Slot
    server: Server
    administrator: "Connection"


def starting(arrange: Callable[[], Arranged], arranged: Arranged) -> Generator[None, None, Running]:
    """The start of a server on a free slot of what is arranged, which is arranged again after damage. It pauses where
    the server comes up by itself; closed there, it has the server end.

    Raises PgnormError where it can't be started.
    """
    # A damaged slot is copied anew, then damaged programs and the seed made anew; the third failure is the answer.
    for attempt in range(3):
        installation, made = arrange() if attempt else arranged
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
            yield
            import_module("psycopg")  # these take as long as the server's start, beside it
            import_module("pgnorm.catalog.reader")
            server.wait_ready()
            administrator = administer(server)
        except BaseException as error:
            unused = server is not None and server.stop() and isinstance(error, GeneratorExit)
            slot.finish(in_order=unused)
            if not isinstance(error, ServerFailed) or attempt == 2:
                raise
            if attempt == 1:
                repair(installation)
                discard(made, error)
        else:
            return Running(installation=installation, seed=made, slot=slot, server=server, administrator=administrator)
    raise AssertionError


def administer(server: Server) -> "Connection":
    """A connection of the server's administrator. Raises ServerFailed where a server that listens can't answer."""
    from psycopg import Error

    try:
        return connect_private(server, "postgres", "-c lock_timeout=2000")
    except Error as error:
        raise ServerFailed(f"the private Postgres server does not answer: {error}") from error
