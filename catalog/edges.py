"""Dependencies among the objects read: pg_depend with its internal parts folded into what they belong to."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from .model import Edge, Object, ObjectId, Value
from .model.facets import Bodied
from .pipeline import Row

FOLDING: Final = frozenset({"i", "e"})
FOLDING_DEPTH: Final = 8
DEPENDS_ON_EXTENSION: Final = "x"
PARTITION_OF: Final = "P"

Address: TypeAlias = tuple[int, int, int]


class Found(Value):
    """The dependencies of the objects read, from pg_depend."""

    edges: tuple[Edge, ...]
    extensions: Mapping[ObjectId, set[str]]
    """The names of the extensions that each one DEPENDS ON."""
    operators: Mapping[ObjectId, set[tuple[str, str]]]
    """The operators outside of pg_catalog that each one's expressions use."""
    by_cast: frozenset[tuple[ObjectId, ObjectId]]
    """Calls of functions by casts: who calls, and the function."""


def edges_between(
    objects: Mapping[Address, Object],
    parents: Iterable[ObjectId | None],
    rows: Sequence[Row],
    bodies: frozenset[int],
    members: Mapping[Address, Address],
    operators: Mapping[Address, tuple[str, str]],
    by_cast: frozenset[tuple[Address, Address]],
) -> Found:
    """The edges between objects, with what is folded into them.

    A key's index, a view's rule, a row or array type and an extension's member are no objects of their own: what they
    need or is needed of them holds for their owner. What a derived part needs, its owner needs, but for what it is a
    partition of (a key's index, of an index that no constraint has). `parents` are those of
    `objects` in turn, `rows` those of pg_depend, `bodies` the catalogs of bodies, `members` what besides pg_depend
    belongs to something, `operators` the (schema, signature) of each operator outside of pg_catalog, `by_cast` those
    dependencies that are calls of functions by casts.
    """
    folded: dict[Address, Address] = {}
    for row in rows:
        if row[6] in FOLDING and (address := row[:3]) not in objects:
            folded.setdefault(address, row[3:6])
    standing = _Standing(objects, {**members, **folded})
    found: dict[tuple[ObjectId, ObjectId, bool], None] = {}
    extensions: dict[ObjectId, set[str]] = {}
    used: dict[ObjectId, set[tuple[str, str]]] = {}
    calls: set[tuple[ObjectId, ObjectId]] = set()
    names = {item.id for item in objects.values()}
    # Of rows there are many, and a kind is derived as a whole.
    derived = {kind for kind in {type(item) for item in objects.values()} if kind.placement.derived}
    for item, parent in zip(objects.values(), parents, strict=True):
        if parent is not None:
            found[item.id, parent, False] = None
        for other in item.also_needs:
            if other in names:
                found[item.id, other, False] = None
    for row in rows:
        needed_address = row[3:6]
        dependent, referenced = standing[row[:3]], standing[needed_address]
        if dependent is None or referenced is None or dependent is referenced:
            continue
        if row[6] == DEPENDS_ON_EXTENSION:
            extensions.setdefault(dependent.id, set()).add(referenced.name)
        if (operator := operators.get(needed_address)) is not None:
            used.setdefault(dependent.id, set()).add(operator)
        folds = type(dependent) in derived and row[6] != PARTITION_OF
        needy = (dependent.parent if folds else None) or dependent.id
        needed = (referenced.parent if folds and type(referenced) in derived else None) or referenced.id
        if by_cast and (row[:3], needed_address) in by_cast:
            calls.add((needy, needed))
        if needy != needed:
            found[needy, needed, isinstance(dependent, Bodied) and row[0] in bodies] = None
    tied = ties(objects.values())
    led = {dependent for dependent, _ in tied}
    edges = (Edge(needy, needed, body, needy in led and (needy, needed) in tied) for needy, needed, body in found)
    return Found(edges=tuple(edges), extensions=extensions, operators=used, by_cast=frozenset(calls))


def ties(objects: Iterable[Object]) -> frozenset[tuple[ObjectId, ObjectId]]:
    """(dependent, referenced) of what only a tie makes one need of the other."""
    found: set[tuple[ObjectId, ObjectId]] = set()
    for item in objects:
        if item.ties is not None:
            found.add(item.ties)
        for lead in item.leads:
            found.add((item.id, lead.leader))
    return frozenset(found)


class _Standing(dict[Address, Object | None]):
    """The object that each address stands for: its own, or the one that it belongs to in the end."""

    def __init__(self, objects: Mapping[Address, Object], folded: Mapping[Address, Address]) -> None:
        super().__init__(objects)
        self._objects = objects
        self._folded = folded

    def __missing__(self, address: Address) -> Object | None:
        start, item = address, None
        for _ in range(FOLDING_DEPTH):
            whole = (address[0], address[1], 0)
            item = self._objects.get(address) or self._objects.get(whole)
            owner = self._folded.get(address) or self._folded.get(whole)
            if item is not None or owner is None:
                break
            address = owner
        self[start] = item
        return item
