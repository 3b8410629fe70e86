"""Messages for a person about definitions that are made canonical."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from pgnorm.catalog.model import Value

from ..files.edits import Edit
from ..load.adaptation import Level
from ..sql.statements import split
from .definitions import Definition
from .header import header_of
from .stored_bodies import Body

if TYPE_CHECKING:
    from .inputs import Chosen


class Message(Value):
    """Something that a person should know about one definition."""

    level: Level
    place: str
    text: str


def messages(
    chosen: Chosen,
    definitions: Sequence[Definition],
    notes: Mapping[tuple[str, int], str],
    edits: Mapping[Definition, Edit],
    bodies: Mapping[Definition, Body],
    *,
    written: bool,
) -> Iterator[Message]:
    """Messages that a person should have of the definitions; `notes` are those of statements that made none."""
    for one in definitions:
        if one.obstacle:
            yield Message(level="note", place=one.place, text=f"{one.routine.label} is {one.obstacle}")
        for warning in one.warnings:
            yield Message(level="warning", place=one.place, text=f"{one.routine.label}: {warning}")
        if one in edits and one.header.dropped:
            dropped = ", ".join(one.header.dropped)
            text = f"{one.routine.label} is stored without what the file said: {dropped}"
            yield Message(level="note", place=one.place, text=text)
        if one in bodies:
            level: Level = "note" if bodies[one].taken else "warning"
            said = bodies[one].message(written=written)
            yield Message(level=level, place=one.place, text=f"{one.routine.label}: {said}")
    known = {(one.source.label, one.statement.start) for one in definitions}
    for file in chosen.files:
        if file.label in chosen.rewritten:
            for statement in split(file.text, label=file.label):
                at = (file.label, statement.start)
                note = notes.get(at)
                if note is None and at not in known and header_of(file.text, statement):
                    note = "left as it is: it did not run, since a later statement defines it otherwise"
                if note is not None:
                    yield Message(level="note", place=file.place(statement.start), text=note)
