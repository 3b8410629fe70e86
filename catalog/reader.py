"""Reading a catalog: one snapshot, one query per kind of which there is any, pg_depend once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from itertools import islice
from typing import TYPE_CHECKING, Final, LiteralString, NamedTuple

from attrs import define, evolve

from .answers import Answers, Common, assembled, with_members
from .kinds import KINDS
from .model import Catalog, Object
from .model.facets import SuperuserOnly, WithMembers
from .model.run_time import RunTime
from .namesakes import NAMESAKES
from .pipeline import Pipeline, Result, Row, supported
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
    with reading(connection, patience, superuser=superuser) as found:
        return found.catalog()


@contextmanager
def reading(
    connection: "psycopg.Connection[Row]", patience: "Patience | None" = None, *, superuser: bool | None = None
) -> "Iterator[Reading]":
    """As `read`, where the server works while the caller does something else."""
    version = supported(connection)
    if superuser is None:
        superuser = connection.info.parameter_status("is_superuser") == "on"
    readable = [kind for kind in KINDS if superuser or not issubclass(kind, SuperuserOnly)]
    with Pipeline(connection, patience) as pipeline:
        yield Reading(
            version=version,
            server=connection.info.parameter_status("server_version") or str(version),
            readable=readable,
            pipeline=pipeline,
            there=pipeline.ask([presence(readable)]),
        )


@define(slots=False, kw_only=True)
class Reading:
    """A server at work: on what there may be, then on all of that, which is taken once, as a catalog or as it comes."""

    version: int
    server: str
    readable: Sequence[type[Object]]
    pipeline: Pipeline
    there: Iterator[Result]

    def go_on(self) -> None:
        """Ask for all that there is, which is sent by then."""
        _ = self._asked  # the first to want it has it sent

    def catalog(self) -> Catalog:
        """The catalog, made while answers come in."""
        kinds = self._asked.kinds
        with self._stage() as answered:
            found = assembled(self.version, self.server, _common(answered), kinds, answered)
        return evolve(found, run_time=self._run_time())

    def answers(self) -> Answers:
        """The answers, of which nothing is made yet."""
        with self._stage() as answered:
            common = _common(answered)
            asked = self._asked.kinds
            kinds = tuple(zip(asked, islice(answered, len(asked)), strict=True))
            members = tuple(islice(answered, len(with_members(asked))))
        return Answers(
            version=self.version,
            server=self.server,
            common=common,
            kinds=kinds,
            members=members,
            run_time=self._run_time(),
        )

    @cached_property
    def _asked(self) -> "_UnderWay":
        (found,) = self.there
        there, schemas, partman = found.rows[0]
        kinds = _present(self.readable, there)
        results = self.pipeline.ask((*queries(kinds, self.version), *partman_query(partman)), last=True)
        return _UnderWay(kinds, results, partial(run_time, schemas, partman))

    @contextmanager
    def _stage(self) -> Iterator[Iterator[Result]]:
        with stage("Reading the catalog", len(COMMON) + len(self._asked.kinds)) as steps:
            yield steps.counting(self._asked.results)

    def _run_time(self) -> RunTime:
        return self._asked.places([row for said in self._asked.results for row in said.rows])


class _UnderWay(NamedTuple):
    kinds: Sequence[type[Object]]
    results: Iterator[Result]
    places: Callable[[Sequence[Row]], RunTime]


def _common(answered: Iterator[Result]) -> Common:
    return Common(*islice(answered, len(COMMON)))


def _present(kinds: Sequence[type[Object]], there: Sequence[bool]) -> list[type[Object]]:
    """The kinds of which there may be objects."""
    found = dict(zip(_presences(kinds), there, strict=True))
    return [kind for kind in kinds if not kind.presence or found[kind.presence]]


def _presences(kinds: Sequence[type[Object]]) -> list[LiteralString]:
    """The questions for the presence of kinds, each once."""
    return list(dict.fromkeys(kind.presence for kind in kinds if kind.presence))
