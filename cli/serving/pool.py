"""The processes of a service: each carries out one request at a time, and is replaced where that takes too long."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import define, field

from .worker import SIZE

if TYPE_CHECKING:
    from .worker import Done, Job

_JOBS: Final = 500
"""Requests after which a process is replaced, so that nothing that one of them leaves adds up."""
_GRACE: Final = 5.0
"""Seconds that a process has to end by itself."""
_HEARD: Final = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TMPDIR", "VIRTUAL_ENV")
_OURS: Final = ("PGNORM_CACHE_DIR", "PGNORM_PG_BINDIR")
_OF_SOURCES: Final = ("PGPASSFILE", "PGSERVICEFILE", "PGSSLROOTCERT", "PGSSLMODE")


class Busy(Exception):
    """As many requests are at work or wait as may."""


class Late(Exception):
    """A request took longer than it may."""


class Lost(Exception):
    """A process ended in the middle of a request."""


@define(eq=False)
class Worker:
    """One process."""

    process: asyncio.subprocess.Process
    jobs: int = 0

    async def do(self, job: Job) -> Done:
        """Have a request carried out. Raises Lost where the process ends."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.jobs += 1
        said = json.dumps(job).encode()
        try:
            self.process.stdin.write(SIZE.pack(len(said)) + said)
            await self.process.stdin.drain()
            head = await self.process.stdout.readexactly(SIZE.size)
            found: Done = json.loads(await self.process.stdout.readexactly(SIZE.unpack(head)[0]))
        except (OSError, asyncio.IncompleteReadError) as error:
            raise Lost from error
        return found

    async def end(self) -> None:
        """End it, by force where it is at something."""
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.write(SIZE.pack(0))
            self.process.stdin.close()
        try:
            async with asyncio.timeout(_GRACE):
                await self.process.wait()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """End it at once; its private servers go with it."""
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()


@define(eq=False, kw_only=True)
class Pool:
    """Processes, as many as do something at once."""

    base: Path
    """The folder below which requests have theirs."""
    size: int
    waiting_at_most: int
    time_limit: float
    places: int = field(default=0, init=False)
    """Places that are taken."""
    at_work: int = field(default=0, init=False)
    replaced: int = field(default=0, init=False)
    """Processes that ended or were ended in the middle of a request."""
    _free: asyncio.LifoQueue[Worker | None] = field(factory=asyncio.LifoQueue, init=False)
    """None where one is to be started, which is taken last."""
    _all: set[Worker] = field(factory=set, init=False)

    async def open(self) -> None:
        """Be ready for as many requests as there are to be processes; the first is started, the others when needed."""
        for _ in range(self.size - 1):
            self._free.put_nowait(None)
        self._free.put_nowait(await self._started())

    async def close(self) -> None:
        """End all processes."""
        await asyncio.gather(*(worker.end() for worker in [*self._all]))
        self._all.clear()

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place for a request, at work or waiting. Raises Busy."""
        if self.places >= self.size + self.waiting_at_most:
            raise Busy
        self.places += 1
        try:
            yield
        finally:
            self.places -= 1

    async def do(self, job: Job) -> Done:
        """Carry out a request that has a place. Raises Late and Lost."""
        worker = await self._free.get()
        self.at_work += 1
        try:
            if worker is None or worker.jobs >= _JOBS:
                await self._give_up(worker)
                worker = None
                worker = await self._started()
            async with asyncio.timeout(self.time_limit):
                return await worker.do(job)
        except TimeoutError:
            await self._lose(worker)
            worker = None
            worker = await self._started()  # of a service that is killed, a process clears away what is left
            raise Late from None
        except BaseException:
            await self._lose(worker)
            worker = None
            raise
        finally:
            self.at_work -= 1
            self._free.put_nowait(worker)

    async def _give_up(self, worker: Worker | None) -> None:
        if worker is not None:
            self._all.discard(worker)
            await worker.end()

    async def _lose(self, worker: Worker | None) -> None:
        """End a process that may be in the middle of something."""
        if worker is not None:
            self.replaced += 1
            self._all.discard(worker)
            await worker.kill()

    async def _started(self) -> Worker:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "pgnorm.cli.serving.worker", str(self.base)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd="/",
            env=_environment(os.environ),
            start_new_session=True,
        )
        worker = Worker(process)
        self._all.add(worker)
        return worker


def _environment(known: Mapping[str, str]) -> dict[str, str]:
    """The variables that a process hears of: settings that come with a request may name any, so no secrets."""
    return {name: value for name, value in known.items() if name in (*_HEARD, *_OURS, *_OF_SOURCES)}
