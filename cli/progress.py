"""Progress in one line of the terminal, drawn anew as long as something goes on; elsewhere in lines, now and then."""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, RLock, Thread
from typing import Final

from pgnorm.catalog.progress import Stage

from .output import Console, in_line

_FIRST: Final = 2.0  # seconds
_AGAIN: Final = 0.2  # seconds


class Progress:
    """Tells of the innermost stage that goes on, once two seconds have passed without a word. What others may keep
    waiting is told in lines too where there is no terminal, with -v all else; ever less often."""

    def __init__(self, console: Console, *, first: float = _FIRST, again: float = _AGAIN) -> None:
        self._console = console
        self._first = first
        self._again = again
        self._drawn = 0
        """Characters of the line that stands in the terminal."""
        self._said = time.monotonic()
        self._stages: list[Stage] = []
        self._due: dict[int, float] = {}
        """Seconds after which a stage is told of next."""
        self._lock = RLock()
        self._over = Event()
        self._thread: Thread | None = None
        console.printing = self.aside

    def begun(self, stage: Stage) -> None:
        """Take note of a stage inside of those that go on."""
        with self._lock:
            self._stages.append(stage)
        told = (self._live or self._console.verbose) and not self._console.quiet
        if self._thread is None and (told or stage.look is not None):
            self._thread = Thread(target=self._watch, name="pgnorm-progress", daemon=True)
            self._thread.start()

    def ended(self, stage: Stage) -> None:
        """Take note of its end."""
        with self._lock:
            self._stages.remove(stage)
            self._due.pop(id(stage), None)
            if not self._stages:
                self._clear()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Room for a message: no line stands there meanwhile, nor for a while."""
        with self._lock:
            self._clear()
            yield
            self._said = time.monotonic()

    def close(self) -> None:
        """End it, with nothing left in the terminal."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        with self._lock:
            self._clear()

    @property
    def _live(self) -> bool:
        return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def _watch(self) -> None:
        while not self._over.wait(self._again):
            with self._lock:
                stages = [*self._stages]
                now = time.monotonic()
                if stages and self._live and not self._console.quiet and now - self._said >= self._first:
                    self._draw(_line(stages[-1], now))
            for stage in stages:  # those of other threads may wait as well
                if stage is stages[-1] or stage.look is not None:
                    self._tell(stage, now)

    def _tell(self, stage: Stage, now: float) -> None:
        """Tell of a stage that is due, and have it looked whom it waits for."""
        due = self._due.get(id(stage), min(self._first, stage.patience / 2))
        if now - stage.began < due:
            return
        with self._lock:
            if stage not in self._stages:
                return
            self._due[id(stage)] = 2 * due
        if not self._live:
            say = self._console.say if stage.look is not None else self._console.detail
            say(_line(stage, now))
        if stage.look is not None:
            stage.look()

    def _draw(self, line: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        shown = in_line(self._console.shown(line))[:width]
        self._put(f"\r{shown.ljust(min(self._drawn, width))}")
        self._drawn = len(shown)

    def _clear(self) -> None:
        if self._drawn:
            self._put(f"\r{' ' * self._drawn}\r")
            self._drawn = 0

    @staticmethod
    def _put(text: str) -> None:
        with suppress(OSError, ValueError):  # nobody reads it any more
            sys.stderr.write(text)
            sys.stderr.flush()


def _line(stage: Stage, now: float) -> str:
    """A stage in words: `Replaying migrations: 12 of 340, 20250820_scores.sql, 14 s`."""
    count = f"{stage.done} of {stage.total}" if stage.total else ""
    said = ", ".join(filter(None, (count, stage.at, f"{now - stage.began:.0f} s")))
    return f"{stage.what}: {said}"
