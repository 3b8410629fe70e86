"""A statement that changes a database, and what is known of it."""

from enum import Flag, auto
from typing import TypeAlias

from .declaring import Value


class OnRows(Flag):
    """What a statement may do to the rows that are there."""

    NOTHING = 0
    LOSES = auto()
    """It may lose what is stored: `ALTER COLUMN "n" TYPE smallint`."""
    MAY_FAIL = auto()
    """They can make it fail: `ALTER COLUMN "n" SET NOT NULL`."""
    FILLS = auto()
    """It gives the default to those that have no value: `UPDATE "t" SET "n" = DEFAULT WHERE "n" IS NULL`."""


class Statement(Value):
    """A statement with its semicolon, of which more is to be said than its text."""

    sql: str
    on_rows: OnRows = OnRows.NOTHING
    commits: bool = False
    """What it brings can be used only after a commit: `ALTER TYPE "mood" ADD VALUE 'glad'`."""


Written: TypeAlias = str | Statement
"""A statement; plain text where there is no more to say of it."""


def stated(written: Written) -> Statement:
    """The statement with what is said of it."""
    return Statement(sql=written) if isinstance(written, str) else written
