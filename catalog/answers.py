"""Answers of a server to the queries of a reading, and the catalog that they make, or a part of it."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, islice, repeat
from typing import Any, Final, NamedTuple, TypeAlias

from attrs import define, evolve

from .cast_functions import with_cast_functions
from .edges import Address, edges_between
from .extension_members import edges_among
from .kinds import KINDS
from .model import Catalog, Object, ObjectId
from .model.facets import Bodied, Converts, Shelled, WithMembers
from .model.run_time import RunTime
from .pipeline import Columns, Result, Row

_CALLS: Final = "calls"
"""The column of a kind that `Converts` with what calls functions by casts."""
COLUMNS_OF_OIDS: Final = frozenset({"oid", "subid", _CALLS})
"""Columns at the head of a kind's query that say OIDs: they tell where an object is, and nothing of it."""

Remarks: TypeAlias = tuple[tuple[str, Mapping[Address, Any], Any], ...]
"""Comments and labels, beside the objects' own queries: the attribute's name, its values, the value of the others."""


class Common(NamedTuple):
    """Answers that are about no kind alone, in the order of `reader.COMMON`."""

    role: Result
    catalogs: Result
    dependencies: Result
    operators: Result
    comments: Result
    labels: Result
    unmodelled: Result
    namesakes: Result

    @property
    def numbers(self) -> Mapping[str, int]:
        """The OIDs of system catalogs."""
        return {name: oid for oid, name in self.catalogs.rows}

    @property
    def remarks(self) -> Remarks:
        """Sayings of objects beside their own queries."""
        return ("comment", _by_address(self.comments), None), ("labels", _by_address(self.labels), ())


@define(slots=False)
class Answers:
    """All that a server has answered."""

    version: int
    server: str
    common: Common
    kinds: Sequence[tuple[type[Object], Result]]
    members: Sequence[Result]
    """Of each kind that has members, in turn."""
    run_time: RunTime

    @cached_property
    def whole(self) -> Catalog:
        """The catalog."""
        return self._catalog(self.common, self.kinds)

    def part(self, kept: Container[int]) -> Catalog:
        """The part of the catalog that these OIDs are of, and whatever is said of the members of extensions."""
        common = self.common._replace(dependencies=_of(self.common.dependencies, 1, kept))
        kinds = [(kind, result if kind.made_by_parent else _of(result, 0, kept)) for kind, result in self.kinds]
        return self._catalog(common, kinds)

    def _catalog(self, common: Common, kinds: Sequence[tuple[type[Object], Result]]) -> Catalog:
        results = chain((result for _, result in kinds), self.members)
        found = assembled(self.version, self.server, common, [kind for kind, _ in kinds], results)
        return evolve(found, run_time=self.run_time)


def _of(result: Result, place: int, kept: Container[int]) -> Result:
    return Result(result.columns, [row for row in result.rows if row[place] in kept])


def assembled(
    version: int, server: str, common: Common, kinds: Sequence[type[Object]], results: Iterator[Result]
) -> Catalog:
    """The catalog of what a server of this version answered; what is about kinds and members comes as it is wanted."""
    having_members = with_members(kinds)
    numbers, remarks, dependencies = common.numbers, common.remarks, common.dependencies.rows
    by_address: dict[Address, Object] = {}
    made: dict[Address, Object] = {}
    by_cast: frozenset[tuple[Address, Address]] = frozenset()
    parents: dict[Address, ObjectId | None] = {}
    for kind, result in zip(kinds, islice(results, len(kinds)), strict=True):
        number = numbers.get(kind.catalog, 0)
        if issubclass(kind, Converts):
            by_cast |= calls_by_cast(numbers, result)
        if kind.made_by_parent:
            # What their extension says of its members is not said of them here.
            made.update(_addressed(kind, number, result, ()))
        else:
            addressed = dict(_addressed(kind, number, result, remarks))
            by_address |= addressed
            parents |= {address: item.parent for address, item in addressed.items()}
    members: dict[Address, Address] = {
        (row[0], row[1], 0): (numbers[kind.catalog], row[2], 0)
        for kind, result in zip(having_members, islice(results, len(having_members)), strict=True)
        for row in result.rows
    }
    _drop_orphans(by_address, parents)
    bodies = frozenset(numbers[kind.body_catalog] for kind in KINDS if issubclass(kind, Bodied))
    named = {(numbers["pg_operator"], oid, 0): (schema, signature) for oid, schema, signature in common.operators.rows}
    found = edges_between(by_address, parents.values(), dependencies, bodies, members, named, by_cast)
    shelled = frozenset(numbers[kind.catalog] for kind in KINDS if issubclass(kind, Shelled))
    objects, edges = with_cast_functions({item.id: item for item in by_address.values()}, found.edges, found.by_cast)
    edges += edges_among(made, dependencies, shelled)
    objects |= {item.id: item for item in made.values()}
    for dependent, names in found.extensions.items():
        objects[dependent] = objects[dependent].evolve(extensions=tuple(sorted(names)))
    for dependent, used in found.operators.items():
        objects[dependent] = objects[dependent].evolve(operators_used=tuple(sorted(used)))
    return Catalog(
        version=version,
        server=server,
        role=common.role.rows[0][0],
        objects=objects,
        edges=edges,
        unmodelled=tuple((what, name) for what, name in common.unmodelled.rows),
        namesakes=tuple(name for (name,) in common.namesakes.rows),
    )


def with_members(kinds: Iterable[type[Object]]) -> list[type[Object]]:
    """The kinds whose members have a query of their own."""
    return [kind for kind in kinds if issubclass(kind, WithMembers)]


def calls_by_cast(numbers: Mapping[str, int], result: Result) -> frozenset[tuple[Address, Address]]:
    """Calls of functions by casts, each with who calls, as a kind that `Converts` has been answered."""
    place, functions = result.columns.index(_CALLS), numbers["pg_proc"]
    called = (call for row in result.rows for call in row[place] or ())
    return frozenset(((catalog, oid, part), (functions, function, 0)) for catalog, oid, part, function in called)


def objects_of(kind: type[Object], columns: Sequence[str], rows: Sequence[Row]) -> Sequence[Object]:
    """The objects in rows of the kind's own query, or of a part of it; comments and labels are not in it."""
    values = Result(tuple(columns), rows).by_column()
    return _objects(kind, values, {}) if values else ()


def _by_address(result: Result) -> Mapping[Address, Any]:
    """The last column of a result by the three that tell the address."""
    classes, objects, parts, values = result.by_column().values() if result.rows else ((), (), (), ())
    return dict(zip(zip(classes, objects, parts, strict=True), values, strict=True))


def _drop_orphans(objects: dict[Address, Object], parents: dict[Address, ObjectId | None]) -> None:
    """Leave out the parts of what is not read (a policy on an extension's table), and theirs."""
    known: set[ObjectId | None] = {None, *(item.id for item in objects.values())}
    while orphans := [address for address, parent in parents.items() if parent not in known]:
        for address in orphans:
            known.discard(objects.pop(address).id)
            del parents[address]


def _addressed(kind: type[Object], number: int, result: Result, remarks: Remarks) -> Iterator[tuple[Address, Object]]:
    """The objects in the rows of a kind's query, with their addresses and what is said of them."""
    values = result.by_column()
    if not values:
        return iter(())
    addresses = list(zip(repeat(number), values["oid"], values.get("subid", repeat(0)), strict=False))
    said = {
        name: list(map(by_address.get, addresses, repeat(none))) for name, by_address, none in remarks if by_address
    }
    return zip(addresses, _objects(kind, values, said), strict=True)


def _objects(kind: type[Object], values: Columns, said: Columns) -> Sequence[Object]:
    """The objects in the rows of a kind's query, with what is `said` of each beside it."""
    own = {name: column for name, column in values.items() if name not in COLUMNS_OF_OIDS}
    return kind.many(len(values["oid"]), {**own, **said})
