"""Dependencies among the members of extensions: they order what is said of those, and nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from .edges import Address
from .loops import Needs
from .model import Edge, Object, ObjectId
from .pipeline import Row

MEMBERSHIP: Final = "e"
INTERNAL: Final = "i"

Whole: TypeAlias = tuple[int, int]
"""An address without its part: (classid, objid)."""


def edges_among(made: Mapping[Address, Object], rows: Sequence[Row], shelled: frozenset[int]) -> tuple[Edge, ...]:
    """The edges of objects that are `made_by_parent`: each needs its parent, and all that its member needs of others.

    That goes by way of members of which nothing is said, as they are objects for pg_dump. `rows` are those of
    pg_depend, `shelled` the catalogs of what has shells.
    """
    if not made:
        return ()
    said: dict[Whole, list[ObjectId]] = {}
    for address, item in made.items():
        said.setdefault(address[:2], []).append(item.id)
    needs = _needs(rows, shelled)
    parents = (Edge(item.id, item.parent) for item in made.values() if item.parent is not None)
    others = (
        Edge(dependent, referenced, tied=True)
        for member, dependents in said.items()
        for other in _reached(member, needs, said)
        for dependent in dependents
        for referenced in said[other]
    )
    return (*parents, *others)


def _needs(rows: Sequence[Row], shelled: frozenset[int]) -> Needs[Whole]:
    """The other members that each one needs; of a type and a function that need each other, the type the function."""
    members = {row[:2] for row in rows if row[6] == MEMBERSHIP}
    owners: dict[Whole, Whole] = {row[:2]: row[3:5] for row in rows if row[6] == INTERNAL}

    def member(part: Whole) -> Whole | None:
        seen: set[Whole] = set()
        while part not in members:
            seen.add(part)
            part = owners.get(part, part)
            if part in seen:
                return None
        return part

    needs: Needs[Whole] = {}
    for row in rows:
        dependent, referenced = member(row[:2]), member(row[3:5])
        if row[6] != MEMBERSHIP and dependent and referenced and dependent != referenced:
            needs.setdefault(dependent, {})[referenced] = None
    for user, used in needs.items():
        for shell in [other for other in used if other[0] in shelled and user in needs.get(other, {})]:
            del used[shell]
    return needs


def _reached(start: Whole, needs: Needs[Whole], said: Mapping[Whole, object]) -> Iterator[Whole]:
    """The members of which something is said that `start` needs, itself or by way of others."""
    seen = {start}
    waiting = [start]
    while waiting:
        for other in needs.get(waiting.pop(), {}):
            if other not in seen:
                seen.add(other)
                if other in said:
                    yield other
                else:
                    waiting.append(other)
