"""Reading a catalog: one snapshot, one pipeline, one query per kind, pg_depend once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, LiteralString

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
"""

ROLE: Final[LiteralString] = "select current_user::text"

CATALOGS: Final[LiteralString] = """
select oid, relname::text from pg_class where relnamespace = 'pg_catalog'::regnamespace and oid < 16384 and relkind = 'r'
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

type Address = tuple[int, int, int]
type Row = tuple[object, ...]


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
    results = _run(connection, [SETTINGS, ROLE, CATALOGS, DEPENDENCIES, COMMENTS, LABELS, UNMODELLED, *_queries(version)])
    _settings, role, catalogs, dependencies, comments, labels, unmodelled, *kinds = results
    numbers = {str(name): _int(oid) for oid, name in catalogs.rows}
    by_address: dict[Address, Object] = {}
    said = {_address(row): str(row[3]) for row in comments.rows}
    labelled = {_address(row): _pairs(row[3]) for row in labels.rows}
    for kind, result in zip(KINDS, kinds, strict=True):
        for address, item in _objects(kind, numbers[kind.catalog], result):
            extra = {"comment": said.get(address), "labels": labelled.get(address, ())}
            by_address[address] = evolve(item, **extra) if any(extra.values()) else item
    edges, extensions = _edges(by_address, dependencies.rows, {numbers[k.body_catalog] for k in KINDS if k.body_catalog})
    objects = {item.id: item for item in by_address.values()}
    for dependent, names in extensions.items():
        objects[dependent] = evolve(objects[dependent], extensions=tuple(sorted(names)))
    return Catalog(
        version=version,
        role=str(role.rows[0][0]),
        objects=objects,
        edges=edges,
        unmodelled=tuple((str(what), _int(count)) for what, count in unmodelled.rows if count),
    )


def _queries(version: int) -> Iterator[LiteralString]:
    return (kind.query(version) for kind in KINDS)


def _run(connection: "psycopg.Connection[Row]", queries: Sequence[LiteralString]) -> list[_Result]:
    """All queries in one round trip, in a repeatable-read transaction unless one is open already."""
    results = []
    with connection.transaction(), connection.pipeline():
        cursors = []
        if connection.autocommit and connection.info.transaction_status == 0:
            connection.execute("set transaction isolation level repeatable read, read only")
        for query in queries:
            cursor = connection.cursor()
            cursor.execute(query, prepare=False)
            cursors.append(cursor)
        for cursor in cursors:
            columns = tuple(column.name for column in cursor.description or ())
            results.append(_Result(columns, cursor.fetchall()))
    return results
