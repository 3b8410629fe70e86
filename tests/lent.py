"""Servers that the runs of one process share."""

import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from pgnorm.normalizer.servers import Servers


class Lend(Protocol):
    """Opens, or hands over, the servers of one run."""

    def __call__(self, *, shadow_url: str | None, trust_files: bool) -> AbstractContextManager[Servers]: ...


class Lent:
    """Servers for the runs of one process, as a command that goes on has them: a run that needs no other takes over
    what an earlier one has started."""

    def __init__(self, servers: Servers) -> None:
        self._servers: Servers | None = servers
        self._surroundings = _surroundings()

    @contextmanager
    def lend(self, *, shadow_url: str | None, trust_files: bool) -> Iterator[Servers]:
        servers = self._servers
        if servers is None or shadow_url or trust_files or _surroundings() != self._surroundings:
            with Servers(shadow_url=shadow_url, trust_files=trust_files) as own:
                yield own
            return
        self._servers = None  # one at a time
        try:
            with servers.turn():
                yield servers
        finally:
            self._servers = servers


def _surroundings() -> dict[str, str]:
    """What of the environment decides which servers there are, and where they lie."""
    return {name: value for name, value in os.environ.items() if re.match("PGNORM_|XDG_|PATH$|HOME$|TMPDIR$", name)}
