"""A watch on statements that take long: people are told which one runs, and whom it waits for."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from types import TracebackType
from typing import Final, Self

from attrs import define, field

_FIRST: Final = 2.0  # seconds


@define(eq=False)
class Watch:
    """Tells of what runs inside of it after two seconds, then after four, eight and so on."""

    what: str
    tell: Callable[[str], None]
    look: Callable[[], bool]
    """Asked each time: whom it waits for."""
    first: float = _FIRST
    _over: Event = field(factory=Event, init=False)
    _thread: Thread | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        self._thread = Thread(target=self._watch, name="pgnorm-watch", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        pause, passed = self.first, 0.0
        while not self._over.wait(pause):
            passed += pause
            pause = passed
            self.tell(f"{self.what}: {passed:.0f} s")
            self.look()
