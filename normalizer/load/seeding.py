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
    """Run a file of rows in a session that holds what they are rows of.

    Raises PgnormError for a file that can't be read and for a statement that Postgres refuses, with its place.
    """
    within = bool(session.connection.info.transaction_status)
    file = read_file(path, label=shown(path))
    report = load(
        session.connection, [file], kind="migrations", transaction=within, check_bodies=False, power=session.power
    )
    for note in report.notes:
        tell(note.level, note.said)
    # ALTER TABLE does not go with checks that wait for the commit.
    session.connection.execute("set constraints all immediate")
