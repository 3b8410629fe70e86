"""Data statements of files in the document of a comparison: what no migration gets, and what follows the plan."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from ..comparison import Comparison
    from ..load.data_statements import DataStatement


class NotCarried(TypedDict):
    """Statements on the rows of one table, or calls of one function."""

    what: str
    name: str
    named: list[str]
    places: list[str]


class Update(TypedDict):
    """An extension that gets another version."""

    name: str
    version: str
    sql: str


class Call(TypedDict):
    """A statement of the files that follows the plan."""

    place: str
    sql: str


def by_target(found: "Iterable[DataStatement]") -> "dict[tuple[bool, str], list[DataStatement]]":
    """The statements by what they write to or (true) call."""
    grouped: dict[tuple[bool, str], list[DataStatement]] = {}
    for each in found:
        grouped.setdefault((each.call, each.target), []).append(each)
    return grouped


def not_carried(comparison: "Comparison") -> list[NotCarried]:
    """The statements that no migration gets."""
    written = {each.place for each in comparison.calls}
    rest = (each for each in comparison.uncarried if each.place not in written)
    return [
        {
            "what": "call" if call else "rows",
            "name": target,
            "named": [each.named for each in some if each.named],
            "places": [each.place for each in some],
        }
        for (call, target), some in by_target(rest).items()
    ]


def updates_said(comparison: "Comparison") -> list[Update]:
    """The updates of extensions behind the plan."""
    return [{"name": each.item.name, "version": each.version, "sql": each.sql} for each in comparison.updates]


def calls_said(comparison: "Comparison") -> list[Call]:
    """The calls behind the plan."""
    return [{"place": call.place, "sql": call.sql} for call in comparison.calls]
