"""Forms of the documents of what a command did."""

from typing import Literal, NotRequired, TypeAlias, TypedDict

from pgnorm.normalizer.load.adaptation import Level
from pgnorm.normalizer.review.form import Document
from pgnorm.normalizer.syncing.conflicts import Choice

from .forms import ObjectSaid

Change: TypeAlias = Literal["wrote", "edited", "emptied", "removed"]
"""Fate of a file."""


class FileSaid(TypedDict):
    """A file that was changed, or would be."""

    file: str
    change: Change
    diff: NotRequired[str]


class Outcome(TypedDict):
    """Files that were changed and migrations that count as applied since, or with `dry_run` would."""

    version: Literal[1]
    dry_run: bool
    files: list[FileSaid]
    applied: list[str]


class UpOutcome(Outcome):
    """Migrations applied to a database, of those that it lacked."""

    pending: list[str]


class PushOutcome(UpOutcome):
    """Migrations applied to a database, and the files of roles and seeds that were run."""

    ran: list[str]


class RepairOutcome(Outcome):
    """Versions that a history has by now, or no longer."""

    reverted: list[str]


class FetchOutcome(Outcome):
    """Files written from a history, and versions of which it has no statements."""

    without_statements: list[str]


class SquashOutcome(Outcome, total=False):
    """One migration in the place of several; without its text where only an earlier squash was finished."""

    sql: str
    carried: list[str]
    rows: int
    tables: int


class Decision(ObjectSaid):
    """A conflict, and the side that counts."""

    counts: Choice


class SyncOutcome(Outcome):
    """Changes taken over into schema files, and conflicts decided."""

    taken: list[ObjectSaid]
    decided: list[Decision]


class PullOutcome(SyncOutcome):
    """Changes taken over into a migration and schema files, and what they are."""

    comparison: Document


class ObjectLeft(ObjectSaid):
    """An object that stays as it is written."""

    reason: str


class CanonicalOutcome(Outcome):
    """Objects put into Postgres' own words."""

    taken: list[ObjectSaid]
    left: list[ObjectLeft]


SyncOrCanonical: TypeAlias = SyncOutcome | CanonicalOutcome
"""Outcomes of `pgnorm sync`, and of it with --canonical."""


class MessageSaid(TypedDict):
    """Something to know about a definition."""

    place: str
    level: Level
    message: str


class FixOutcome(Outcome):
    """Definitions of functions as Postgres prints them: how many were rewritten, were so before, stay as written."""

    rewritten: int
    unchanged: int
    left: int
    messages: list[MessageSaid]


class FixAnswer(FixOutcome):
    """The same as a service answers it: with the files that change, as they ought to be."""

    texts: dict[str, str]
