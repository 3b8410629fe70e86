"""Many queries in one round trip and one snapshot, received by a thread while what came before is worked on."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from functools import lru_cache
from queue import SimpleQueue
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from threading import Thread
from typing import TYPE_CHECKING, Any, Final, LiteralString, TypeAlias

from attrs import frozen

from .errors import PgnormError
from .pinning import pins
from .privileges import AclItem

if TYPE_CHECKING:
    import psycopg
    from psycopg.pq.abc import PGconn, PGresult

OLDEST: Final = 140000
"""The oldest server_version_num that is read (pg_get_function_sqlbody came with 14)."""

PATIENCE: Final = 0.1
"""Seconds between two requests to stop."""
RECEIVER: Final = "pgnorm-read"
"""The name of the thread that receives answers."""
ACL_COLUMNS: Final = frozenset({"acl", "acl_default"})

Row: TypeAlias = tuple[Any, ...]  # the query says of which type each value is
Columns: TypeAlias = Mapping[str, Sequence[Any]]
Answer: TypeAlias = "PGresult | BaseException"


@frozen
class Result:
    """What a query answered: lists where it has arrays."""

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


def run(connection: "psycopg.Connection[Row]", queries: Sequence[LiteralString]) -> Generator[Result]:
    """The results of all queries, in the connection's open transaction or one of its own, with every setting put back.

    All are sent at once, behind what settles the session (`pinning`). A server waits for whoever leaves its answers
    unread, hence the thread. Close the iterator where it is not read to its end.
    """
    from psycopg.adapt import Transformer
    from psycopg.errors import error_from_result
    from psycopg.pq import ExecStatus, TransactionStatus

    idle = connection.info.transaction_status == TransactionStatus.IDLE
    begin, undo = _OWN_TRANSACTION if idle else _SAVEPOINT
    head = (begin, *pins(connection.pgconn))
    conversation = _Conversation(connection.pgconn, (*head, *queries, *undo))
    transformer = Transformer(connection)
    done = False
    try:
        for place, answer in enumerate(conversation):
            if answer.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
                raise error_from_result(answer, connection.info.encoding)
            if 0 <= place - len(head) < len(queries):
                transformer.set_pgresult(answer)
                columns = tuple((answer.fname(number) or b"").decode() for number in range(answer.nfields))
                yield Result(columns, transformer.load_rows(0, answer.ntuples, tuple))
        done = True
    finally:
        try:
            if not done:
                conversation.abandon()
        finally:
            conversation.end()
        if conversation.halfway and not connection.closed:
            for statement in undo:
                connection.execute(statement)


_OWN_TRANSACTION: Final[tuple[LiteralString, tuple[LiteralString, ...]]] = (
    "begin transaction isolation level repeatable read, read only",
    ("rollback",),
)
_SAVEPOINT: Final[tuple[LiteralString, tuple[LiteralString, ...]]] = (
    "savepoint pgnorm_read",
    ("rollback to savepoint pgnorm_read", "release savepoint pgnorm_read"),
)


class _Conversation:
    """Statements sent together, and their answers as they come."""

    def __init__(self, pgconn: "PGconn", statements: Sequence[str]) -> None:
        self._pgconn = pgconn
        self._statements = statements
        self._answers: SimpleQueue[Answer] = SimpleQueue()
        self._succeeded = 0
        self._nonblocking = pgconn.nonblocking
        pgconn.nonblocking = 1
        pgconn.enter_pipeline_mode()
        self._thread = Thread(target=self._converse, name=RECEIVER, daemon=True)
        self._thread.start()

    def __iter__(self) -> "Iterator[PGresult]":
        """One answer to each statement. Raises what went wrong with the connection."""
        for _ in self._statements:
            answer = self._answers.get()
            if isinstance(answer, BaseException):
                raise answer
            yield answer

    @property
    def halfway(self) -> bool:
        """Whether the first statement has had its effect and the last one has not, once the conversation has ended."""
        return 0 < self._succeeded < len(self._statements)

    def abandon(self) -> None:
        """Make the server stop, whatever it is at. Between two statements it hears no request to."""
        from psycopg import OperationalError

        cancel = self._pgconn.get_cancel()
        while self._thread.is_alive():
            try:
                cancel.cancel()
            except OperationalError:  # a server that takes no new connection is left to finish what it was asked
                break
            self._thread.join(PATIENCE)

    def end(self) -> None:
        """Wait for the last answer and leave the connection as it was."""
        from psycopg.pq import ConnStatus

        self._thread.join()
        if self._pgconn.status == ConnStatus.OK:
            self._pgconn.exit_pipeline_mode()
            self._pgconn.nonblocking = self._nonblocking

    def _converse(self) -> None:
        try:
            for statement in self._statements:
                self._pgconn.send_query_params(statement.encode(), None)
            self._pgconn.pipeline_sync()
            self._receive(len(self._statements) + 1)  # the end of the pipeline is an answer too
        except BaseException as error:
            self._answers.put(error)

    def _receive(self, count: int) -> None:
        from psycopg.pq import ExecStatus

        pgconn = self._pgconn
        succeeded = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)
        unsent = True
        with DefaultSelector() as selector:
            selector.register(pgconn.socket, EVENT_READ | EVENT_WRITE)
            while count:
                if unsent and not (unsent := bool(pgconn.flush())):
                    selector.modify(pgconn.socket, EVENT_READ)
                selector.select()
                pgconn.consume_input()
                while count and not pgconn.is_busy():
                    answer = pgconn.get_result()
                    if answer is not None:  # None ends the answers to one statement
                        self._succeeded += answer.status in succeeded
                        self._answers.put(answer)
                        count -= 1


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
