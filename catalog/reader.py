"""Reading a catalog: one snapshot, one pipeline, one query per kind, pg_depend once."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, LiteralString, TypeAlias

from attrs import evolve, frozen

from .errors import PgnormError
from .kinds import KINDS
from .model import Catalog, Edge, Object, ObjectId
from .privileges import AclItem
from .unmodelled import UNMODELLED

if TYPE_CHECKING:
    import psycopg

OLDEST: Final = 140000
"""The oldest server_version_num that is read (pg_get_function_sqlbody came with 14)."""

SETTINGS: Final[LiteralString] = """
select set_config('search_path', '', true)          , set_config('quote_all_identifiers', 'on', true)
     , set_config('datestyle', 'ISO', true)         , set_config('intervalstyle', 'postgres', true)
     , set_config('extra_float_digits', '3', true)  , set_config('timezone', 'UTC', true)
     , set_config('bytea_output', 'hex', true)      , set_config('row_security', 'off', true)
     , set_config('jit', 'off', true)
"""

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

LABELS: Final[LiteralString] = """
select classoid, objoid, objsubid, array_agg(array[provider, label] order by provider)
  from pg_seclabel group by 1, 2, 3
"""

TRANSACTION_IDLE: Final = 0
"""psycopg.pq.TransactionStatus.IDLE; reading needs nothing else of psycopg's modules."""
FOLDING: Final = frozenset({"i", "e"})
FOLDING_DEPTH: Final = 8
ACL_COLUMNS: Final = frozenset({"acl", "acl_default"})

Address: TypeAlias = tuple[int, int, int]
Row: TypeAlias = tuple[object, ...]


@frozen
class _Result:
    columns: tuple[str, ...]
    rows: Sequence[Row]


def read(connection: "psycopg.Connection[Row]") -> Catalog:
    """Read the database that `connection` is in, inside its open transaction or one of its own.

    Raises PgnormError for a server older than 14.
    """
    version = connection.info.server_version
    if version < OLDEST:
        raise PgnormError(
            f"the server is Postgres {version // 10000}; pgnorm reads Postgres {OLDEST // 10000} and later",
            hint="Upgrade the server, or compare against one that runs a supported major.",
        )
    common = [SETTINGS, ROLE, CATALOGS, DEPENDENCIES, COMMENTS, LABELS, UNMODELLED]
    results = _run(connection, [*common, *(kind.query(version) for kind in KINDS)])
    _settings, role, catalogs, dependencies, comments, labels, unmodelled, *kinds = results
    numbers = {str(name): _int(oid) for oid, name in catalogs.rows}
    by_address: dict[Address, Object] = {}
    said = {_address(row): str(row[3]) for row in comments.rows}
    labelled = {_address(row): _pairs(row[3]) for row in labels.rows}
    for kind, result in zip(KINDS, kinds, strict=True):
        for address, item in _objects(kind, numbers[kind.catalog], result):
            by_address[address] = item
            if address in said or address in labelled:
                by_address[address] = evolve(item, comment=said.get(address), labels=labelled.get(address, ()))
    _drop_orphans(by_address)
    bodies = frozenset(numbers[kind.body_catalog] for kind in KINDS if kind.body_catalog)
    edges, extensions = _edges(by_address, dependencies.rows, bodies)
    objects = {item.id: item for item in by_address.values()}
    for dependent, names in extensions.items():
        objects[dependent] = evolve(objects[dependent], extensions=tuple(sorted(names)))
    return Catalog(
        version=version,
        server=connection.info.parameter_status("server_version") or str(version),
        role=str(role.rows[0][0]),
        objects=objects,
        edges=edges,
        unmodelled=tuple((str(what), _int(count)) for what, count in unmodelled.rows if count),
    )


def objects_of(kind: type[Object], columns: Sequence[str], rows: Sequence[Row]) -> Iterator[Object]:
    """The objects in rows of the kind's own query, or of a part of it; comments and labels are not in it."""
    return (item for _, item in _objects(kind, 0, _Result(tuple(columns), rows)))


def _drop_orphans(objects: dict[Address, Object]) -> None:
    """Leave out the parts of what no kind reads (a partition's columns)."""
    known = {item.id: item.parent for item in objects.values()}

    def whole(parent: ObjectId | None) -> bool:
        while parent is not None:
            if parent not in known:
                return False
            parent = known[parent]
        return True

    for address in [address for address, item in objects.items() if not whole(item.parent)]:
        del objects[address]


def _run(connection: "psycopg.Connection[Row]", queries: Sequence[LiteralString]) -> list[_Result]:
    """All queries in one round trip, in one snapshot, with every setting put back at the end."""
    results = []
    if connection.info.transaction_status == TRANSACTION_IDLE:
        connection.execute("begin transaction isolation level repeatable read, read only")
        undo: LiteralString = "rollback"
    else:
        connection.execute("savepoint pgnorm_read")
        undo = "rollback to savepoint pgnorm_read; release savepoint pgnorm_read"
    try:
        with connection.pipeline():
            cursors = [connection.cursor() for _ in queries]
            for cursor, query in zip(cursors, queries, strict=True):
                cursor.execute(query, prepare=False)
            for cursor in cursors:
                # In a pipeline the description is there once the rows have been asked for.
                rows = cursor.fetchall()
                results.append(_Result(tuple(column.name for column in cursor.description or ()), rows))
    finally:
        connection.execute(undo)
    return results


def _objects(kind: type[Object], number: int, result: _Result) -> Iterator[tuple[Address, Object]]:
    """The rows of a kind's query as objects with their addresses."""
    sub = "subid" in result.columns
    names = result.columns[2 if sub else 1 :]
    for row in result.rows:
        values: dict[str, Any] = {  # each of the type that the kind's field declares
            name: _acl(value) if name in ACL_COLUMNS else _frozen(value)
            for name, value in zip(names, row[2 if sub else 1 :], strict=True)
        }
        yield (number, _int(row[0]), _int(row[1]) if sub else 0), kind(**values)


def _frozen(value: object) -> object:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _acl(value: object) -> tuple[AclItem, ...] | None:
    return None if value is None else _acl_items(tuple(str(item) for item in _list(value)))


@lru_cache(maxsize=4096)
def _acl_items(texts: tuple[str, ...]) -> tuple[AclItem, ...]:
    return tuple(AclItem.parse(text) for text in texts)


def _edges(
    objects: Mapping[Address, Object], rows: Sequence[Row], bodies: frozenset[int]
) -> tuple[tuple[Edge, ...], Mapping[ObjectId, set[str]]]:
    """pg_depend between the objects read, its internal parts folded into what they belong to.

    A key's index, a view's rule, a row or array type and an extension's member are no objects of their own: what they
    need or is needed of them holds for their owner. What a derived part needs, its owner needs.
    """
    found: dict[Edge, None] = {}
    extensions: dict[ObjectId, set[str]] = {}
    folded: dict[Address, Address] = {}
    for classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype in rows:
        part = (_int(classid), _int(objid), _int(objsubid))
        if deptype in FOLDING and part not in objects:
            folded.setdefault(part, (_int(refclassid), _int(refobjid), _int(refobjsubid)))

    def resolve(address: Address) -> Object | None:
        for _ in range(FOLDING_DEPTH):
            whole = (address[0], address[1], 0)
            if (item := objects.get(address) or objects.get(whole)) is not None:
                return item
            if (owner := folded.get(address) or folded.get(whole)) is None:
                return None
            address = owner
        return None

    for item in objects.values():
        if item.parent is not None:
            found[Edge(item.id, item.parent)] = None
    known = {item.id for item in objects.values()}
    for classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype in rows:
        dependent_item = resolve((_int(classid), _int(objid), _int(objsubid)))
        referenced_item = resolve((_int(refclassid), _int(refobjid), _int(refobjsubid)))
        if dependent_item is None or referenced_item is None or dependent_item is referenced_item:
            continue
        if deptype == "x":
            extensions.setdefault(dependent_item.id, set()).add(referenced_item.name)
        body = bool(dependent_item.body_catalog) and _int(classid) in bodies
        dependent = dependent_item.parent if dependent_item.derived and dependent_item.parent else dependent_item.id
        found[Edge(dependent, referenced_item.id, body)] = None
    return tuple(edge for edge in found if edge.referenced in known and edge.dependent != edge.referenced), extensions


def _int(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"expected a number, got {value!r}")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(f"expected an array, got {value!r}")
    return value


def _address(row: Row) -> Address:
    return _int(row[0]), _int(row[1]), _int(row[2])


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    return tuple((str(first), str(second)) for first, second in map(_list, _list(value)))
