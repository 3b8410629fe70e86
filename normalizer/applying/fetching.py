"""Migration files written from what a history remembers."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from pgnorm.catalog.errors import PgnormError

from ..files.reading import SourceFile, shown
from ..files.staging import Writing
from ..project.forms import Migrations
from ..sql.statements import comments
from .interfaces import Row
from .pieces import applicable

_FILE: Final = re.compile(r"[0-9]+[^/\0\n\r]*\.sql")


def files_of(rows: Iterable[Row], folder: Path, found: Migrations) -> Iterator[Writing]:
    """The files of migrations that have statements in the history and that no other run has written meanwhile.

    Raises PgnormError for a version or name that makes no file name or that of another file, and for statements that no
    file tells apart.
    """
    taken: set[str] = set()
    for row in rows:
        if row.statements is None:
            continue
        name = (found.named or "").format(version=row.version, name=row.name)
        path = folder / name
        if _FILE.fullmatch(name) is None or found.version_of(name) != row.version:
            raise _refused(row, name, "is no file's name, or one of another version")
        # A link that leads nowhere would be written through.
        there = os.path.lexists(path)
        content = _text(row, path).encode()
        if name in taken or (there and not (path.is_file() and path.read_bytes() == content)):
            raise _refused(row, name, "is there already")
        taken.add(name)
        if not there:
            yield Writing(path=path, content=content, label=shown(path))


def _refused(row: Row, name: str, reason: str) -> PgnormError:
    return PgnormError(
        f"the history has a migration of version {row.version!r}, whose file would be called {name!r}, which {reason}",
        hint="Write a file for it by hand, or correct the row: `pgnorm migration repair`.",
    )


def _text(row: Row, path: Path) -> str:
    statements = row.statements or ()
    with suppress(PgnormError):  # the text ends within a literal or a comment
        text = text_of(statements)
        source = SourceFile(path=path, label=shown(path), text=text)
        if applicable(row.version, row.name, source).texts == _bare(statements):
            return text
    raise PgnormError(
        f"the statements of {row.version} in the history can't be told apart again once they are in a file",
        place=shown(path),
        hint="Write that file by hand.",
    )


def text_of(statements: Iterable[str]) -> str:
    """The text of a file with these statements of a history."""
    return "".join(f"{statement}{_end(statement)}\n" for statement in statements)


def _end(statement: str) -> str:
    """The semicolon, on a line of its own where a comment would hide it."""
    found = comments(statement)
    hidden = found and found[-1].end == len(statement) and statement.startswith("--", found[-1].start)
    return "\n;" if hidden else ";"


def _bare(statements: Sequence[str]) -> list[str]:
    return [bare for statement in statements if (bare := statement.strip())]
