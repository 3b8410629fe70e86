"""Progress of what may take long: stages of the work under way, for whoever watches."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf
from time import monotonic
from typing import Final, Protocol, TypeVar

T = TypeVar("T")


class Stage:
    """A part of the work, `done` of `total` where it can be counted, `at` something."""

    def __init__(self, what: str, total: int, look: Callable[[], bool] | None, patience: float) -> None:
        self.what = what
        self.total = total
        self.done = 0
        self.at = ""
        self.look = look
        """Asked from time to time whom it waits for, where others may keep it waiting."""
        self.patience = patience
        """Seconds after which it gives up waiting for them: whom it waits for is asked before that."""
        self.began = monotonic()

    def step(self, at: str = "") -> None:
        """Note that one more is begun."""
        self.done += 1
        self.at = at

    def counting(self, items: Iterable[T]) -> Iterator[T]:
        """The items, each counted as it is asked for."""
        for item in items:
            self.step()
            yield item


class Watcher(Protocol):
    """Somebody who is told of stages."""

    def begun(self, stage: Stage) -> None:
        """Take note of a stage inside of those that go on."""

    def ended(self, stage: Stage) -> None:
        """Take note of its end."""


WATCHER: Final[ContextVar[Watcher | None]] = ContextVar("WATCHER", default=None)


@contextmanager
def stage(
    what: str, total: int = 0, *, look: Callable[[], bool] | None = None, patience: float = inf
) -> Iterator[Stage]:
    """A stage that lasts as long as the context: `Loading files`. One with a `look` is told wherever it takes long."""
    watcher = WATCHER.get()
    found = Stage(what, total, look, patience)
    if watcher is None:
        yield found
        return
    watcher.begun(found)
    try:
        yield found
    finally:
        watcher.ended(found)
