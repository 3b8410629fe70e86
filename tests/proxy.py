"""A TCP way to a server's socket that can be cut or fall silent, as networks do."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Final

CHUNK: Final = 4096


class Proxy:
    """Passes on what comes; from `limit` bytes of the server's on a connection is cut, or with `silent` all are kept
    open and nothing passes any more."""

    def __init__(self, target: str, limit: int, *, silent: bool) -> None:
        self.reached = Event()
        """Whether the limit has been."""
        self._target = target
        self._limit = limit
        self._silent = silent
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = [self._listener]
        Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def close(self) -> None:
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                self._open += [client, server]
                server.connect(self._target)
                Thread(target=self._pass, args=(client, server, False), daemon=True).start()
                Thread(target=self._pass, args=(server, client, True), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        passed = 0
        with suppress(OSError):
            while data := source.recv(CHUNK):
                passed += len(data) * counted
                if passed > self._limit:
                    self.reached.set()
                if self.reached.is_set():
                    if self._silent:
                        return
                    break
                target.sendall(data)
            for each in (source, target):
                each.shutdown(socket.SHUT_RDWR)


@contextmanager
def proxied(target: str, limit: int, *, silent: bool = False) -> Iterator[Proxy]:
    """A proxy to the socket at this path, for as long as the context lasts."""
    proxy = Proxy(target, limit, silent=silent)
    try:
        yield proxy
    finally:
        proxy.close()
