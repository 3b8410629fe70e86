"""Waiting for somebody to save files."""

import os
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.installing import command_for_extra
from pgnorm.catalog.interrupts import Held, held

if TYPE_CHECKING:
    from watchfiles.main import FileChange

    from pgnorm.normalizer.project.watched import Watched

_TICK: Final = 250  # milliseconds between looks at what lies in no folder that is watched
_QUIET: Final = 50  # milliseconds without a change that end a burst of them
_BURST: Final = 1000  # milliseconds after which one is ended in any case
_Status: TypeAlias = "tuple[int, int, int] | None"


class Saves:
    """Changes in the places of a project. A context: at its end nobody watches any more."""

    def __init__(self) -> None:
        """Raises PgnormError where the library is missing."""
        try:
            import watchfiles
        except ModuleNotFoundError as error:
            raise PgnormError("the library that watches files is missing", hint=command_for_extra("watch")) from error
        self._watch = watchfiles.watch
        self._changes: Generator[set[FileChange], None, None] | None = None
        self._folders: dict[Path, int] = {}
        self._others: dict[Path, _Status] = {}
        self._signals = Held()

    def wait(self, watched: "Watched") -> None:
        """Return once something may have changed since the last call, after a burst of changes is over.

        Raises PgnormError where the system can't watch so much.
        """
        if self._changes is None or _folders(watched) != self._folders:
            self.close()
            self._folders = _folders(watched)
            self._changes = self._watched([*self._folders])
            self._next(self._changes)  # from here on nothing is missed; what was before, the caller finds
            self._others = _statuses(watched)
            return
        changes = self._changes
        while True:
            changed = self._next(changes)
            if changed is None:
                self._changes = None
            before, self._others = self._others, _statuses(watched)
            if changed or changed is None or self._others != before or _folders(watched) != self._folders:
                return

    def _next(self, changes: "Generator[set[FileChange], None, None]") -> "set[FileChange] | None":
        """The next changes, none at a tick, and None where a folder has gone. A signal ends the wait as it ends a
        run."""
        with held() as self._signals:
            return next(changes, None)

    def close(self) -> None:
        """Watch no more."""
        if self._changes is not None:
            self._changes.close()

    def is_set(self) -> bool:
        """True if a signal is to end the wait."""
        return bool(self._signals.came)

    def _watched(self, folders: "list[Path]") -> "Generator[set[FileChange], None, None]":
        """Changes as they come; none at each tick, and at first. It ends where a folder has gone."""
        try:
            with suppress(FileNotFoundError):
                yield from self._watch(
                    *folders,
                    watch_filter=None,
                    debounce=_BURST,
                    step=_QUIET,
                    rust_timeout=_TICK,
                    yield_on_timeout=True,
                    stop_event=self,
                    ignore_permission_denied=True,
                )
        except OSError as error:
            raise PgnormError(
                f"the system can't watch the project's folders: {error}",
                hint="Raise its limit (fs.inotify.max_user_watches on Linux), or set WATCHFILES_FORCE_POLLING=1.",
            ) from error


def _folders(watched: "Watched") -> dict[Path, int]:
    """The folders that are there, each with its number: one may be another by the same name."""
    return {path: status[2] for path in watched.folders if path.is_dir() and (status := _status(path))}


def _statuses(watched: "Watched") -> dict[Path, _Status]:
    return {path: _status(path) for path in watched.others}


def _status(path: Path) -> _Status:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
