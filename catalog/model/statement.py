"""A statement that changes a database, and what is known of it."""

from collections.abc import Iterable, Iterator
from enum import Flag, auto
from typing import TypeAlias

from .declaring import Value
from .identity import ObjectId


class OnRows(Flag):
    """Effects of a statement on the rows that are there."""

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
    remark: str = ""
    """The comment above it, a `--` line or several."""
    on_rows: OnRows = OnRows.NOTHING
    rows_of: tuple[ObjectId, ...] = ()
    """The relations whose rows can make it fail, where that is not only what it alters: `ATTACH PARTITION "p" …`, the
    default partition too."""
    commits: bool = False
    """True if its result can be used only after a commit: `ALTER TYPE "mood" ADD VALUE 'glad'`."""
    opaque: bool = False
    """True if it may name what comes later, in code that nobody looks into: `CREATE FUNCTION "f"() … AS $$ … $$`."""
    satellite: bool = False
    """True if it says an owner, a comment, privileges or the like, by which nothing that uses the object can tell."""
    apart: bool = False
    """True if a blank line sets it apart from the statement before it."""
    combines: "tuple[Statement, ...]" = ()
    """The statements that it stands for: one ALTER TABLE with several actions."""
    alone: bool = False
    """True if it can't run in a transaction: `DROP INDEX CONCURRENTLY "i"`."""
    patient: bool = False
    """True if nobody waits behind it while it waits for a lock itself: `ALTER TABLE "t" VALIDATE CONSTRAINT "c"`."""
    about: ObjectId | None = None
    """The object that it is about; a plan says so."""

    @property
    def text(self) -> str:
        """The statement below its comment."""
        return f"{self.remark}\n{self.sql}" if self.remark else self.sql


Written: TypeAlias = str | Statement
"""A statement; plain text where there is no more to say of it."""
Script: TypeAlias = Written | tuple[Written, ...]
"""One statement or several in order, no text for none: `CREATE TABLE …`, then `ALTER TABLE … SET STORAGE …`."""


def stated(written: Written) -> Statement:
    """The statement with what is said of it."""
    return Statement(sql=written.strip()) if isinstance(written, str) else written


def about(name: ObjectId, written: Iterable[Written]) -> Iterator[Statement]:
    """The statements; those that don't say what they are about are about this."""
    return (each if each.about else each.evolve(about=name) for each in map(stated, written))


def statements(script: Script) -> tuple[Statement, ...]:
    """Each statement by itself."""
    found = script if isinstance(script, tuple) else (script,) if script else ()
    return tuple(map(stated, found))


def paragraphs(*texts: str) -> tuple[Statement, ...]:
    """Statements that a blank line sets apart, those that are not empty."""
    return tuple(Statement(sql=text, apart=True) for text in texts if text)


def joined(found: tuple[Statement, ...]) -> str:
    """The text of statements in order, without a line end behind the last."""
    later = "".join(f"{chr(10) * (1 + each.apart)}{each.text}" for each in found[1:])
    return found[0].text + later if found else ""


def printed(script: Script) -> str:
    """The text of a script in a dump: each statement on lines of its own, one that is plain text alone as it is."""
    if isinstance(script, str):
        return script
    return "".join(f"{chr(10) * each.apart}{each.text}\n" for each in statements(script))
