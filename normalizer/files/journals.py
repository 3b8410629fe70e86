"""Journals of files written together, which the next run finishes should this one be killed: all of them, or none.

Before the first of the files is replaced, a journal that names them all lies in each of their folders. It is taken away
when the last one is. A journal is believed only where its staged files are the very files that the run has written, by
inode and time of change, which nobody can put into a repository.
"""

import json
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Self

from pgnorm.catalog.model import Value
from pgnorm.catalog.system import NO_LINKS, NO_WAITING, owns, sync_folder

from .staging import Staged, beside, digest

_NAME: Final = re.compile(r"\.pgnorm\.[0-9a-f]{16}\.journal")
_MOST: Final = 64 * 1024 * 1024  # bytes


class Entry(Value):
    """A file that is to be replaced by a staged one, or to go."""

    target: Path
    staged: Path
    before: str | None
    """The digest of what the file held, None for no file."""
    after: str | None
    """The digest of what it is to hold, None for no file."""
    inode: int
    changed: int
    """When the staged file was last changed, in nanoseconds."""

    @property
    def is_done(self) -> bool:
        """True if the file holds its new content, or is gone."""
        return self._now() == self.after

    @property
    def is_ready(self) -> bool:
        """True if the staged file is there, whole and the one that was written, and the file as it was before."""
        whole = self.after or digest(b"")
        return self.is_own and digest(self.staged.read_bytes()) == whole and self._now() == self.before

    @property
    def is_own(self) -> bool:
        """True if the staged file is the one that was written."""
        try:
            status = self.staged.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        same = (status.st_ino, status.st_ctime_ns) == (self.inode, self.changed)
        return same and stat.S_ISREG(status.st_mode)

    def _now(self) -> str | None:
        try:
            regular = stat.S_ISREG(self.target.lstat().st_mode)
        except FileNotFoundError:
            return None
        return digest(self.target.read_bytes()) if regular else "no regular file"


class Journal(Value):
    """The files that are replaced together, and the name of their journal in each of their folders."""

    name: str
    entries: tuple[Entry, ...]

    @classmethod
    def of(cls, staged: Sequence[Staged]) -> Self:
        """The journal of files that are staged."""
        return cls(name=f".pgnorm.{os.urandom(8).hex()}.journal", entries=tuple(map(_entry, staged)))

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders of the files."""
        return tuple(dict.fromkeys(entry.target.parent for entry in self.entries))

    @property
    def own(self) -> tuple[Entry, ...]:
        """Entries whose staged file is there, and the one that the run has written. No other journal has any."""
        return tuple(entry for entry in self.entries if entry.is_own)

    def write(self, folder: Path) -> None:
        """Put the journal into a folder; one file alone needs none. Raises OSError."""
        if len(self.entries) > 1:
            text = json.dumps([_as_json(entry, folder) for entry in self.entries], indent=1)
            os.replace(beside(folder / "journal", f"{text}\n".encode(), None), folder / self.name)
            sync_folder(folder)

    def remove(self) -> None:
        """Take the journal away."""
        for folder in self.folders:
            (folder / self.name).unlink(missing_ok=True)


def journals_in(folder: Path) -> Iterator[Path]:
    """The journals in a folder."""
    return (folder / name for name in os.listdir(folder) if _NAME.fullmatch(name))


def read_journal(path: Path) -> Journal | None:
    """The journal at `path`, None where it is none of this account's, or not as a run writes it. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | NO_LINKS | NO_WAITING)
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or not owns(status) or status.st_size > _MOST:
            return None
        content = file.read()
    try:
        entries = tuple(_from_json(one, path.parent) for one in json.loads(content))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return Journal(name=path.name, entries=entries) if path.parent in {one.target.parent for one in entries} else None


def names_in(paths: Iterable[Path]) -> frozenset[Path]:
    """The staged files that journals name."""
    return frozenset(entry.staged for path in paths if (found := read_journal(path)) for entry in found.entries)


def _entry(staged: Staged) -> Entry:
    status = staged.temporary.lstat()
    return Entry(
        target=staged.target,
        staged=staged.temporary,
        before=digest(staged.old),
        after=digest(staged.writing.content),
        inode=status.st_ino,
        changed=status.st_ctime_ns,
    )


def _as_json(entry: Entry, folder: Path) -> dict[str, object]:
    return {
        "folder": os.path.relpath(entry.target.parent, folder),
        "file": os.fsdecode(entry.target.name),
        "staged": os.fsdecode(entry.staged.name),
        "before": entry.before,
        "after": entry.after,
        "inode": entry.inode,
        "changed": entry.changed,
    }


def _from_json(one: dict[str, object], folder: Path) -> Entry:
    """Raises ValueError, TypeError and KeyError for what no run has written."""
    where, target, staged, before, after, inode, changed = (
        one[key] for key in ("folder", "file", "staged", "before", "after", "inode", "changed")
    )
    if not (isinstance(where, str) and isinstance(target, str) and isinstance(staged, str)):
        raise TypeError("a name is no text")
    if not (isinstance(before, str | None) and isinstance(after, str | None)):
        raise TypeError("a digest is none")
    if not (isinstance(inode, int) and isinstance(changed, int)):
        raise TypeError("a number is none")
    if any(Path(name).name != name or name in ("", ".", "..") or "\0" in name for name in (target, staged)):
        raise ValueError("a name is a path")
    there = Path(os.path.normpath(folder / where))
    return Entry(target=there / target, staged=there / staged, before=before, after=after, inode=inode, changed=changed)
