"""Many queries in few round trips and one snapshot, received by a thread while what came before is worked on."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, LiteralString, Self, TypeAlias

from attrs import frozen

from .acl import AclItem
from .conversation import Conversation
from .errors import PgnormError
from .pinning import pins

if TYPE_CHECKING:
    import psycopg

    from .conversation import Patience

OLDEST: Final = 140000
"""The oldest server_version_num that is read (pg_get_function_sqlbody came with 14)."""

ACL_COLUMNS: Final = frozenset({"acl", "acl_default"})

Row: TypeAlias = tuple[Any, ...]  # the query says of which type each value is
Columns: TypeAlias = Mapping[str, Sequence[Any]]


@frozen
class Result:
    """The answer to a query: lists where it has arrays."""

    columns: tuple[str, ...]
    rows: Sequence[Row]

    def by_column(self) -> Columns:
        """The values of each column, with lists and privileges as objects hold them; empty where there are no rows."""
        values = zip(*self.rows, strict=True)
        return {name: _converted(name, next(values)) for name in self.columns} if self.rows else {}

    def records(self) -> Iterator[dict[str, Any]]:
        """Its rows by the columns' names, with the same values."""
        values = self.by_column()
        return (dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True))


def supported(connection: "psycopg.Connection[Row]") -> int:
    """The server's server_version_num. Raises PgnormError for a server older than 14."""
    version = connection.info.server_version
    if version < OLDEST:
        raise PgnormError(
            f"the server is Postgres {version // 10000}; pgnorm reads Postgres {OLDEST // 10000} and later",
            hint="Upgrade the server, or compare against one that runs a supported major.",
        )
    return version


class Pipeline:
    """Questions in one transaction: the connection's open one, or one of its own, in which all see the same.

    Whatever is on its way at the end is abandoned, and every setting is put back.
    """

    def __init__(self, connection: "psycopg.Connection[Row]", patience: "Patience | None" = None) -> None:
        from psycopg.pq import TransactionStatus

        idle = connection.info.transaction_status == TransactionStatus.IDLE
        self._connection = connection
        self._patience = patience
        self._begin, self._undo = _OWN_TRANSACTION if idle else _SAVEPOINT
        self._open = False
        self._asked: Conversation | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._end(abandon=True)
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            self._connection.close()  # nobody waits for a server that may be silent
        elif self._open and not self._connection.closed:
            for statement in self._undo:
                self._connection.execute(statement)

    def ask(self, queries: Sequence[LiteralString], *, last: bool = False) -> Iterator[Result]:
        """The results of all queries; `last` says that none follow them.

        All are sent at once and by now, the first behind what settles the session (`pinning`). A server waits for
        whoever leaves its answers unread, hence a thread. They are read to their end before anything else is asked.
        """
        assert self._asked is None
        connection, patience = self._connection, self._patience
        timeout = patience.lock_timeout if patience else None
        head = () if self._open else (self._begin, *pins(connection.pgconn, timeout))
        statements = (*head, *queries, *(self._undo if last else ()))
        # Known before it begins: an interruption may come at any moment.
        self._asked = asked = Conversation(connection, statements, patience)
        asked.begin()
        return self._results(asked, range(len(head), len(head) + len(queries)))

    def _results(self, asked: Conversation, places: range) -> Iterator[Result]:
        from psycopg.adapt import Transformer
        from psycopg.errors import error_from_result
        from psycopg.pq import ExecStatus

        transformer = Transformer(self._connection)
        for place, answer in enumerate(asked):
            if answer.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
                raise error_from_result(answer, self._connection.info.encoding)
            if place in places:
                transformer.set_pgresult(answer)
                columns = tuple((answer.fname(number) or b"").decode() for number in range(answer.nfields))
                yield Result(columns, transformer.load_rows(0, answer.ntuples, tuple))
        self._end(abandon=False)

    def _end(self, *, abandon: bool) -> None:
        asked = self._asked
        if asked is None:
            return
        try:
            if abandon:
                asked.abandon()
        finally:
            asked.end()
            begun, ended = asked.said(self._begin), asked.said(self._undo[-1])
            self._open = (self._open or begun) and not ended
            self._asked = None


def run(
    connection: "psycopg.Connection[Row]", queries: Sequence[LiteralString], patience: "Patience | None" = None
) -> Generator[Result]:
    """The results of all queries, sent at once in one snapshot. Close the iterator where it is not read to its end."""
    with Pipeline(connection, patience) as pipeline:
        yield from pipeline.ask(queries, last=True)


_OWN_TRANSACTION: Final[tuple[LiteralString, tuple[LiteralString, ...]]] = (
    "begin transaction isolation level repeatable read, read only",
    ("rollback",),
)
_SAVEPOINT: Final[tuple[LiteralString, tuple[LiteralString, ...]]] = (
    "savepoint pgnorm_read",
    ("rollback to savepoint pgnorm_read", "release savepoint pgnorm_read"),
)


def _converted(name: str, values: Sequence[Any]) -> Sequence[Any]:
    """A column of a result in the types of a kind's fields."""
    if name in ACL_COLUMNS:
        return [None if value is None else _acl(tuple(value)) for value in values]
    if isinstance(next((value for value in values if value is not None), None), list):
        return list(map(_frozen, values))
    return values


def _frozen(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    # Arrays are rectangular: where one item is a list, all are.
    return tuple(map(_frozen, value)) if value and isinstance(value[0], list) else tuple(value)


@lru_cache(maxsize=4096)
def _acl(texts: tuple[str, ...]) -> tuple[AclItem, ...]:
    return tuple(AclItem.parse(text) for text in texts)
