"""Three catalogs merged: the files', with what another source has changed since both were one."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import evolve

from pgnorm.catalog.model import Catalog, Object, ObjectId, Value, own_fields

from ..compare.difference import COMMENT, EXTENSIONS, LABELS, NEVER, OWNER, PRIVILEGES, Difference, changes
from ..compare.parent_order import ORDER

_FIELDS: Final = {
    OWNER: "owner",
    COMMENT: "comment",
    PRIVILEGES: "acl",
    LABELS: "labels",
    EXTENSIONS: "extensions",
}
"""The fields of satellites by their words in a difference."""


class Conflict(Value):
    """An object that the files and the source have both changed, and not alike. None is for an object that is gone."""

    item: Object
    """The object, as either side has it."""
    ours: Object | None
    theirs: Object | None
    changed: frozenset[str] = frozenset()
    """The names of the attributes on which they differ, where both have it."""
    place: str | None = None
    """The place in the files of what they say of it."""

    @property
    def message(self) -> str:
        """Both sides in words."""
        what = f"{self.item.kind} {self.item.label}"
        if self.ours is None or self.theirs is None:
            here, there = ("is gone" if side is None else "is there" for side in (self.ours, self.theirs))
            return f"{what} {here} in the files, and {there}, changed, in the source"
        said = [
            f"\n  {name}: {_shown(self.ours, name)} in the files, {_shown(self.theirs, name)} in the source"
            for name in sorted(self.changed)
        ]
        return f"{what} was changed in the files and in the source{''.join(said)}"


def _shown(item: Object, name: str) -> str:
    said = getattr(item, _FIELDS.get(name, name))
    if isinstance(said, str):
        return f"`{said}`"
    return "none" if said is None else ", ".join(map(str, said)) if isinstance(said, tuple) else str(said).lower()


class Merged(Value):
    """The catalog that the files are to make, and what stands in its way."""

    catalog: Catalog
    conflicts: tuple[Conflict, ...]


def merge(ours: Catalog, theirs: Catalog, of_ours: Sequence[Difference], of_theirs: Sequence[Difference]) -> Merged:
    """The catalog of the files with what `of_theirs` says that the source changed; `of_ours` is what the files did."""
    known = {each.item.id: each for each in of_ours}
    objects = dict(ours.objects)
    conflicts: list[Conflict] = []
    for each in of_theirs:
        name = each.item.id
        conflict = _conflict(each, known.get(name), objects.get(name))
        if conflict is not None:
            conflicts.append(conflict)
        elif each.new is None:
            objects.pop(name, None)
        else:
            objects[name] = _taken(objects.get(name), each, alone=name not in known)
    conflicts += _orphans(ours, theirs, objects, {each.item.id for each in conflicts})
    edges = dict.fromkeys((*ours.edges, *theirs.edges))
    kept = tuple(edge for edge in edges if edge.dependent in objects and edge.referenced in objects)
    return Merged(catalog=evolve(ours, objects=objects, edges=kept), conflicts=tuple(conflicts))


def _conflict(theirs: Difference, ours: Difference | None, here: Object | None) -> Conflict | None:
    """What keeps a change of the source from being taken, None where nothing does."""
    if ours is None or (theirs.new is None and here is None):
        return None
    if theirs.new is None or here is None:
        return Conflict(item=theirs.item, ours=here, theirs=theirs.new)
    both = changes(here, theirs.new)
    if theirs.old is not None and ours.old is not None:
        both &= theirs.changed & ours.changed
    return Conflict(item=theirs.new, ours=here, theirs=theirs.new, changed=both) if both else None


def _taken(here: Object | None, theirs: Difference, *, alone: bool) -> Object:
    """The object of the files with what the source has changed of it.

    If the source is `alone` in changing it, what is no difference by itself comes along: the order of a policy's roles.
    """
    assert theirs.new is not None
    if here is None or theirs.old is None:
        return theirs.new
    changed = {_FIELDS.get(name, name) for name in theirs.changed - {ORDER}}
    if not alone:
        return here.evolve(**{name: getattr(theirs.new, name) for name in changed})
    own = {field.name for field in own_fields(type(here)) if field.change not in NEVER}
    return theirs.new.evolve(**{name: getattr(here, name) for name in own.union(_FIELDS.values()) - changed})


def _orphans(
    ours: Catalog, theirs: Catalog, objects: Mapping[ObjectId, Object], known: set[ObjectId]
) -> Iterator[Conflict]:
    """Objects that one side has made or kept, and whose whole the other has dropped."""
    for name, item in objects.items():
        whole = item.parent
        if whole is None or whole in objects or name in known:
            continue
        if whole in ours.objects or whole in theirs.objects:
            yield Conflict(item=item, ours=ours.objects.get(name), theirs=theirs.objects.get(name))
