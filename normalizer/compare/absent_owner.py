"""Whose the objects are that files make, where a database is compared with them."""

from collections.abc import Iterable

from pgnorm.catalog.model import Catalog

from .difference import OWNER, Difference


def stranger(sides: Iterable[tuple[str | None, Catalog]], found: Iterable[Difference]) -> str | None:
    """The role that what files make is given to, where it owns nothing of the database, whose reader it is.

    `sides` are both, each with the role that it was read as, None for files. Between two databases it is None: there
    every object has the owner that it has.
    """
    readers = [(role, catalog) for role, catalog in sides if role is not None]
    if len(readers) != 1:
        return None
    [(role, database)] = readers
    given = any(OWNER in each.changed and role in _owners(each) for each in found)
    return role if given and role not in {item.owner for item in database.objects.values() if item.ownable} else None


def _owners(difference: Difference) -> set[str | None]:
    return {item.owner for item in (difference.old, difference.new) if item is not None}
