"""stdin of the language server, read by a thread: not every system lets a loop wait for a pipe that it has not made."""

import asyncio
import os
import stat
import sys
from contextlib import suppress
from threading import Thread
from typing import Final

from pgnorm.catalog.errors import PgnormError

_AT_ONCE: Final = 1 << 16  # bytes


def listening() -> asyncio.StreamReader:
    """All that comes on stdin, for the loop that runs. Raises PgnormError where that is a file."""
    if sys.stdin is None or stat.S_ISREG(os.fstat(sys.stdin.fileno()).st_mode):
        raise PgnormError("stdin is no editor", hint="An editor starts it: see docs/lsp.md.")
    reader, loop = asyncio.StreamReader(), asyncio.get_running_loop()
    # By its number: a thread that waits for a buffer keeps it locked, which the end of the process would meet.
    descriptor = sys.stdin.fileno()

    def read() -> None:
        with suppress(RuntimeError):  # the loop has ended meanwhile
            with suppress(OSError):
                while content := os.read(descriptor, _AT_ONCE):
                    loop.call_soon_threadsafe(reader.feed_data, content)
            loop.call_soon_threadsafe(reader.feed_eof)

    Thread(target=read, name="pgnorm-stdin", daemon=True).start()
    return reader
