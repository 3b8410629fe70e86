"""Documents of a fleet for programs: what `pgnorm fleet check --json` and `pgnorm fleet up --json` print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal, TypedDict

from ..review.document import document
from ..review.form import Document
from .wording import headline

if TYPE_CHECKING:
    from pgnorm.catalog.errors import PgnormError

    from .checking import Checked, Group
    from .tenants import Tenant

DOCUMENT_VERSION: Final = 1


class Failed(TypedDict):
    """Failure of something with a database."""

    name: str
    message: str
    place: str | None
    hint: str | None


class GroupSaid(TypedDict):
    """Databases that are alike."""

    databases: Sequence[str]
    said: str
    equal: bool
    lacking: Sequence[str]
    unknown: Sequence[str]
    begun: Sequence[str]
    drift: Sequence[str] | None
    differences: Sequence[str]
    comparison: Document | None
    failure: Failed | None


class FleetSaid(TypedDict):
    """A fleet beside what it is to be."""

    version: Literal[1]
    to: str
    databases: int
    groups: list[GroupSaid]
    unread: list[Failed]


class Moved(TypedDict):
    """A database, and versions of migrations."""

    name: str
    versions: Sequence[str]


class RunSaid(TypedDict):
    """Migrations applied to a fleet."""

    version: Literal[1]
    dry_run: bool
    up_to_date: list[str]
    applied: list[Moved]
    failed: list[Failed]
    not_begun: list[Moved]
    left_out: list[Failed]


def fleet_document(checked: Checked, target: str) -> FleetSaid:
    """The fleet for a program."""
    return {
        "version": DOCUMENT_VERSION,
        "to": target,
        "databases": sum(len(each.names) for each in checked.groups) + len(checked.unread),
        "groups": [_said(each, target) for each in checked.groups],
        "unread": [failed(name, error) for name, error in checked.unread],
    }


def failed(name: str, error: PgnormError) -> Failed:
    """The failure of something with a database of this name, for a program."""
    return {"name": name, "message": error.message, "place": error.place, "hint": error.hint}


def _said(group: Group, target: str) -> GroupSaid:
    first, comparison = group.names[0], group.comparison
    return {
        "databases": group.names,
        "said": headline(group, target),
        "equal": group.equal,
        "lacking": group.lacking,
        "unknown": group.unknown,
        "begun": group.begun,
        "drift": group.drift,
        "differences": group.differences,
        "comparison": document(comparison, first, target, ()) if comparison is not None and not group.equal else None,
        "failure": failed(first, group.failure) if group.failure is not None else None,
    }


def run_document(
    lacking: Mapping[Tenant, Sequence[str]],
    applied: Mapping[Tenant, Sequence[str]],
    failures: Mapping[Tenant, PgnormError],
    left_out: Mapping[Tenant, PgnormError],
    *,
    dry_run: bool,
) -> RunSaid:
    """The outcome of migrations applied to a fleet, for a program. `lacking` is what each lacked before."""
    rest = [each for each, versions in lacking.items() if versions and each not in applied and each not in failures]
    return {
        "version": DOCUMENT_VERSION,
        "dry_run": dry_run,
        "up_to_date": [each.name for each, versions in lacking.items() if not versions],
        "applied": [{"name": each.name, "versions": versions} for each, versions in applied.items()],
        "failed": [failed(each.name, error) for each, error in failures.items()],
        "not_begun": [{"name": each.name, "versions": lacking[each]} for each in rest],
        "left_out": [failed(each.name, error) for each, error in left_out.items()],
    }
