"""Renames that follow from another: of a column's sequence, which Postgres names after table and column, and of the
column of a view that shows what is renamed."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pgnorm.catalog.model import Catalog, Object, ObjectId
from pgnorm.catalog.model.row_facets import Counting

from ..compare.called import path_of
from .resolving import Renaming


def followers(renamings: Sequence[Renaming], old: Catalog, new: Catalog) -> tuple[Renaming, ...]:
    """Renames that follow from these; `old` is what they have made of the old side."""
    return (*_counters(old, new), *_columns({(each.path[-1], each.name) for each in renamings}, old, new))


def _columns(names: set[tuple[str, str]], old: Catalog, new: Catalog) -> Iterator[Renaming]:
    """The columns of views that had a name and get one that are of what is renamed, at their places."""
    for whole, parts in old.parts.items():
        after = new.parts.get(whole, ()) if whole in new.objects and new.objects[whole].disposable else ()
        if len(after) != len(parts):
            continue
        for before, now in zip(parts, after, strict=True):
            derived = before.placement.derived and now.placement.derived
            if derived and (before.name, now.name) in names and before.kind == now.kind:
                yield _renaming(before, now)


def _renaming(before: Object, after: Object) -> Renaming:
    return Renaming(path=path_of(before), name=after.name, old=before, new=after, statements=before.rename(after.name))


def _counters(old: Catalog, new: Catalog) -> tuple[Renaming, ...]:
    """The renames of what counts for a part that is on both sides, and has another name there: one gone, one new."""
    gone = _of_whole(old, new)
    come = _of_whole(new, old)
    pairs = ((item, come[whole]) for whole, item in gone.items() if whole in come)
    return tuple(
        _renaming(before, after) for before, after in pairs if before.kind == after.kind and before.rename(after.name)
    )


def _of_whole(catalog: Catalog, other: Catalog) -> dict[ObjectId, Object]:
    """Counters that the other side lacks, by what they count for, where that is there and has one such alone."""
    found = [
        (item.parent, item)
        for item in catalog.objects.values()
        if isinstance(item, Counting) and item.id not in other.objects and item.parent is not None
    ]
    counts = Counter(whole for whole, _ in found)
    return {whole: item for whole, item in found if whole in other.objects and counts[whole] == 1}
