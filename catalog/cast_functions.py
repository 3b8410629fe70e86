"""Functions that an expression calls by a cast: `"x"::"text"` keeps the one that the cast had when it was parsed."""

from collections.abc import Collection, Iterable, Mapping
from functools import cache

from .model import Edge, Object, ObjectId, own_fields
from .model.facets import Converts, Routine
from .quoting import qualified

Edges = tuple[Edge, ...]


def with_cast_functions(
    objects: Mapping[ObjectId, Object], edges: Edges, by_cast: Collection[tuple[ObjectId, ObjectId]] = ()
) -> tuple[dict[ObjectId, Object], Edges]:
    """The objects with the functions that their expressions call by casts, and the edges with those to the casts that
    have these functions: text that is read again needs them.

    Such are the functions that their text does not name, and of others those that a server says to be: `by_cast`.
    """
    found = dict(objects)
    casts: dict[ObjectId, list[ObjectId]] = {}
    calls: dict[Edge, None] = {}
    for edge in edges:
        if isinstance(objects[edge.referenced], Routine):
            user = objects[edge.dependent]
            if isinstance(user, Converts):
                casts.setdefault(edge.referenced, []).append(edge.dependent)
            elif _texts(type(user)) and (edge[:2] in by_cast or not names(user, edge.referenced)):
                calls[edge] = None
    used: dict[ObjectId, set[ObjectId]] = {}
    for call in calls:
        used.setdefault(call.dependent, set()).add(call.referenced)
    for name, functions in used.items():
        outlived = functions.difference(casts)
        found[name] = objects[name].evolve(cast_functions=_signatures(functions), outlived_casts=_signatures(outlived))
    by_casts = (call._replace(referenced=cast, tied=True) for call in calls for cast in casts.get(call.referenced, ()))
    return found, (*edges, *dict.fromkeys(by_casts))


def _signatures(functions: Iterable[ObjectId]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(map(signature, functions)))


def signature(function: ObjectId) -> tuple[str, str]:
    """Its schema, and its name with the types that it takes."""
    return function.schema, f"{function.name}({function.detail})"


@cache
def _texts(kind: type[Object]) -> tuple[str, ...]:
    """The attributes of a kind that hold deparsed text."""
    return tuple(field.name for field in own_fields(kind) if field.deparsed)


def names(user: Object, function: ObjectId) -> bool:
    """True if one of its texts calls the function by its name, or it has it for something else than an expression."""
    call = f"{qualified(function.schema, function.name)}("
    return any(call in str(getattr(user, name)) for name in _texts(type(user))) or function.detail == "internal"
