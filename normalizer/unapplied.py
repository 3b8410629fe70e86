"""Migrations of whose effect a database or the like has nothing, where no history tells which were applied."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from .compare.difference import Difference, changes, differences
from .compare.ownership import owned
from .looking import states

if TYPE_CHECKING:
    from pgnorm.catalog.model import Catalog, Object, ObjectId

    from .files.reading import SourceFile
    from .project.sources import Files, Source
    from .sides import Sides


def unapplied(sides: Sides, migrations: Files, source: Source, about: Collection[ObjectId]) -> Iterator[SourceFile]:
    """The migrations that do something to these objects, and of whose whole effect the source has nothing: it is as
    they found it, where nothing else came of it."""
    there = owned(sides.closed(source).catalog, sides.ownership)
    texts = sides.texts(migrations)
    after = [owned(each, sides.ownership) for each in states(sides.context, texts)]
    for at, file in enumerate(texts.files, start=1):
        found = differences(after[at - 1], after[at])
        if any(each.item.id in about for each in found) and _is_lacking(found, there, after[at:]):
            yield file


def _is_lacking(found: Sequence[Difference], there: Catalog, after: Sequence[Catalog]) -> bool:
    """True if of what differs something is there as it was before the migration, and else nothing as some state after
    it has it. That an object is not there tells nothing of that: its whole need not be there either."""
    others = [each for each in found if not _is_alike(each, there, each.old)]
    known = [each for each in others if each.item.id in there.objects]
    done = any(_is_alike(each, there, state.objects.get(each.item.id)) for each in known for state in after)
    return len(others) < len(found) and not done


def _is_alike(found: Difference, there: Catalog, item: Object | None) -> bool:
    """True if what differs of an object is there as this one has it: its attributes, or that there is one."""
    known = there.objects.get(found.item.id)
    if known is None or item is None:
        return known is item
    return found.changed.isdisjoint(changes(known, item))
