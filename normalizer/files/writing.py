"""Files written whole or not at all."""

import errno
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.interrupts import held

from .folders import alone_in
from .journals import Journal
from .staging import Staged, Writing, put, put_back, stage


def write_atomically(path: Path, content: bytes, *, label: str | None = None) -> None:
    """Put `content` into the file, so that at any moment it holds all of the old text or all of the new.

    A symbolic link stays one, the mode stays as it is; a pipe or device is written to. Raises PgnormError where the
    file is read-only or can't be written, the old text untouched.
    """
    write_all([Writing(path=path, content=content, label=label or str(path))])


def write_all(writings: Sequence[Writing]) -> tuple[Writing, ...]:
    """As `write_atomically`, for several files, of which some may be to go: where one can't be written, none is, and
    what a run that was killed has left of it `repair` finishes.

    Returns those that are written. The others were expected to hold something, and hold by now what was to be
    written. Raises PgnormError, also for a file that holds neither.
    """
    special = [writing for writing in writings if writing.special]
    for writing in special:
        with _Failure(writing):
            writing.target.write_bytes(writing.content or b"")
    rest = [writing for writing in writings if writing not in special]
    if not rest:
        return tuple(special)
    with alone_in(writing.target.parent for writing in rest):
        return (*special, *write_alone(rest))


def write_alone(writings: Sequence[Writing]) -> tuple[Writing, ...]:
    """As `write_all`, for who holds the folders of the files, which are neither pipes nor devices."""
    staged: list[Staged] = []
    with held() as signals:
        try:
            for writing in writings:
                signals.check()
                with _Failure(writing):
                    old = writing.held
                    if writing.expected is None or old != writing.content:
                        _refuse_unless(writing, old, writing.expected)
                        _refuse_if_there(writing)
                        staged.append(stage(writing, old))
            signals.check()
            _put_all(staged)
        finally:
            for one in staged:
                with suppress(OSError):
                    one.temporary.unlink(missing_ok=True)
    return tuple(one.writing for one in staged)


def undo(writing: Writing) -> None:
    """Give a file what it was expected to hold before it was written, or delete it where it was new.

    Raises PgnormError and OSError where that can't be done, as for a file that holds something else by now.
    """
    if writing.expected is not None:
        write_all([writing.evolve(content=writing.expected, expected=writing.content)])
    elif writing.held == writing.content:
        writing.target.unlink(missing_ok=True)


def _put_all(staged: Sequence[Staged]) -> None:
    """Put all contents in their places, or none."""
    done: list[Staged] = []
    journal = Journal.of(staged)
    try:
        for folder in journal.folders:
            with _Failure(next(one.writing for one in staged if one.target.parent == folder)):
                journal.write(folder)
        for one in staged:
            with _Failure(one.writing):
                _refuse_unless(one.writing, one.writing.held, one.old)
                put(one.target, one.temporary, gone=one.writing.content is None)
                done.append(one)
    except BaseException:
        for one in done:
            put_back(one)
        raise
    finally:
        journal.remove()


def _refuse_unless(writing: Writing, now: bytes | None, expected: bytes | None) -> None:
    if expected not in (None, now):
        hint = "Nothing is written: run it again."
        raise PgnormError("the file was changed by something else meanwhile", place=writing.label, hint=hint)


def _refuse_if_there(writing: Writing) -> None:
    if writing.new and os.path.lexists(writing.path):
        hint = "Nothing is written: run it again."
        raise PgnormError("the file was made by something else meanwhile", place=writing.label, hint=hint)


class _Failure:
    """A context that turns the failures of writing a file into what is said to a person."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, OSError):
            folder = self._writing.path.parent
            hint = None
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                hint = "Make room and run it again."
            elif error.errno == errno.ENOENT and not os.path.isdir(self._writing.target.parent):
                hint = f"Make the folder first: mkdir -p {folder}"
            message = f"cannot write the file: {error.strerror or error}"
            raise PgnormError(message, place=self._writing.label, hint=hint) from error
