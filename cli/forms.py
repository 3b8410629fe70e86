"""Forms of the documents that tell something, but for those of comparisons and of fleets."""

from collections.abc import Sequence
from typing import Literal, TypeAlias, TypedDict

from pgnorm.normalizer.applying.standing import State


class ErrorSaid(TypedDict):
    """Something that could not be done."""

    message: str
    place: str | None
    hint: str | None


class Errors(TypedDict):
    """All that could not be done, in the place of what a command prints otherwise."""

    version: Literal[1]
    pgnorm: str
    errors: list[ErrorSaid]


class PermissionSaid(TypedDict):
    """A privilege that a role has on an object."""

    role: str
    kind: str
    schema: str
    name: str
    privilege: str
    columns: Sequence[str]
    rows: str | None
    policies: Sequence[str]
    runs_as: str | None
    past_row_security_of: Sequence[str]


class AccessTable(TypedDict):
    """All that roles may do."""

    version: Literal[1]
    permissions: list[PermissionSaid]


class CommitSaid(TypedDict):
    """The commit that a line comes from."""

    name: str
    author: str
    date: str
    summary: str


class EventSaid(TypedDict):
    """A statement of a migration, and what it did to an object."""

    place: str
    statement: str
    what: list[str]
    commit: CommitSaid | None


class ObjectSaid(TypedDict):
    """An object by its kind and name."""

    kind: str
    name: str


class ObjectBlamed(ObjectSaid):
    """An object with the statements that decide on it, and the places where schema files make it."""

    migrations: list[EventSaid]
    files: list[str]


class Blame(TypedDict):
    """The migrations that made objects what they are."""

    version: Literal[1]
    objects: list[ObjectBlamed]


class ObjectEvent(EventSaid):
    """A statement of a migration, and what it did to this object."""

    kind: str
    name: str


class Log(TypedDict):
    """All that migrations did to objects."""

    version: Literal[1]
    events: list[ObjectEvent]


class StandingSaid(TypedDict):
    """A migration beside a database's history."""

    version: str
    name: str
    file: str | None
    state: State
    out_of_order: bool
    changed: bool
    statements_done: int


class MigrationList(TypedDict):
    """The migrations of the folder, and those of the history."""

    version: Literal[1]
    migrations: list[StandingSaid]


class DifferenceSaid(ObjectSaid):
    """An object that differs."""

    change: str
    what: list[str]


class Retold(TypedDict):
    """A migration that was applied in another text; its differences are null where the file does not load."""

    version: str
    differences: list[DifferenceSaid] | None


class ChangeByHand(DifferenceSaid):
    """A change that no applied migration made, with those that had to do with the object."""

    made: str | None
    pending: str | None
    same: bool
    said: str


class Drift(TypedDict):
    """Differences of a database from its migrations, and how they came about."""

    version: Literal[1]
    database: str
    at: str | None
    guessed: bool
    migrations: list[StandingSaid]
    without_statements: list[str]
    applied_otherwise: list[Retold]
    changes: list[ChangeByHand]
    roles: list[str]


LogOrDrift: TypeAlias = Log | Drift
"""Prints of `pgnorm log`: of objects, and of a database."""


class FindingSaid(TypedDict):
    """Something that a project does not hold to."""

    rule: str
    message: str
    file: str
    line: int
    column: int
    level: str
    cure: str


class Findings(TypedDict):
    """All that a project does not hold to."""

    version: Literal[1]
    findings: list[FindingSaid]


class DiagnosisSaid(TypedDict):
    """State of one thing, and what to do about it."""

    about: str
    state: str
    said: str
    cure: str


class Diagnoses(TypedDict):
    """All that a run would work with."""

    version: Literal[1]
    pgnorm: str
    found: list[DiagnosisSaid]


class MoveSaid(TypedDict):
    """A migration and the file that it is in afterwards."""

    file: str
    to: str
    certified: bool


class Rebased(TypedDict):
    """Migrations of a branch, put behind those of another, or replaced by `files`."""

    version: Literal[1]
    since: str
    dry_run: bool
    migrations: list[MoveSaid]
    replaced: list[str]
    files: list[str]
