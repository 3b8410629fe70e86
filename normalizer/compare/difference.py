"""Differences between objects: the one relation that diff, proof, fix-functions and snapshots use."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import frozen

from pgnorm.catalog.acl import AclItem, as_grants, with_owner
from pgnorm.catalog.model import Catalog, Change, Object, ObjectId, Placement, own_fields
from pgnorm.catalog.model.dump_facets import own_comment
from pgnorm.catalog.model.facets import OwnedApart, Routine
from pgnorm.catalog.model.tie_facets import comes_with_tie

from .parent_order import ORDER, misplaced

NAME: Final = "name"
"""Word in `Difference.changed` for an object that is renamed."""
OWNER: Final = "owner"
COMMENT: Final = "comment"
PRIVILEGES: Final = "privileges"
LABELS: Final = "labels"
EXTENSIONS: Final = "extensions"
OPERATORS: Final = "operators_used"
"""Operators, which the text of an expression need not tell; an own difference only where that is the same."""
CASTS: Final = "cast_functions"
"""Functions that expressions call by casts; a difference of its own only where the text is the same."""
CALLS: Final = "called_functions"
"""Functions and operators of names that several have (see `like_named`); a difference of its own only where the text is
the same."""
BY_TEXT: Final = frozenset({CASTS, CALLS})
"""Differences that end where the same text is read anew."""
SATELLITES: Final = frozenset({OWNER, COMMENT, PRIVILEGES, LABELS, EXTENSIONS, *BY_TEXT})
"""Differences of an object beside its own attributes, named alike for every kind."""
IF_KNOWN: Final = frozenset({Change.SECRET, Change.HIDDEN, Change.STATE, Change.SAID})
"""An attribute so declared differs only where both sides have it."""
NEVER: Final = frozenset({Change.EQUAL, Change.NOTED})
_WHOEVER_OWNS: Final = "\0"
"""A name that no role has."""


@frozen
class Difference:
    """One object that two catalogs do not say alike. `old` is None for what only the new one has, and the reverse."""

    old: Object | None
    new: Object | None
    changed: frozenset[str] = frozenset()
    """The names of the attributes and satellites that differ, where both have it."""

    @property
    def item(self) -> Object:
        """The object as the new catalog has it, or the old one."""
        found = self.new or self.old
        assert found is not None
        return found

    @property
    def own(self) -> frozenset[str]:
        """The kind's own attributes among those changed."""
        return self.changed - SATELLITES

    @property
    def quiet(self) -> bool:
        """True if what depends on an object can't tell that it is altered: a routine's text, comments, privileges."""
        item = self.item
        return self.own <= (frozenset({item.code}) if isinstance(item, Routine) else frozenset())


def differences(old: Catalog, new: Catalog) -> tuple[Difference, ...]:
    """Every object that differs, in the order of the new catalog, then what only the old one has.

    What one of them could not read is in neither: nobody knows whether it differs.
    """
    unread = old.unread | new.unread
    return tuple(found for found in _pairs(old, new) if found.item.kind not in unread)


def _pairs(old: Catalog, new: Catalog) -> Iterator[Difference]:
    renamed = _renamed(old, new)
    for name, item in new.objects.items():
        before = old.objects.get(name)
        if before is None:
            if name not in renamed:
                yield Difference(None, item)
        elif changed := changes(before, item):
            yield Difference(before, item, changed)
    for name, item in old.objects.items():
        if name not in new.objects and name not in renamed:
            yield Difference(item, None)
    for name in misplaced(old, new, lambda tie: tie in old.objects and tie in new.objects):
        if old.objects[name] == new.objects[name]:
            yield Difference(old.objects[name], new.objects[name], frozenset({ORDER}))


def _renamed(old: Catalog, new: Catalog) -> frozenset[ObjectId]:
    """Objects with another name in the other catalog that come with a tie, or become what does so: pg_dump prints no
    more of them than their leader."""
    found: dict[ObjectId, ObjectId] = {}
    coming = (item for item in new.objects.values() if comes_with_tie(item) and item.id not in old.objects)
    for item in sorted(coming, key=lambda item: len(tuple(_leaders(new, item)))):
        leader = item.leads[0].leader
        for before in old.parts.get(item.parent, ()) if item.parent is not None else ():
            free = before.id not in new.objects and before.id not in found.values()
            if free and before.kind == item.kind and _becomes(before, item, found.get(leader, leader)):
                found[item.id] = before.id
                break
    return frozenset((*found, *found.values()))


def _leaders(catalog: Catalog, item: Object) -> Iterator[ObjectId]:
    while comes_with_tie(item) and (leader := item.leads[0].leader) in catalog.objects:
        yield leader
        item = catalog.objects[leader]


def _becomes(before: Object, item: Object, leader: ObjectId) -> bool:
    """True if the object of the old catalog has this leader, or no leader and is the like of one that comes."""
    if comes_with_tie(before):
        return before.leads[0].leader == leader
    return not changes(before.evolve(name=item.name, comment=None), item.evolve(comment=None))


def changes(old: Object, new: Object) -> frozenset[str]:
    """The names of what differs between two objects of one id. What is declared `equal` never does."""
    if old == new or (before := told(old, new)) == (after := told(new, old)):
        return frozenset()
    found = frozenset(name for name, said in before.items() if said != after[name])
    if new.outlived_casts:
        found -= {CASTS}  # no statement leads to what a cast was before
    return found - {OPERATORS} if found & deparsed(new) else found


def alone(item: Object, leaders: Sequence[Object] = ()) -> Object:
    """An object as it is where none but `leaders` decide on what it says (see `Change.SAID`)."""
    decided = {field.name: field.otherwise for field in own_fields(type(item)) if field.otherwise}
    found = {
        name: getattr(item, other)
        for name, other in decided.items()
        if getattr(item, name) is None and all(getattr(leader, other) is None for leader in leaders)
    }
    return item.evolve(**found) if found else item


def deparsed(item: Object) -> frozenset[str]:
    """The names of its attributes that are deparsed text."""
    return frozenset(field.name for field in own_fields(type(item)) if field.deparsed)


def told(item: Object, other: Object) -> Mapping[str, object]:
    """Values of an object that can be a difference from the other, by the names of `Difference.changed`."""
    fields: dict[str, object] = {}
    for field in own_fields(type(item)):
        said = getattr(item, field.name)
        unknown = field.change in IF_KNOWN and (said is None or getattr(other, field.name) is None)
        if field.change not in NEVER and not unknown:
            fields[field.name] = said
    return fields | {
        # A part's owner is that of the whole and changes with it (a column's sequence).
        OWNER: item.owner if item.ownable and _alone(item) and _alone(other) else None,
        COMMENT: own_comment(item),
        # Grants that the owner made or holds are the same grants under another owner.
        PRIVILEGES: as_grants(with_owner(effective_acl(item), item.owner, _WHOEVER_OWNS)),
        LABELS: item.labels,
        EXTENSIONS: item.extensions,
        OPERATORS: item.operators_used,
        **({CASTS: item.cast_functions} if item.cast_functions or other.cast_functions else {}),
    }


def _alone(item: Object) -> bool:
    return item.parent is None or isinstance(item, OwnedApart)


def effective_acl(item: Object) -> tuple[AclItem, ...]:
    """The privileges in force: a NULL ACL means the default ones."""
    return item.acl_default if item.acl is None else item.acl


def is_part_of(catalog: Catalog, item: Object, owner: ObjectId) -> bool:
    """True if `item` goes when `owner` is dropped, because it is a part of it or of a part of it."""
    return owner in above(catalog, item)


def above(catalog: Catalog, item: Object) -> Iterator[ObjectId]:
    """Wholes that an object belongs to, from the innermost outwards, as far as the catalog knows."""
    while item.parent is not None:
        yield item.parent
        if item.parent not in catalog.objects:
            return
        item = catalog.objects[item.parent]


def outermost(catalog: Catalog, name: ObjectId) -> ObjectId:
    """The outermost whole that an object belongs to, or itself."""
    return (name, *above(catalog, catalog.objects[name]))[-1]


def outermost_known(catalog: Catalog, name: ObjectId) -> ObjectId:
    """The outermost whole that the catalog has, or the object itself: a trigger on a table that is the platform's."""
    wholes = (name, *above(catalog, catalog.objects[name]))
    return [each for each in wholes if each in catalog.objects][-1]


def parts_below(catalog: Catalog, name: ObjectId) -> Iterator[Object]:
    """Everything that belongs to an object, its parts' parts included."""
    for part in catalog.parts.get(name, ()):
        yield part
        yield from parts_below(catalog, part.id)


def inside(catalog: Catalog, owner: ObjectId, separate: frozenset[ObjectId]) -> tuple[Object, ...]:
    """The parts inside the CREATE of `owner`: embedded ones, inline ones not in `separate`, derived ones."""
    parts: Sequence[Object] = catalog.parts.get(owner, ())
    if not parts:
        return ()
    embedded = [part for part in parts if part.placement.inside]
    below = [part for outer in embedded for part in catalog.parts.get(outer.id, ())]
    inline = [part for part in (*parts, *below) if part.placement is Placement.INLINE and part.id not in separate]
    derived = [part for part in embedded if part.placement.derived]
    return (*(part for part in embedded if not part.placement.derived), *inline, *derived)
