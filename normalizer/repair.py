"""What runs that were killed have left beside files: finished where that is safe, told where it is not."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from pgnorm.catalog.interrupts import held

from .files import real_path, shown
from .folders import alone_in
from .journals import Entry, Journal, journals_in, names_in, read_journal
from .staging import staged_in


def repair(folders: Iterable[Path]) -> Iterator[str]:
    """See to what killed runs have left in these folders; yields what a person should know.

    Files that were to be replaced together are, if each is as it was or as it is to be; nothing that somebody has
    changed since is touched. Where a folder can't be read, written in or held, nothing is done.
    """
    for folder in dict.fromkeys(map(real_path, folders)):
        with suppress(OSError):
            for path in sorted(journals_in(folder)):
                yield from _see_to(path)
            if any(staged_in(folder)):
                yield from _clear(folder)


def around(path: str | Path) -> tuple[Path, ...]:
    """The folder of a file, or a folder and those below it; none of what is not there."""
    if os.path.isdir(path):
        return tuple(Path(here) for here, _, _ in os.walk(path))
    return (Path(path).parent,) if os.path.exists(path) else ()


def _see_to(path: Path) -> Iterator[str]:
    try:
        journal = read_journal(path)
        if journal is None or (not journal.own and any(entry.staged.exists() for entry in journal.entries)):
            yield f"{shown(path)} is no journal of a run of yours in this folder: nothing is done with it, delete it"
        elif not journal.own:
            path.unlink(missing_ok=True)
        else:
            with alone_in(journal.folders) as alone, held():
                said = _finish(journal) if alone and path.exists() else None
            if said:
                yield said
    except OSError as error:
        yield f"{shown(path)}, which a run that was killed has left, can't be seen to: {error.strerror or error}"


def _finish(journal: Journal) -> str | None:
    """Put what is staged into its place, or take it away where that does not fit any more; says which."""
    done = [entry for entry in journal.entries if entry.is_done]
    ready = [entry for entry in journal.entries if entry not in done and entry.is_ready]
    changed = [entry for entry in journal.entries if entry not in done and entry not in ready]
    left = journal.own
    if changed:
        for entry in left:
            entry.staged.unlink()
        said = f"a run that was killed has not written {_names(left)}"
        said += (f", but {_names(done)}" if done else "") + f": {_names(changed)} was changed since"
    else:
        for entry in ready:
            os.replace(entry.staged, entry.target)
        said = f"a run that was killed had begun to write {_names(journal.entries)}: that is finished now"
    journal.remove()
    return said if left else None


def _clear(folder: Path) -> Iterator[str]:
    with alone_in([folder]) as alone:
        named = names_in(journals_in(folder))
        found = [path for path in staged_in(folder) if path not in named] if alone else []
        for path in found:
            path.unlink(missing_ok=True)
    if found:
        yield f"removed what a run that was killed had not finished: {', '.join(map(shown, found))}"


def _names(entries: Iterable[Entry]) -> str:
    return ", ".join(shown(entry.target) for entry in entries)
