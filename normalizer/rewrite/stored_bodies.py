"""The bodies of a project's functions beside those that a source has stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pgnorm.catalog.kinds.functions import Function
from pgnorm.catalog.model import Catalog, ObjectId, Value, untold
from pgnorm.catalog.settings import setting_text

from ..compare.bodies import Difference, classify
from ..compare.difference import Difference as Pair
from .definitions import Definition


class Body(Value):
    """A body of a file that is not the stored one, byte for byte."""

    difference: Difference
    stored: str = untold()
    taken: bool
    """True if the stored bytes take its place."""

    def message(self, *, written: bool) -> str:
        """The message about it for a person, whether the files are `written` or only looked at."""
        word = self.difference.word
        if self.taken and written:
            return f"its body differed from the source's in {word}: the source's bytes are taken"
        if self.taken:
            return f"its body differs from the source's in {word}: the source's bytes would be taken"
        way_out = " (--take comments takes the source's)" if self.difference is Difference.COMMENTS else ""
        return f"its body differs from the source's in {word}: the file's stays{way_out}"


def compare(
    definitions: Sequence[Definition], made: Catalog, stored: Catalog, *, take_comments: bool
) -> dict[Definition, Body]:
    """The definitions whose bodies differ from those in `stored`.

    Of several definitions of one function, the last counts, and only if `made`, the catalog that all of them made,
    still has its body.
    """
    last: dict[ObjectId, Definition] = {definition.routine.id: definition for definition in definitions}
    return {
        definition: Body(difference=difference, stored=theirs, taken=difference in _takes(take_comments))
        for definition, theirs, difference in _pairs(last, made, stored)
    }


def _takes(take_comments: bool) -> frozenset[Difference]:
    taken = frozenset({Difference.LAYOUT, Difference.CASE, Difference.SPELLING})
    return taken | {Difference.COMMENTS} if take_comments else taken


def _pairs(
    last: dict[ObjectId, Definition], made: Catalog, stored: Catalog
) -> Iterator[tuple[Definition, str, Difference]]:
    for name, definition in last.items():
        ours, theirs, result = definition.routine, stored.objects.get(name), made.objects.get(name)
        if not (isinstance(ours, Function) and isinstance(theirs, Function) and isinstance(result, Function)):
            continue
        if (result.source, result.sql_body) != (ours.source, ours.sql_body):
            continue
        # A body in BEGIN ATOMIC is a parse tree, and what a C function has is no body: both have no other looks.
        if (ours.language, ours.sql_body, ours.binary) != (theirs.language, theirs.sql_body, theirs.binary):
            yield definition, theirs.source, Difference.MEANING
        elif (difference := classify(ours.language, ours.source, theirs.source)) is not Difference.IDENTICAL:
            yield definition, theirs.source, difference


def reworded(found: Pair) -> frozenset[str]:
    """The settings of a routine, where they differ only in how Postgres quotes the names in a list."""
    if not isinstance(found.old, Function) or not isinstance(found.new, Function):
        return frozenset()
    old, new = (tuple(map(setting_text, one.config)) for one in (found.old, found.new))
    return frozenset({"config"}) if old == new else frozenset()
