"""Reading a catalog: one snapshot, one query per kind of which there is any, pg_depend once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice, repeat
from typing import TYPE_CHECKING, Any, Final, LiteralString, TypeAlias

from attrs import evolve

from .edges import Address, edges_between
from .extension_members import edges_among
from .kinds import KINDS
from .model import Catalog, Object, ObjectId
from .model.facets import Bodied, Shelled, SuperuserOnly, WithMembers
from .namesakes import NAMESAKES
from .pipeline import Columns, Pipeline, Result, Row, supported
from .progress import stage
from .run_time import PARTMAN, SCHEMAS, partman_query, run_time
from .unmodelled import UNMODELLED

if TYPE_CHECKING:
    import psycopg

    from .conversation import Patience

ROLE: Final[LiteralString] = "select current_user::text"

CATALOGS: Final[LiteralString] = """
select oid, relname::text from pg_class
 where relnamespace = 'pg_catalog'::regnamespace and relkind = 'r' and oid < 16384
"""

# Objects of users have OIDs from FirstNormalObjectId (16384) on; before them only initdb's own dependencies stand.
DEPENDENCIES: Final[LiteralString] = """
select classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype::text
  from pg_depend
 where objid >= 16384 and refclassid <> 0
 order by classid, objid
"""

COMMENTS: Final[LiteralString] = """
select classoid, objoid, objsubid, description from pg_description
 where objoid >= 16384 or classoid = 'pg_namespace'::regclass
"""

OPERATORS: Final[LiteralString] = """
select o.oid, n.nspname::text, o.oid::regoperator::text
  from pg_operator o join pg_namespace n on n.oid = o.oprnamespace
 where o.oid >= 16384
"""

LABELS: Final[LiteralString] = """
select classoid, objoid, objsubid, array_agg(array[provider, label] order by provider)
  from pg_seclabel group by 1, 2, 3
"""

COMMON: Final = (ROLE, CATALOGS, DEPENDENCIES, OPERATORS, COMMENTS, LABELS, UNMODELLED, NAMESAKES)
ADDRESS_COLUMNS: Final = frozenset({"oid", "subid"})

Remarks: TypeAlias = tuple[tuple[str, Mapping[Address, Any], Any], ...]
"""Comments and labels, beside the objects' own queries: the attribute's name, its values, the value of the others."""


def queries(kinds: Sequence[type[Object]], version: int) -> tuple[LiteralString, ...]:
    """All that a reading of these kinds asks a server of this version, in its order: `COMMON`, the objects, members."""
    members = (kind.members for kind in kinds if issubclass(kind, WithMembers))
    return (*COMMON, *(kind.query(version) for kind in kinds), *members)


def presence(kinds: Sequence[type[Object]]) -> LiteralString:
    """The query that tells for each `presence` of the kinds whether there may be objects: half of all kinds have none
    in most databases, and a server takes longer to plan their queries than to answer this. Then it says where
    extensions make objects as they run."""
    found: list[LiteralString] = [f"exists (select from {rows})" for rows in _presences(kinds)]
    return "select array[" + ", ".join(found) + "], " + SCHEMAS + ", " + PARTMAN


def read(
    connection: "psycopg.Connection[Row]", patience: "Patience | None" = None, *, superuser: bool | None = None
) -> Catalog:
    """Read the database that `connection` is in, inside its open transaction or one of its own.

    `superuser` says whether its role is one where that has changed since it connected.

    Raises PgnormError for a server older than 14.
    """
    with reading(connection, patience, superuser=superuser) as finish:
        return finish()


@contextmanager
def reading(
    connection: "psycopg.Connection[Row]", patience: "Patience | None" = None, *, superuser: bool | None = None
) -> "Iterator[Callable[[], Catalog]]":
    """As `read`, from which the server works while the caller does something else: what is called for the catalog."""
    version = supported(connection)
    if superuser is None:
        superuser = connection.info.parameter_status("is_superuser") == "on"
    with Pipeline(connection, patience) as pipeline:
        readable = [kind for kind in KINDS if superuser or not issubclass(kind, SuperuserOnly)]
        (found,) = pipeline.ask([presence(readable)])
        there, schemas, partman = found.rows[0]
        kinds = _present(readable, there)
        server = connection.info.parameter_status("server_version") or str(version)
        asked = partman_query(partman)
        results = pipeline.ask((*queries(kinds, version), *asked), last=True)

        def finish() -> Catalog:
            with stage("Reading the catalog", len(COMMON) + len(kinds)) as reading:
                catalog = _catalog(version, server, kinds, reading.counting(results))
            return evolve(catalog, run_time=run_time(schemas, partman, [row for said in results for row in said.rows]))

        yield finish


def _catalog(version: int, server: str, kinds: Sequence[type[Object]], results: Iterator[Result]) -> Catalog:
    """The catalog of what a server of this version answered to the queries of the kinds."""
    having_members = [kind for kind in kinds if issubclass(kind, WithMembers)]
    role, catalogs, dependencies, operators, comments, labels, unmodelled, namesakes = islice(results, len(COMMON))
    numbers: dict[str, int] = {name: oid for oid, name in catalogs.rows}
    remarks: Remarks = (("comment", _by_address(comments), None), ("labels", _by_address(labels), ()))
    by_address: dict[Address, Object] = {}
    made: dict[Address, Object] = {}
    parents: dict[Address, ObjectId | None] = {}
    for kind, result in zip(kinds, islice(results, len(kinds)), strict=True):
        number = numbers.get(kind.catalog, 0)
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
    named = {(numbers["pg_operator"], oid, 0): (schema, signature) for oid, schema, signature in operators.rows}
    found = edges_between(by_address, parents.values(), dependencies.rows, bodies, members, named)
    shelled = frozenset(numbers[kind.catalog] for kind in KINDS if issubclass(kind, Shelled))
    edges = found.edges + edges_among(made, dependencies.rows, shelled)
    objects = {item.id: item for item in (*by_address.values(), *made.values())}
    for dependent, names in found.extensions.items():
        objects[dependent] = objects[dependent].evolve(extensions=tuple(sorted(names)))
    for dependent, used in found.operators.items():
        objects[dependent] = objects[dependent].evolve(operators_used=tuple(sorted(used)))
    return Catalog(
        version=version,
        server=server,
        role=role.rows[0][0],
        objects=objects,
        edges=edges,
        unmodelled=tuple((what, name) for what, name in unmodelled.rows),
        namesakes=tuple(name for (name,) in namesakes.rows),
    )


def _present(kinds: Sequence[type[Object]], there: Sequence[bool]) -> list[type[Object]]:
    """The kinds of which there may be objects."""
    found = dict(zip(_presences(kinds), there, strict=True))
    return [kind for kind in kinds if not kind.presence or found[kind.presence]]


def _presences(kinds: Sequence[type[Object]]) -> list[LiteralString]:
    """The questions for the presence of kinds, each once."""
    return list(dict.fromkeys(kind.presence for kind in kinds if kind.presence))


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
    own = {name: column for name, column in values.items() if name not in ADDRESS_COLUMNS}
    return kind.many(len(values["oid"]), {**own, **said})
