"""Renames that two states suggest: what is gone and what is new are the same but for the name."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, Self

from pgnorm.catalog.model import Catalog, Change, Object, ObjectId, Value, own_fields

from ..compare.called import path_of
from ..compare.difference import Difference, changes
from .requests import words

_ALWAYS_COMPARED: Final = frozenset({Change.ALTER, Change.REPLACE})


class Proposal(Value):
    """That an object of the old side may be one of the new side by another name."""

    old: Object
    new: Object
    reasons: tuple[str, ...]
    """Reasons for it, the strongest first."""

    @property
    def said(self) -> str:
        """The rename as a person reads it."""
        return f"{self.old.kind} {words(path_of(self.old))} to {words((self.new.name,))}"

    @property
    def turned(self) -> "Proposal":
        """The same rename as the way forth has it, where this is of a way back."""
        return self.evolve(old=self.new, new=self.old)

    @property
    def harmless(self) -> bool:
        """True if nothing is at stake but a name: of a part that holds no rows (an index of a partitioned table)."""
        return self.old.disposable and self.old.parent is not None and not self.old.placement.inside

    def follows(self, others: Iterable[Self]) -> bool:
        """True if it comes with one of these: a view's column with what it shows (`followers`)."""
        shown = {(each.old.name, each.new.name) for each in others}
        return self.old.placement.derived and (self.old.name, self.new.name) in shown

    @property
    def option(self) -> str:
        """Argument of `--rename` that asks for it: `public.contacts.status=stage`."""
        return f"{words(path_of(self.old))}={words((self.new.name,))}"

    @property
    def hint(self) -> str:
        """Comment that asks for it in a schema file, at the object's new name; empty for a column of a view, which
        has no place of its own there."""
        return "" if self.old.placement.derived else f"-- pgnorm: renamed from {words((self.old.name,))}"


def proposals(old: Catalog, new: Catalog, found: Sequence[Difference]) -> tuple[Proposal, ...]:
    """Each pair of a whole that is gone and one that is new, or of parts of one whole, that leaves no doubt."""
    come: dict[object, list[Object]] = {}
    for after in _alone(each.new for each in found if each.old is None):
        come.setdefault(_form(new, after), []).append(after)
    gone = _alone(each.old for each in found if each.new is None)
    alike = [
        (before, list(_alike(old, before, new, come.get(_form(old, before), ()))))
        for before in gone
        if before.rename(before.name)
    ]
    rivals: dict[ObjectId, list[Object]] = {}
    for before, others in alike:
        for after in others:
            rivals.setdefault(after.id, []).append(before)
    pairs = []
    for before, others in alike:
        meant = _meant(old, before, new, others)
        if meant is not None and _meant(new, meant, old, rivals[meant.id]) == before:
            pairs.append((before, meant))
    made = (Proposal(old=a, new=b, reasons=tuple(_reasons(old, a, new, b))) for a, b in pairs)
    # A plan renames what holds no rows wherever the name is free by then.
    taken = {claim for item in old.objects.values() for claim in item.claims} if pairs else set()
    return tuple(each for each in made if not each.harmless or taken.isdisjoint(each.new.claims))


def _alone(items: Iterable[Object | None]) -> Iterator[Object]:
    """Objects that do not come or go with what they are parts of, nor with their like above: that is renamed first."""
    there = {item.id: item for item in items if item is not None}
    led = {name for name, item in there.items() if any(lead.leader in there for lead in item.leads)}
    return (item for name, item in there.items() if item.parent not in there and name not in led)


def _form(catalog: Catalog, item: Object) -> object:
    """The key that two must share to be the same, so that only few are compared: kind, schema, the whole that they are
    parts of, the arguments of a routine, the names of what is printed inside, and what they say themselves."""
    arguments = "" if item.parent is not None else item.detail
    nameless = item.renamed("")
    said = tuple(getattr(nameless, field.name) for field in own_fields(type(item)) if field.change in _ALWAYS_COMPARED)
    return item.kind, item.schema, item.parent, arguments, tuple(part.name for part in _made_of(catalog, item)), said


def _meant(catalog: Catalog, item: Object, other: Catalog, alike: Sequence[Object]) -> Object | None:
    """The one that an object may be: the only one, or of several the one at its place among the columns."""
    if len(alike) < 2:
        return alike[0] if alike else None
    at = _index(catalog, item)
    there = [each for each in alike if at is not None and _index(other, each) == at]
    return there[0] if len(there) == 1 else None


def _alike(old: Catalog, before: Object, new: Catalog, come: Sequence[Object]) -> Iterator[Object]:
    """New objects that are the same but for the name; of what has no place among columns, two are doubt enough."""
    found = (after for after in come if _same(old, before, new, after))
    return found if before.placement.inside else islice(found, 2)


def _same(old: Catalog, before: Object, new: Catalog, after: Object) -> bool:
    """True if nothing but the name differs, of it and of what is always printed inside of it."""
    parts, others = _made_of(old, before), _made_of(new, after)
    if [part.name for part in parts] != [part.name for part in others]:
        return False
    pairs = [(before.renamed(after.name), after)]
    pairs += [(part.evolve(detail=other.detail), other) for part, other in zip(parts, others, strict=True)]
    return not any(Difference(a, b, changes(a, b)).own for a, b in pairs)


def _made_of(catalog: Catalog, item: Object) -> list[Object]:
    return [part for part in catalog.parts.get(item.id, ()) if part.placement.inside]


def _index(catalog: Catalog, item: Object) -> int | None:
    """The place among the columns."""
    whole = catalog.objects.get(item.parent) if item.parent is not None else None
    beside = _made_of(catalog, whole) if whole is not None else []
    return beside.index(item) if item in beside else None


def _reasons(old: Catalog, before: Object, new: Catalog, after: Object) -> Iterator[str]:
    columns = len(_made_of(old, before))
    yield (f"the same {columns} columns" if columns > 1 else "the same column") if columns else "the same definition"
    if (at := _index(old, before)) is not None and at == _index(new, after):
        yield "the same place"
    users = {name for name in old.needed_by.get(before.id, ()) if name in new.objects}
    if users and users <= new.needed_by.get(after.id, frozenset()):
        yield "the same dependents"
    if before.comment and before.comment == after.comment:
        yield "the same comment"
    if before.acl and before.acl == after.acl:
        yield "the same privileges"
