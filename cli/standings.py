"""Migrations beside a database's history of them, in words and as JSON."""

from typing import TYPE_CHECKING

from .output import plural

if TYPE_CHECKING:
    from pgnorm.normalizer.applying.standing import Standing

    from .forms import StandingSaid


def notes(each: "Standing") -> list[str]:
    """Fate of a migration there, in words: `applied`, `the file was changed since`."""
    from pgnorm.normalizer.applying.standing import State

    found: list[str] = [State.APPLIED if each.state is State.MISSING else each.state]
    if each.path is None:
        found.append("no such file")
    if each.changed:
        found.append("the file was changed since")
    if each.done:
        found.append(f"{plural(each.done, 'statement')} {'is' if each.done == 1 else 'are'} carried out")
    if each.late:
        found.append("out of order")
    return found


def standing_json(each: "Standing") -> "StandingSaid":
    """A migration as a part of a JSON document."""
    from pgnorm.normalizer.files.reading import shown

    return {
        "version": each.version,
        "name": each.name,
        "file": shown(each.path) if each.path is not None else None,
        "state": each.state,
        "out_of_order": each.late,
        "changed": each.changed,
        "statements_done": each.done,
    }
