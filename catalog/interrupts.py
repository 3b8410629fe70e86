"""The signals that end a run: an exception where that is safe, and nothing in the middle of what has to be whole."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from .system import ENDING, later

_OF_SHELLS: Final = 128
"""The number that a shell adds to that of the signal that ended a program."""

_LITTLE: Final = 0.02  # seconds


class Interrupt(KeyboardInterrupt):
    """A signal that ends the run."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def exit_code(ended: BaseException | None) -> int:
    """The exit code of a run that was interrupted: 130, 143, 129."""
    return _OF_SHELLS + (ended.number if isinstance(ended, Interrupt) else signal.SIGINT)


def listen() -> None:
    """Have the first of these signals raise Interrupt, and those after it leave the run to its end.

    What is ignored (`nohup`, a job in the background) stays so. For the main thread alone.
    """
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _raise)
    sys.unraisablehook = _raise_again


def _raise(number: int, _frame: FrameType | None) -> None:
    for each in ENDING:
        if signal.getsignal(each) is _raise:
            signal.signal(each, _pass)
    raise Interrupt(number)


def _pass(_number: int, _frame: FrameType | None) -> None:
    pass


def _raise_again(lost: "sys.UnraisableHookArgs") -> None:
    """Raise a little later what came in a finalizer, out of which nothing is raised."""
    if not isinstance(lost.exc_value, Interrupt):
        sys.__unraisablehook__(lost)
        return
    number = lost.exc_value.number

    def late() -> None:
        raise Interrupt(number)

    later(_LITTLE, late)


class Held:
    """The signals that came while they are held."""

    def __init__(self) -> None:
        self.came: list[int] = []

    def check(self) -> None:
        """Raise Interrupt if one came: what is done so far can be taken back."""
        if self.came:
            raise Interrupt(self.came[0])

    def note(self, number: int, _frame: FrameType | None) -> None:
        """The handler of these signals meanwhile."""
        self.came.append(number)


@contextmanager
def held() -> Iterator[Held]:
    """Hold the signals that end a run until the context is left, then let the first of them act."""
    import threading

    signals = Held()
    if threading.current_thread() is not threading.main_thread():
        yield signals
        return
    before = {number: signal.getsignal(number) for number in ENDING}
    before = {number: old for number, old in before.items() if old not in (signal.SIG_IGN, None)}
    try:
        for number in before:
            signal.signal(number, signals.note)
        yield signals
    finally:
        for number, old in before.items():
            signal.signal(number, old)
        if signals.came:
            signal.raise_signal(signals.came[0])
