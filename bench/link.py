"""A link with a delay: what it carries arrives later, as much of it as ever at once. Or one by TCP to a socket."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Thread
from time import monotonic

CHUNK = 1 << 16


class Link:
    """A socket in `folder` that leads to another one, with half of `delay` (seconds) each way."""

    def __init__(self, folder: Path, target: Path, delay: float) -> None:
        self.turns = 0
        """How often one side answered the other's silence: the round trips that somebody waited for."""
        self._path = folder / target.name
        self._target = target
        self._delay = delay / 2
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()

    async def serve(self) -> None:
        """Carry until told to end."""
        server = await asyncio.start_unix_server(self._connect, self._path)
        self._path.chmod(0o777)
        async with server:
            await self._stop.wait()

    async def listen(self, ready: "Queue[int]") -> None:
        """The same by TCP, at a port of this machine that it tells."""
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        ready.put(server.sockets[0].getsockname()[1])
        async with server:
            await self._stop.wait()

    def run(self) -> None:
        """The work of the link's thread."""
        self._loop.run_until_complete(self.serve())

    def carry(self, ready: "Queue[int]") -> None:
        """The work of the thread of one by TCP."""
        self._loop.run_until_complete(self.listen(ready))

    def end(self) -> None:
        """Tell it to end."""
        self._loop.call_soon_threadsafe(self._stop.set)

    async def _connect(self, near: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        far, far_out = await asyncio.open_unix_connection(self._target)
        answered = True

        def asked() -> None:
            nonlocal answered
            self.turns += answered
            answered = False

        def answer() -> None:
            nonlocal answered
            answered = True

        await asyncio.gather(self._carry(near, far_out, asked), self._carry(far, near_out, answer))

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, seen: Callable[[], None]) -> None:
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        delivery = asyncio.create_task(self._deliver(waiting, sink))
        data = b" "
        while data:
            data = await source.read(CHUNK)
            if data:
                seen()
            waiting.put_nowait((monotonic() + self._delay, data))
        await delivery

    async def _deliver(self, waiting: "asyncio.Queue[tuple[float, bytes]]", sink: asyncio.StreamWriter) -> None:
        data = b" "
        while data:
            due, data = await waiting.get()
            await asyncio.sleep(max(0, due - monotonic()))
            sink.write(data)
            await sink.drain()
        sink.close()


@contextmanager
def delayed(folder: Path, target: Path, delay: float) -> Iterator[Link]:
    """A link for as long as the context lasts."""
    link = Link(folder, target, delay)
    thread = Thread(target=link.run, daemon=True)
    thread.start()
    yield link
    link.end()
    thread.join()


@contextmanager
def by_tcp(folder: Path, target: Path) -> Iterator[int]:
    """A port that leads to a socket for as long as the context lasts, for programs that know no other way."""
    link, ready = Link(folder, target, 0), Queue[int]()
    thread = Thread(target=lambda: link.carry(ready), daemon=True)
    thread.start()
    yield ready.get()
    link.end()
    thread.join()
