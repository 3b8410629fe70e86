"""Servers that files are loaded into, each started once and up until all runs that share them are over."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

from .platforms import Platform

if TYPE_CHECKING:
    from .postgres.shadow import Shadow


class Servers:
    """Shadows by what they have to be. A context: at its end all are gone. `pausing` is called where a run can end
    before its time, by what that raises."""

    def __init__(
        self,
        *,
        shadow_url: str | None = None,
        trust_files: bool = False,
        pausing: Callable[[], None] = lambda: None,
    ) -> None:
        self._shadow_url = shadow_url
        self._trust_files = trust_files
        self._pausing = pausing
        self._open: dict[tuple[int | None, Platform], tuple[Shadow, ExitStack]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with ExitStack() as every:
            for _, stack in self._open.values():
                every.push(stack)
            self._open.clear()
            every.pop_all().__exit__(kind, error, traceback)

    def shadow(self, major: int | None, platform: Platform) -> "Shadow":
        """The shadow of a platform, of this major version or what stands in for it.

        Raises PgnormError where none can be had.
        """
        if (major, platform) not in self._open:
            from .postgres.shadow import open_shadow

            with ExitStack() as stack:
                opening = open_shadow(
                    major=major, platform=platform, shadow_url=self._shadow_url, trust_files=self._trust_files
                )
                shadow = stack.enter_context(opening)
                shadow.pausing = self._pausing
                self._open[major, platform] = shadow, stack.pop_all()
        return self._open[major, platform][0]

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One of several runs. A server that it leaves in disorder is given up, and the next run starts another.

        Raises PgnormError where a server has ended meanwhile.
        """
        self._retire(None)
        try:
            yield
        except Exception as error:
            self._retire(error)
            raise
        self._retire(None)

    def remember(self) -> None:
        """Write what runs have read by now where others look for it."""
        for shadow, _ in self._open.values():
            if shadow.kept is not None:
                shadow.kept.write()

    def hang_up(self) -> None:
        """Take the connection from a run that another thread is at: its server is then given up."""
        for shadow, _ in list(self._open.values()):
            shadow.hang_up()

    def _retire(self, error: Exception | None) -> None:
        for key, (shadow, stack) in list(self._open.items()):
            if not shadow.lasts(error):
                del self._open[key]
                stack.__exit__(type(error) if error is not None else None, error, None)
