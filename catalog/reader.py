"""Reading a catalog: one snapshot, one pipeline, one query per kind, pg_depend once."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import islice, repeat
from typing import TYPE_CHECKING, Any, Final, LiteralString, TypeAlias

from attrs import frozen

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
DEPENDS_ON_EXTENSION: Final = "x"
BATCH: Final = 8
ADDRESS_COLUMNS: Final = frozenset({"oid", "subid"})
ACL_COLUMNS: Final = frozenset({"acl", "acl_default"})

Address: TypeAlias = tuple[int, int, int]
Row: TypeAlias = tuple[Any, ...]  # the query says of which type each value is
Columns: TypeAlias = Mapping[str, Sequence[Any]]
Remarks: TypeAlias = tuple[tuple[str, Mapping[Address, Any], Any], ...]
"""What is said of objects beside their own queries: the attribute's name, its values, the value of the others."""


@frozen
class Result:
    """What a query gave."""

    columns: tuple[str, ...]
    rows: Sequence[Row]

    def records(self) -> Iterator[dict[str, Any]]:
        """Its rows by the columns' names, with lists and privileges as objects hold them."""
        converted = (_converted(name, values) for name, values in self.by_column().items())
        return (dict(zip(self.columns, row, strict=True)) for row in zip(*converted, strict=True))

    def by_column(self) -> Columns:
        """The values of each column; empty where there are no rows."""
        return dict(zip(self.columns, zip(*self.rows, strict=True), strict=True)) if self.rows else {}


def read(connection: "psycopg.Connection[Row]") -> Catalog:
    """Read the database that `connection` is in, inside its open transaction or one of its own.

    Raises PgnormError for a server older than 14.
    """
    version = supported(connection)
    common = [SETTINGS, ROLE, CATALOGS, DEPENDENCIES, COMMENTS, LABELS, UNMODELLED]
    superuser = connection.info.parameter_status("is_superuser") == "on"
    kinds = [kind for kind in KINDS if superuser or not kind.superuser_only]
    having_members = [kind for kind in kinds if kind.members]
    queries = (*(kind.query(version) for kind in kinds), *(kind.members for kind in having_members))
    results = run(connection, [*common, *queries])
    _settings, role, catalogs, dependencies, comments, labels, unmodelled = islice(results, len(common))
    numbers: dict[str, int] = {name: oid for oid, name in catalogs.rows}
    remarks: Remarks = (
        ("comment", {row[:3]: row[3] for row in comments.rows}, None),
        ("labels", {row[:3]: _frozen(row[3]) for row in labels.rows}, ()),
    )
    by_address: dict[Address, Object] = {}
    for kind, result in zip(kinds, islice(results, len(kinds)), strict=True):
        by_address.update(_addressed(kind, numbers.get(kind.catalog, 0), result, remarks))
    _drop_orphans(by_address)
    bodies = frozenset(numbers[kind.body_catalog] for kind in KINDS if kind.body_catalog)
    members = {
        (row[0], row[1], 0): (numbers[kind.catalog], row[2], 0)
        for kind, result in zip(having_members, results, strict=True)
        for row in result.rows
    }
    edges, extensions = _edges(by_address, dependencies.rows, bodies, members)
    objects = {item.id: item for item in by_address.values()}
    for dependent, names in extensions.items():
        objects[dependent] = objects[dependent].evolve(extensions=tuple(sorted(names)))
    return Catalog(
        version=version,
        server=connection.info.parameter_status("server_version") or str(version),
        role=role.rows[0][0],
        objects=objects,
        edges=edges,
        unmodelled=tuple((what, name) for what, name in unmodelled.rows),
    )


def supported(connection: "psycopg.Connection[Row]") -> int:
    """The server's server_version_num. Raises PgnormError for a server older than 14."""
    version = connection.info.server_version
    if version < OLDEST:
        raise PgnormError(
            f"the server is Postgres {version // 10000}; pgnorm reads Postgres {OLDEST // 10000} and later",
            hint="Upgrade the server, or compare against one that runs a supported major.",
        )
    return version


def objects_of(kind: type[Object], columns: Sequence[str], rows: Sequence[Row]) -> Sequence[Object]:
    """The objects in rows of the kind's own query, or of a part of it; comments and labels are not in it."""
    values = Result(tuple(columns), rows).by_column()
    return _objects(kind, values, {}) if values else ()


def _drop_orphans(objects: dict[Address, Object]) -> None:
    """Leave out the parts of what no kind reads (a partition's columns), and theirs."""
    parents = {address: item.parent for address, item in objects.items()}
    known: set[ObjectId | None] = {None, *(item.id for item in objects.values())}
    while orphans := [address for address, parent in parents.items() if parent not in known]:
        for address in orphans:
            known.discard(objects.pop(address).id)
            del parents[address]


def run(connection: "psycopg.Connection[Row]", queries: Sequence[LiteralString]) -> Iterator[Result]:
    """The results of all queries, in one pipeline and one snapshot, with every setting put back at the end.

    The next `BATCH` of queries is with the server before the results of the one before are handed out, so that both
    sides work at once.
    """
    if connection.info.transaction_status == TRANSACTION_IDLE:
        connection.execute("begin transaction isolation level repeatable read, read only")
        undo: LiteralString = "rollback"
    else:
        connection.execute("savepoint pgnorm_read")
        undo = "rollback to savepoint pgnorm_read; release savepoint pgnorm_read"
    try:
        with connection.pipeline():
            sent = [connection.execute(query, prepare=False) for query in queries[:BATCH]]
            for place in range(BATCH, len(queries) + BATCH, BATCH):
                first = _result(sent[0])  # psycopg waits for the results of all that was sent
                following = [connection.execute(query, prepare=False) for query in queries[place : place + BATCH]]
                yield first
                yield from map(_result, sent[1:])
                sent = following
    finally:
        connection.execute(undo)


def _result(cursor: "psycopg.Cursor[Row]") -> Result:
    # In a pipeline the description is there once the rows have been asked for.
    rows = cursor.fetchall()
    return Result(tuple(column.name for column in cursor.description or ()), rows)


def _addressed(kind: type[Object], number: int, result: Result, remarks: Remarks) -> Iterator[tuple[Address, Object]]:
    """The objects in the rows of a kind's query, with their addresses and what is said of them."""
    values = result.by_column()
    if not values:
        return iter(())
    addresses = list(zip(repeat(number), values["oid"], values.get("subid", repeat(0)), strict=False))
    said = {name: [by_address.get(address, none) for address in addresses] for name, by_address, none in remarks}
    return zip(addresses, _objects(kind, values, said), strict=True)


def _objects(kind: type[Object], values: Columns, said: Columns) -> Sequence[Object]:
    """The objects in the rows of a kind's query, with what is `said` of each beside it."""
    own = {name: _converted(name, column) for name, column in values.items() if name not in ADDRESS_COLUMNS}
    return kind.many(len(values["oid"]), {**own, **said})


def _converted(name: str, values: Sequence[Any]) -> Sequence[Any]:
    """A column of a result in the types of a kind's fields."""
    if name in ACL_COLUMNS:
        return [None if value is None else _acl(tuple(value)) for value in values]
    if list in set(map(type, values)):
        return [() if value == [] else _frozen(value) for value in values]
    return values


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


@lru_cache(maxsize=4096)
def _acl(texts: tuple[str, ...]) -> tuple[AclItem, ...]:
    return tuple(AclItem.parse(text) for text in texts)


def _edges(
    objects: Mapping[Address, Object],
    rows: Sequence[Row],
    bodies: frozenset[int],
    members: Mapping[Address, Address],
) -> tuple[tuple[Edge, ...], Mapping[ObjectId, set[str]]]:
    """pg_depend between the objects read, its internal parts folded into what they belong to.

    A key's index, a view's rule, a row or array type and an extension's member are no objects of their own: what they
    need or is needed of them holds for their owner. What a derived part needs, its owner needs.
    """
    found: dict[Edge, None] = {}
    extensions: dict[ObjectId, set[str]] = {}
    folded: dict[Address, Address] = {}
    for row in rows:
        if row[6] in FOLDING and row[:3] not in objects:
            folded.setdefault(row[:3], row[3:6])
    folded = {**members, **folded}

    @cache
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
        if (parent := item.parent) is not None:
            found[Edge(item.id, parent)] = None
    for row in rows:
        dependent, referenced = resolve(row[:3]), resolve(row[3:6])
        if dependent is None or referenced is None or dependent is referenced:
            continue
        if row[6] == DEPENDS_ON_EXTENSION:
            extensions.setdefault(dependent.id, set()).add(referenced.name)
        needy = dependent.parent if dependent.derived and dependent.parent else dependent.id
        if needy != referenced.id:
            found[Edge(needy, referenced.id, bool(dependent.body_catalog) and row[0] in bodies)] = None
    return tuple(found), extensions
