"""Holders of the values of a type or the rows of a table."""

from collections.abc import Iterator

from pgnorm.catalog.model import Catalog, Object, ObjectId, Placement
from pgnorm.catalog.model.type_facets import MadeOfTypes, Relation

from ..compare.difference import is_part_of
from .wording import in_two_migrations


def is_of_columns(item: Object) -> bool:
    """True for a type or a collation, which columns have and can be given another one of."""
    return item.stands_aside and not isinstance(item, Relation)


def holders(catalog: Catalog, held: ObjectId) -> Iterator[tuple[Object, ObjectId]]:
    """Columns and the like that store values of a type or rows of a table, each with what it is of: that one, or a type
    made of it."""
    seen = {held}
    waiting = [held]
    while waiting:
        used = waiting.pop()
        for name in sorted(catalog.needed_by.get(used, frozenset()) - seen):
            seen.add(name)
            user = catalog.objects[name]
            if user.disposable or is_part_of(catalog, user, held):
                continue
            if user.stands_aside:
                waiting.append(name)
            elif user.placement.inside:
                yield user, used


def held_inside(catalog: Catalog, held: ObjectId) -> frozenset[ObjectId]:
    """Columns that hold values of a type inside of others: in arrays, in rows."""
    waiting = [(held, False)]
    seen, columns = set(waiting), set[ObjectId]()
    while waiting:
        used, inside = waiting.pop()
        for user in map(catalog.objects.__getitem__, catalog.needed_by.get(used, ())):
            found = (user.id, inside or not (isinstance(user, MadeOfTypes) and user.is_just(used)))
            if found in seen or user.disposable or is_part_of(catalog, user, held):
                continue
            seen.add(found)
            if user.stands_aside:
                waiting.append(found)
            elif user.placement.inside and found[1]:
                columns.add(user.id)
    return frozenset(columns)


def refuse_stored_rows(old: Catalog, new: Catalog, item: Object) -> None:
    """Raise PgnormError where a column elsewhere holds rows of the table whose column is retyped."""
    if item.placement is not Placement.EMBEDDED or item.parent is None:
        return
    for user, rows in holders(old, item.parent):
        if rows in new.needs.get(user.id, ()):
            raise in_two_migrations(user, item)
