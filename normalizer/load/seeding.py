"""The rows that a person gives the tables of a side before a plan is tried on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..files.reading import read_file, shown
from .loader import load

if TYPE_CHECKING:
    from pathlib import Path

    from ..postgres.shadow import Session
    from .context import Tell


def seed(session: Session, path: Path, tell: Tell) -> None:
    """Run a file of rows in a session that holds what they are rows of, in a database of its own: rows may need what
    is committed (an enum's value that a migration has added), and ALTER TABLE does not go with checks that wait.

    Raises PgnormError for a file that can't be read and for a statement that Postgres refuses, with its place.
    """
    file = read_file(path, label=shown(path))
    report = load(
        session.connection, [file], kind="migrations", transaction=False, check_bodies=False, power=session.power
    )
    for note in report.notes:
        tell(note.level, note.said)
