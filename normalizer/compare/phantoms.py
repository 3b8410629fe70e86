"""Bodies that differ in formatting only, which a comparison leaves out."""

from collections.abc import Iterator, Mapping

from attrs import evolve

from pgnorm.catalog.model import ObjectId, Value
from pgnorm.catalog.model.facets import Routine

from .bodies import Difference as Cosmetic
from .bodies import classify
from .difference import Difference


class Phantom(Value):
    """A routine whose body differs in formatting only."""

    difference: Difference
    found: Cosmetic


def phantoms(found: tuple[Difference, ...]) -> Iterator[Phantom]:
    """The differences of bodies in looks alone. What else an object says of itself is written with its body."""
    for difference in found:
        old, new = difference.old, difference.new
        if not (isinstance(old, Routine) and isinstance(new, Routine)) or difference.own != {old.code}:
            continue
        worth = classify(new.code_language, str(getattr(old, old.code)), str(getattr(new, new.code)))
        if worth.cosmetic:
            yield Phantom(difference=difference, found=worth)


def without_code(found: Difference, phantoms: Mapping[ObjectId, Phantom]) -> Difference | None:
    """The rest of a difference beside that of looks: a comment, an owner, privileges; None for nothing."""
    if found.item.id not in phantoms:
        return found
    changed = found.changed - phantoms[found.item.id].difference.own
    return evolve(found, changed=changed) if changed else None


def passed_over(found: Difference, names: frozenset[ObjectId]) -> bool:
    """True if a difference is that of looks in one of these and no other."""
    return found.item.id in names and isinstance(found.item, Routine) and found.changed == {found.item.code}
