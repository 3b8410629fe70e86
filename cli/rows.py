"""Data statements of files, as a person is told of them: no definition says what they do."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.counting import first_of
from pgnorm.catalog.quoting import remark

from .output import Console, plural

if TYPE_CHECKING:
    from pgnorm.normalizer.comparison import Call, Comparison
    from pgnorm.normalizer.load.data_statements import DataStatement

_PLACES: Final = 3


def lines(found: "Iterable[DataStatement]") -> Iterator[str]:
    """A line for each target: `2 calls of cron.schedule: 'nightly', 'hourly' (a.sql:2:1, a.sql:3:1)`."""
    from pgnorm.normalizer.review.data import by_target

    for (call, target), some in by_target(found).items():
        what = f"{plural(len(some), 'call')} of" if call else f"{plural(len(some), 'statement')} on the rows of"
        names = ", ".join(dict.fromkeys(each.named for each in some if each.named))
        places = first_of([each.place for each in some], _PLACES)
        yield f"{what} {target}{f': {names}' if names else ''} ({places})"


def tell_rows(console: Console, title: str, found: "Sequence[DataStatement]") -> None:
    """Say a title and the lines below it, nothing where there are none."""
    console.listing(title, list(lines(found)))


def tell_data(console: Console, comparison: "Comparison") -> None:
    """Say which statements of the files the migration gets by --calls, and which none gets."""
    written = [each for call in comparison.calls for each in call.does]
    tell_rows(console, "Calls of the files, behind the plan and outside of what is proved:", written)
    for call in comparison.calls:
        if any(each.secret for each in call.does):
            console.warn(f"{call.place}: its arguments, which may be secrets, are in the migration for all to read")
    title = "Not part of a diff, which is about definitions (--calls writes calls; write what else matters by hand):"
    tell_rows(console, title, [each for each in comparison.uncarried if each not in written])


def calls_text(calls: "Sequence[Call]") -> str:
    """The calls as they end a migration, each below the place that says it; empty where there are none."""
    if not calls:
        return ""
    said = "".join(f"\n{remark(call.place)}\n{call.sql}\n" for call in calls)
    return f"-- Calls of the schema files, outside of what is proved\n{said}"


def tell_updates(console: Console, comparison: "Comparison") -> None:
    """Say which extensions get another version."""
    lines = [f"{each.item.kind} {each.item.label}: to {each.version}" for each in comparison.updates]
    console.listing("Updated to another version, behind the plan and outside of what is proved:", lines)


def updates_text(comparison: "Comparison") -> str:
    """The updates as they end a migration; empty where there are none."""
    said = "".join(f"{each.sql}\n" for each in comparison.updates)
    return f"-- Updates of extensions, outside of what is proved\n\n{said}" if said else ""
