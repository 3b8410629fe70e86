"""Objects by what a text calls them: a name and SQL's word for the kind."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Catalog, Object, ObjectId

from ..sql.hints import Hint
from ..sql.subjects import Subject

Path: TypeAlias = tuple[str, ...]


def path_of(item: Object) -> Path:
    """Path of an object: schema and name, of a part schema, owner and name."""
    return tuple(filter(None, (item.schema, item.detail if item.parent is not None else "", item.name)))


def is_called(item: Object, keyword: str) -> bool:
    """True if it is what SQL calls so: a materialized view is a VIEW. No keyword fits all."""
    if keyword == "ROUTINE":
        return item.overloaded
    return not keyword or item.keyword.split()[-1] == keyword


def is_about(subject: Subject, item: Object) -> bool:
    """True if a hint is about an object. A routine is all that have its name."""
    if item.name != subject.name or not is_called(item, subject.keyword):
        return False
    if not item.schema:
        return not subject.qualified and item.parent is None
    owner = (subject.owner,) if subject.owner else ()
    return path_of(item) == (subject.schema, *owner, subject.name)


def wholes(name: ObjectId, *catalogs: Catalog) -> tuple[Object, ...]:
    """An object and all that it is a part of, as the first catalog that has it says."""
    found: list[Object] = []
    at: ObjectId | None = name
    while at is not None:
        item = next((catalog.objects[at] for catalog in catalogs if at in catalog.objects), None)
        if item is None:
            break
        found.append(item)
        at = item.parent
    return tuple(found)


def idle(hints: Iterable[Hint], *catalogs: Catalog) -> Iterator[Hint]:
    """The hints that are about no object of these catalogs."""
    for hint in hints:
        if not any(is_about(hint.subject, item) for catalog in catalogs for item in catalog.objects.values()):
            yield hint


def refuse_idle(hints: Iterable[Hint], *catalogs: Catalog) -> None:
    """Raise PgnormError, placed, for a hint that is about no object of these catalogs. One that names what it
    is about outlives it."""
    for hint in idle((hint for hint in hints if hint.subject.keyword), *catalogs):
        subject = hint.subject
        raise PgnormError(
            f"the hint is about {subject.keyword.lower()} {subject.label}, and no object that is compared is called so",
            place=hint.place,
            hint="Put it on the line before the statement that makes the object, or behind a column or constraint.",
        )
