"""Data statements of files, as a person is told of them: no definition says what they do."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from .output import Console, plural

if TYPE_CHECKING:
    from pgnorm.normalizer.load.data_statements import DataStatement

_PLACES: Final = 3


def by_target(found: "Iterable[DataStatement]") -> dict[tuple[bool, str], list[str]]:
    """The places of the statements by what they write to or (true) call."""
    places: dict[tuple[bool, str], list[str]] = {}
    for each in found:
        places.setdefault((each.call, each.target), []).append(each.place)
    return places


def lines(found: "Iterable[DataStatement]") -> Iterator[str]:
    """A line for each target: `2 statements on the rows of storage.buckets (a.sql:2:1, a.sql:3:1)`."""
    for (call, target), places in by_target(found).items():
        what = f"{plural(len(places), 'call')} of" if call else f"{plural(len(places), 'statement')} on the rows of"
        more = f" and {len(places) - _PLACES} more" if len(places) > _PLACES else ""
        yield f"{what} {target} ({', '.join(places[:_PLACES])}{more})"


def tell_rows(console: Console, title: str, found: "Sequence[DataStatement]") -> None:
    """Say a title and the lines below it, nothing where there are none."""
    console.listing(title, list(lines(found)))
