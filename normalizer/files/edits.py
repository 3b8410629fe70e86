"""Edits applied back to front, proved to leave every other character alone, and files written all or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pgnorm.catalog.model import Value, untold

from .staging import Writing
from .writing import write_all

if TYPE_CHECKING:
    from pathlib import Path

    from .reading import SourceFile

_BOM = "\ufeff"


class Edit(Value):
    """The characters from `start` to `stop` become `text`."""

    start: int
    stop: int
    text: str = untold()


def apply(text: str, edits: Sequence[Edit]) -> str:
    """The text with the edits made.

    Raises ValueError for edits that overlap, and should any character outside of them not stand.
    """
    ordered = sorted(edits, key=lambda edit: (edit.start, edit.stop))
    pieces: list[str] = []
    end = len(text)
    for edit in reversed(ordered):
        pieces += [text[edit.stop : end], edit.text]
        end = edit.start
    changed = "".join(reversed([*pieces, text[:end]]))
    _prove(text, changed, ordered)
    return changed


def _prove(old: str, new: str, ordered: Sequence[Edit]) -> None:
    """Walks both texts from the front, which is not how `apply` made the new one."""
    at_old = at_new = 0
    for edit in ordered:
        if not at_old <= edit.start <= edit.stop <= len(old):
            raise ValueError(f"edits overlap at {edit.start}")
        kept = edit.start - at_old
        if old[at_old : edit.start] != new[at_new : at_new + kept]:
            raise ValueError(f"text before {edit.start} changed")
        at_old, at_new = edit.stop, at_new + kept + len(edit.text)
    if old[at_old:] != new[at_new:]:
        raise ValueError(f"text after {at_old} changed")


class Rewrite(Value):
    """A file and the text that is to take its place."""

    source: SourceFile
    text: str = untold()
    new: bool = False
    """True if there is no such file yet."""

    @property
    def changed(self) -> bool:
        return self.text != self.source.text


def write(rewrites: Sequence[Rewrite]) -> frozenset[Path]:
    """Write the files that change, all or none; those that are written. The others say by now what they are to say.

    Raises PgnormError where one can't be written or is not what it was when it was read.
    """
    return frozenset(one.target for one in write_all(writings(rewrites)))


def writings(rewrites: Sequence[Rewrite]) -> list[Writing]:
    """Writings of the files that change, each for as long as it is what was read."""
    found = (
        Writing(
            path=rewrite.source.path,
            content=encoded(rewrite.source, rewrite.text),
            expected=None if rewrite.new else encoded(rewrite.source, rewrite.source.text),
            new=rewrite.new,
            label=rewrite.source.label,
        )
        for rewrite in rewrites
        if rewrite.changed and rewrite.source.path is not None
    )
    # One file may be declared under two names.
    return list({(one.target, one.content): one for one in found}.values())


def unified(rewrite: Rewrite) -> str:
    """Changes of a file, as a unified diff that `patch` takes."""
    return unified_texts(rewrite.source.text, rewrite.text, rewrite.source.label)


def unified_texts(old: str, new: str, label: str) -> str:
    """Differences between two texts of one name, likewise."""
    from difflib import unified_diff

    lines = unified_diff(_lines(old), _lines(new), f"a/{label}", f"b/{label}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    # str.splitlines would also split at a form feed or a line separator inside of a literal.
    return [line + "\n" for line in text.split("\n")[:-1]] + ([last] if (last := text.rpartition("\n")[2]) else [])


def encoded(source: SourceFile, text: str) -> bytes:
    """A text as the bytes of the file that it stands for, with its byte order mark."""
    return (_BOM * source.bom + text).encode()
