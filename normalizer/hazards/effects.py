"""Effects of one statement on relations that were there before it, and the hazards among them."""

from enum import IntEnum, StrEnum
from typing import Final

from pgnorm.catalog.model import Value


class Lock(IntEnum):
    """The modes of a table lock, from the weakest to the strongest (lockdefs.h)."""

    ACCESS_SHARE = 1
    ROW_SHARE = 2
    ROW_EXCLUSIVE = 3
    SHARE_UPDATE_EXCLUSIVE = 4
    SHARE = 5
    SHARE_ROW_EXCLUSIVE = 6
    EXCLUSIVE = 7
    ACCESS_EXCLUSIVE = 8

    @property
    def said(self) -> str:
        """Its name in Postgres' documentation: `SHARE ROW EXCLUSIVE`."""
        return self.name.replace("_", " ")


BLOCKS_WRITES: Final = Lock.SHARE
"""The weakest lock that an INSERT, UPDATE or DELETE waits for."""
BLOCKS_READS: Final = Lock.ACCESS_EXCLUSIVE
"""The lock that a SELECT waits for."""


class Hazard(StrEnum):
    """A hazard, by the word that options and comments know it by."""

    LOSES_DATA = "loses-data"
    """Stored data is lost: `DROP TABLE`, `DROP COLUMN`, a type with less room."""
    REWRITES_TABLE = "rewrites-table"
    """All rows are written anew, with all indexes."""
    SCANS_TABLE = "scans-table"
    """All rows are read, to check them or to build an index."""
    BLOCKS_WRITES = "blocks-writes"
    """Writers wait until that is done."""
    BLOCKS_READS = "blocks-reads"
    """Readers wait too."""
    MAY_FAIL_ON_ROWS = "may-fail-on-rows"
    """Rows that are there can make it fail."""
    NEEDS_COMMIT = "needs-commit"
    """A value that it adds can be used only after a commit: `ALTER TYPE … ADD VALUE`."""
    NOT_IN_TRANSACTION = "not-in-transaction"
    """It can't run in a transaction: `CREATE INDEX CONCURRENTLY`."""
    CHANGES_ACCESS = "changes-access"
    """A role may do more, or less, than before."""
    BREAKS_CALLERS = "breaks-callers"
    """A body that stays names what is gone, arguments have other names, or other code may name what goes."""


class Effect(Value):
    """Effect of a statement on one relation. `measured` where a server was asked, else a rule says so."""

    relation: str
    """`public.contacts`."""
    lock: Lock | None = None
    """The strongest lock that it takes, None where the transaction has that by then."""
    held: Lock | None = None
    """The strongest lock that the transaction has on it while the statement runs."""
    rewrites: bool = False
    scans: bool = False
    measured: bool = False

    @property
    def hazards(self) -> frozenset[Hazard]:
        """The hazards of it. A lock that lasts a moment is none: only one under which all rows are read or written."""
        found = set()
        if self.rewrites:
            found.add(Hazard.REWRITES_TABLE)
        elif self.scans:
            found.add(Hazard.SCANS_TABLE)
        lock = self.held or self.lock
        if found and lock is not None:
            if lock >= BLOCKS_WRITES:
                found.add(Hazard.BLOCKS_WRITES)
            if lock >= BLOCKS_READS:
                found.add(Hazard.BLOCKS_READS)
        return frozenset(found)
