"""Routines whose canonical text means another thing where files are read: a name of Postgres' own is another's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Self

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Object, ObjectId, Printing, Target, printed

from ..compare.misread import misread
from ..sql.bare import bare_names

if TYPE_CHECKING:
    from ..compare.difference import Difference
    from ..files.edits import Edit
    from .definitions import Definition


class ChangedMeaning(PgnormError):
    """A refusal of rewritten files that make other objects than they did."""

    found: Sequence[Difference] = ()

    @classmethod
    def of(cls, error: PgnormError, found: Sequence[Difference]) -> Self:
        """The refusal, with the differences from what the files made before."""
        refusal = cls(error.message, place=error.place, hint=error.hint)
        refusal.found = tuple(found)
        return refusal


def misread_in(
    edits: Mapping[Definition, Edit], namesakes: Collection[str], error: PgnormError, target: Target
) -> frozenset[ObjectId]:
    """The routines of which the error comes since names of Postgres' own with `namesakes` are in their text; none where
    it has another cause."""
    if isinstance(error, ChangedMeaning):
        pairs = ((each.old, each.new) for each in error.found)
        both = [(old, new) for old, new in pairs if old is not None and new is not None]
        guilty = {old.id for old, new in both if not _taken(old, new, target).isdisjoint(namesakes)}
        return frozenset(one.routine.id for one in edits if one.routine.id in guilty)
    # Files that don't load: Postgres names what it can't choose among.
    said = " ".join(each.message for each in (error, *error.others))
    named = {name for name in namesakes if f"{name}(" in said or f" {name} " in said}
    return frozenset(one.routine.id for one, edit in edits.items() if not named.isdisjoint(bare_names(edit.text)))


def _taken(meant: Object, made: Object, target: Target) -> frozenset[str]:
    printing = Printing(target=target)
    return misread(meant, made, ([printed(meant.create(printing))], [printed(made.create(printing))]))
