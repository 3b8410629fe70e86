"""Reads SQL files: UTF-8 or refused, with every byte of the text kept."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, Literal, TypeAlias

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value

_BOM = b"\xef\xbb\xbf"
_CALLED: Final[dict[Path, str]] = {}

FileKind: TypeAlias = Literal["declared", "migrations", "script"]
"""Kind of files, by how statements meet that come too early: in those of a schema that is `declared` and of a `script`
they wait for the rest, in `migrations` each runs at its place."""


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """The line and the column of the character at `offset`, both counted from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


class SourceFile(Value):
    """One SQL text and the name under which messages speak of it.

    `text` holds the file's characters with their own line ends; a byte order mark is left out of it and
    remembered in `bom`. `path` is None for text that came from elsewhere, such as standard input.
    """

    path: Path | None
    label: str
    text: str
    bom: bool = False

    def place(self, offset: int) -> str:
        """`label:line:column` of the character at `offset`."""
        line, column = line_and_column(self.text, offset)
        return f"{self.label}:{line}:{column}"


def read_file(path: Path, *, label: str | None = None, limit: int = -1) -> SourceFile:
    """Reads the file at `path`, named `label` in messages (the path itself by default), but for a `limit` no more than
    a byte beyond it.

    Raises PgnormError where the file can't be read, is larger than that, is not UTF-8 or holds a NUL.
    """
    name = label or str(path)
    content = read_bytes(path, label=name, at_most=limit + 1 if limit >= 0 else -1)
    if limit >= 0:
        refuse_larger(content, limit, name)
    return decode_file(content, path=path, label=name)


def read_bytes(path: Path, *, label: str, at_most: int = -1) -> bytes:
    """The bytes of the file at `path`, named `label` in messages: all, or the first so many.

    Raises PgnormError where it can't be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(at_most)
    except OSError as error:
        raise PgnormError(f"cannot read the file: {error.strerror or error}", place=label) from error


def refuse_larger(content: bytes, limit: int, label: str) -> None:
    """Raise PgnormError for more than so many bytes."""
    if len(content) > limit:
        raise PgnormError(f"it is larger than {limit >> 20} MB", place=label, hint="Is it the right file?")


def real_path(path: Path) -> Path:
    """The path without links. Unlike `Path.resolve` it takes links that lead in a circle as they are."""
    return Path(os.path.realpath(path))


def call(folder: Path, name: str) -> None:
    """Have messages say `name` before the path of what is below a folder, which nobody knows by its own."""
    _CALLED[folder] = name


def shown(path: Path) -> str:
    """Name of a path in messages: from the working directory where that is shorter."""
    for folder, name in _CALLED.items():
        if path.is_relative_to(folder):
            return f"{name}{path.relative_to(folder).as_posix()}"
    return min(os.path.relpath(path), str(path), key=len)


def sql_files(folder: Path) -> tuple[Path, ...]:
    """The .sql files below a folder, sorted by path as the bytes compare; links that lead nowhere are among them.

    Raises PgnormError for a folder that can't be read.
    """

    def refuse(error: OSError) -> None:
        raise PgnormError(f"cannot read the folder: {error.strerror}", place=str(error.filename)) from error

    found = (
        Path(here, name)
        for here, _, names in os.walk(folder, onerror=refuse)
        for name in names
        if name.endswith(".sql")
    )
    return tuple(
        sorted((path for path in found if path.is_file() or path.is_symlink()), key=lambda path: path.as_posix())
    )


def decode_file(content: bytes, *, path: Path | None, label: str) -> SourceFile:
    """The file that consists of the bytes `content`; refuses what `read_file` refuses."""
    bom = content.startswith(_BOM)
    if bom:
        content = content[len(_BOM) :]
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        line, column = line_and_column(before, len(before))
        raise PgnormError(
            f"the file is not UTF-8: byte 0x{content[error.start]:02x}",
            place=f"{label}:{line}:{column}",
            hint="Save the file as UTF-8.",
        ) from error
    source = SourceFile(path=path, label=label, text=text, bom=bom)
    nul = text.find("\0")
    if nul >= 0:
        raise PgnormError("the file holds a NUL character, which no Postgres text can", place=source.place(nul))
    return source
