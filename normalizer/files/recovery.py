"""The leftovers of killed runs in one folder, seen to."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pgnorm.catalog.interrupts import held

from .folders import alone_in
from .journals import Entry, Journal, journals_in, names_in, read_journal
from .reading import shown
from .staging import put, staged_in


def recover(folder: Path) -> Iterator[str]:
    """See to the journals and the staged files in a folder; yields what a person should know. Raises OSError."""
    for path in sorted(journals_in(folder)):
        yield from _see_to(path)
    if any(staged_in(folder)):
        yield from _clear(folder)


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
            put(entry.target, entry.staged, gone=entry.after is None)
        for entry in left:
            entry.staged.unlink(missing_ok=True)
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
