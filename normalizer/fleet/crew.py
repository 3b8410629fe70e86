"""Threads that do the same with each of many things, and what comes of it as it comes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from contextvars import copy_context
from queue import Empty, SimpleQueue
from threading import Event, Thread
from types import TracebackType
from typing import Final, Generic, Protocol, Self, TypeVar

from attrs import frozen

T = TypeVar("T")
R = TypeVar("R")
T_co = TypeVar("T_co", covariant=True)
R_co = TypeVar("R_co", covariant=True)

_FIRST: Final = 2.0  # seconds
LOOK: Final = 0.25
"""Seconds after which somebody looks up from waiting."""
_GRACE: Final = 2.0
"""Seconds that threads have to end where nobody waits for what they are at."""
_PATIENCE: Final = 10.0
"""Seconds in which what was cut short is waited for."""


class Pace:
    """Progress told when it is due: two seconds after the beginning, then after as many again as have passed."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        self._progress = progress
        self._began = time.monotonic()
        self._due = self._began + _FIRST

    def tell(self, count: int) -> None:
        """Say how many are done, if it is time."""
        if time.monotonic() > self._due:
            self._due = 2 * time.monotonic() - self._began
            self._progress(count)


class Team(Protocol[T_co, R_co]):
    """Threads or processes at work."""

    def __iter__(self) -> Iterator[tuple[T_co, R_co | BaseException]]:
        """Each that is done, with what came of it or what went wrong: all, or once they are stopped those in hand."""

    def stop(self) -> None:
        """Begin nothing more."""

    def cut(self) -> None:
        """The same, and have what is in hand end soon: it is not waited for much longer."""

    def in_hand(self) -> Sequence[T_co]:
        """Things that were begun, and of which nobody knows yet what came."""


@frozen(kw_only=True)
class CrewOptions:
    """Options of the workers that read databases together."""

    fragile: bool = False
    """True where nothing more is to begin once something goes wrong."""
    progress: Callable[[int], None]
    """Told how many are done, when it is time."""
    look: Callable[[], None] = lambda: None
    """Called every now and then meanwhile."""
    cut_short: Callable[[], None]
    """Makes what is in hand end soon, where nobody waits for it."""


class Executor(Protocol):
    """Maker of teams that see to many things at once."""

    def crew(
        self, things: Sequence[T], act: Callable[[T], R], options: CrewOptions
    ) -> AbstractContextManager[Team[T, R]]:
        """A team that does the same with each."""


@frozen
class Threads:
    """Threads of this process."""

    jobs: int

    def crew(self, things: Sequence[T], act: Callable[[T], R], options: CrewOptions) -> Crew[T, R]:
        """As many as there are jobs."""
        return Crew(things, act, options, jobs=self.jobs)


class Crew(Generic[T, R]):
    """Threads at work. A context: at its end nothing more is begun, and what was in hand is done or cut short."""

    def __init__(self, things: Sequence[T], act: Callable[[T], R], options: CrewOptions, *, jobs: int) -> None:
        self._act = act
        self._options = options
        self._waiting: SimpleQueue[tuple[int, T]] = SimpleQueue()
        for place in enumerate(things):
            self._waiting.put(place)
        self._done: SimpleQueue[tuple[int, R | BaseException] | None] = SimpleQueue()
        """None for each thread that has ended."""
        self._over = Event()
        self._given_up: float | None = None
        """The time at which nobody waits any more."""
        self._in_hand: dict[int, T] = {}
        """By their places."""
        # Daemons: a process that is interrupted while one waits for a host that doesn't answer ends all the same.
        self._threads = [
            Thread(target=copy_context().run, args=(self._work,), name="pgnorm-fleet", daemon=True)
            for _ in range(min(jobs, len(things)))
        ]
        self._at_work = len(self._threads)

    def __enter__(self) -> Self:
        for each in self._threads:
            each.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
        if self._at_work:
            self._options.cut_short()
        until = time.monotonic() + _GRACE
        for each in self._threads:
            each.join(max(until - time.monotonic(), 0))

    def __iter__(self) -> Iterator[tuple[T, R | BaseException]]:
        """Each that is done, with what came of it or what went wrong: all, or once they are stopped those in hand."""
        pace, count = Pace(self._options.progress), 0
        while self._at_work:
            self._options.look()
            if self._given_up is not None:
                if time.monotonic() > self._given_up:
                    return
                self._options.cut_short()
            try:
                found = self._done.get(timeout=LOOK)
            except Empty:
                pace.tell(count)
                continue
            if found is None:
                self._at_work -= 1
                continue
            count += 1
            place, result = found
            yield self._in_hand.pop(place), result

    def stop(self) -> None:
        """Begin nothing more."""
        self._over.set()

    def cut(self) -> None:
        """The same, and cut short what is in hand, until it has ended or nobody waits any more."""
        self.stop()
        self._given_up = time.monotonic() + _PATIENCE

    def in_hand(self) -> Sequence[T]:
        """Things that were begun, and did not come out of the iteration."""
        return [*self._in_hand.values()]

    def _work(self) -> None:
        try:
            while not self._over.is_set():
                place, thing = self._waiting.get_nowait()
                self._in_hand[place] = thing
                try:
                    self._done.put((place, self._act(thing)))
                except BaseException as error:
                    if self._options.fragile:
                        self.stop()
                    self._done.put((place, error))
        except Empty:
            pass
        finally:
            self._done.put(None)
