"""Databases of a fleet: listed in a file, or by a query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value, untold
from pgnorm.catalog.quoting import one_line

from ..files.reading import SourceFile
from ..project.databases import Database, beside, called, connect
from ..project.typed import could_be_address, is_address
from ..sql.statements import split

if TYPE_CHECKING:
    from psycopg import Cursor

_FORM: Final = "Write an address on each line, or a name, a blank and an address; `#` begins a line that is a comment."
_ANSWER: Final = (
    "Each row is an address or the name of a database on the same server, or a name of your own and one of these."
)
_ONE_QUERY: Final = "It is one query that answers rows: SELECT, VALUES, TABLE or WITH."
_OF_ADDRESSES: Final = "@:="
_NAMES: Final = "Give the database another name, or none: it is called as on its server then."
_COLUMNS: Final = 2


class Tenant(Value):
    """A database of a fleet, and its name for people: no password."""

    name: str
    """One line."""
    database: Database = untold()
    place: str = ""
    """The place of its line or row."""


def of_file(file: SourceFile) -> tuple[Tenant, ...]:
    """The tenants in the lines of a file. Raises PgnormError, placed, which never repeats an address."""
    lines = enumerate(map(str.strip, file.text.splitlines()), start=1)
    return _named([_of_line(line, f"{file.label}:{number}") for number, line in lines if line and line[0] != "#"])


def of_query(database: Database, query: str) -> tuple[Tenant, ...]:
    """The tenants that a query lists, asked of a database in a transaction that can't write.

    Raises PgnormError for a query that fails or answers something else, and for what is no query.
    """
    from psycopg import Error
    from psycopg.errors import SyntaxError as Misspelt

    if (count := len(split(query, label="--query"))) != 1:
        raise PgnormError(f"--query holds {count or 'no'} statements", hint=_ONE_QUERY)
    with connect(database) as connection:
        try:
            connection.execute("begin read only")
            # `binary` asks for the extended protocol, which takes one statement; and a cursor takes queries alone.
            connection.execute(b"declare listed no scroll cursor for " + query.encode(), binary=True)
            found = list(_rows(connection.execute("fetch all from listed"), database))
            connection.execute("rollback")
        except Error as error:
            said = error.diag.message_primary or str(error).strip().partition("\n")[0]
            hint = error.diag.message_hint or (_ONE_QUERY if isinstance(error, Misspelt) else None)
            raise PgnormError(f"the query that lists the databases: {said}", hint=hint) from error
    return _named(found)


def _rows(cursor: Cursor, database: Database) -> Iterator[Tenant]:
    columns = len(cursor.description or ())
    if not 0 < columns <= _COLUMNS:
        raise PgnormError(f"the query that lists the databases answers {columns} columns", hint=_ANSWER)
    for number, row in enumerate(cursor, start=1):
        *name, target = row
        if not target or not isinstance(target, str) or not all(isinstance(word, str) for word in name):
            raise PgnormError(
                "it is no text", place=f"row {number} of the query that lists the databases", hint=_ANSWER
            )
        place = f"row {number} of the query"
        named = not (is_address(target) or could_be_address(target))
        found = beside(database, target) if named else Database(conninfo=target)
        yield Tenant(name=_name(str(name[0]), place) if name else "", database=found, place=place)


def _of_line(line: str, place: str) -> Tenant:
    word, *rest = line.split(maxsplit=1)
    if not is_address(word) and rest:
        name, address = _name(word, place), rest[0]
    else:
        name, address = "", line
    if not is_address(address):
        raise PgnormError("it holds no address of a database", place=place, hint=_FORM)
    return Tenant(name=name, database=Database(conninfo=address), place=place)


def _name(word: str, place: str) -> str:
    """A name that somebody gave. Raises PgnormError, which does not repeat it, for what may be a part of
    an address."""
    if any(sign in word for sign in _OF_ADDRESSES):
        raise PgnormError("a name has none of `@`, `:` and `=` in it, which are of addresses", place=place, hint=_NAMES)
    return word


def _named(found: Sequence[Tenant]) -> tuple[Tenant, ...]:
    """The tenants, those without a name called as their databases.

    Raises PgnormError for an address that can't be read, and for two of one name or one address.
    """
    where = [_called(each) for each in found]
    counts = Counter(name for name, _ in where)
    whole = {name for name, count in counts.items() if count > 1}
    named = [
        each.evolve(name=one_line(each.name or (f"{name} on {server}" if name in whole else name)))
        for each, (name, server) in zip(found, where, strict=True)
    ]
    names: dict[str, Tenant] = {}
    addresses: dict[Database, Tenant] = {}
    for each in named:
        if (same := addresses.setdefault(each.database, each)) is not each:
            raise PgnormError("this database is listed before", place=each.place, hint=f"See {same.place}.")
        if (same := names.setdefault(each.name, each)) is not each:
            raise PgnormError(
                f"the name {each.name} is taken before",
                place=each.place,
                hint=f"See {same.place}; give one of them another name.",
            )
    return tuple(named)


def _called(tenant: Tenant) -> tuple[str, str]:
    try:
        return called(tenant.database)
    except PgnormError as error:
        error.place = tenant.place
        raise
