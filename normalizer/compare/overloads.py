"""Names that several functions, aggregates or operators have: which one of them a text calls, its arguments decide."""

from collections import Counter

from pgnorm.catalog.model import Catalog, Edge, Object, ObjectId
from pgnorm.catalog.model.facets import Emptied


def alike(one: ObjectId, other: ObjectId) -> bool:
    """True if both have one name in one schema."""
    return (one.schema, one.name) == (other.schema, other.name)


def several(catalog: Catalog) -> frozenset[ObjectId]:
    """The ones of a catalog among which a call chooses, since others have their name."""
    named = [name for name, item in catalog.objects.items() if item.overloaded]
    there = Counter((name.schema, name.name) for name in named)
    return frozenset(name for name in named if there[name.schema, name.name] > 1)


def called_alike(catalog: Catalog, user: ObjectId, other: Object) -> bool:
    """True if what `user` calls here has the name of the other function or operator: while that is there, the text
    need not mean what it calls."""
    needed = catalog.needs.get(user, frozenset())
    if not other.overloaded or other.id in needed:
        return False
    return any(catalog.objects[each].overloaded and alike(each, other.id) for each in needed)


def can_wait(catalog: Catalog, user: Object, other: Object) -> bool:
    """True if the text of what stays and calls the other or its like here can be away until that is there."""
    if not (isinstance(user, Emptied) and other.overloaded) or user.disposable:
        return False
    return other.id in catalog.needs.get(user.id, ()) or called_alike(catalog, user.id, other)


def by_body(catalog: Catalog, edge: Edge) -> bool:
    """True if only what can be away for a while needs the other: the body of a view, the call in a domain's default."""
    calls = catalog.objects[edge.referenced].overloaded
    return edge.body or (calls and isinstance(catalog.objects[edge.dependent], Emptied))
