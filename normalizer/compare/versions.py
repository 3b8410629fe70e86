"""Objects that have another version on the new side: no dump says that, so they are compared where it is asked for."""

from collections.abc import Iterator

from pgnorm.catalog.model import Catalog, Object, Value, untold
from pgnorm.catalog.model.facets import Versioned


class Update(Value):
    """An object of another version, and the statement that gives the old one that."""

    item: Object
    version: str
    sql: str = untold()


def updates(old: Catalog, new: Catalog) -> Iterator[Update]:
    """The updates of what both sides have: `ALTER EXTENSION "e" UPDATE TO '1.1';`."""
    for name, item in old.objects.items():
        there = new.objects.get(name)
        if isinstance(item, Versioned) and isinstance(there, Versioned) and item.version != there.version:
            yield Update(item=item, version=there.version, sql=item.update_to(there.version))
