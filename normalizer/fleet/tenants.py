"""Databases of a fleet: listed in a file, or by a query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Value, untold

from ..files.reading import SourceFile
from ..project.databases import Database, beside, called, connect

if TYPE_CHECKING:
    from psycopg import Cursor

_FORM: Final = "Write an address on each line, or a name, a blank and an address; `#` begins a line that is a comment."
_ANSWER: Final = (
    "Each row is an address or the name of a database on the same server, or a name of your own and one of these."
)
_COLUMNS: Final = 2


class Tenant(Value):
    """A database of a fleet, and its name for people: no password."""

    name: str
    database: Database = untold()
    place: str = ""
    """The place of its line or row."""


def of_file(file: SourceFile) -> tuple[Tenant, ...]:
    """The tenants in the lines of a file. Raises PgnormError, placed, which never repeats an address."""
    lines = enumerate(map(str.strip, file.text.splitlines()), start=1)
    return _named([_of_line(line, f"{file.label}:{number}") for number, line in lines if line and line[0] != "#"])


def of_query(database: Database, query: str) -> tuple[Tenant, ...]:
    """The tenants that a query lists, asked of a database in a transaction that can't write.

    Raises PgnormError for a query that fails or answers something else.
    """
    from psycopg import Error

    with connect(database) as connection:
        try:
            connection.execute("begin read only")
            cursor = connection.execute(query.encode())
            found = list(_rows(cursor, database))
        except Error as error:
            said = error.diag.message_primary or str(error).strip().partition("\n")[0]
            raise PgnormError(f"the query that lists the databases: {said}", hint=error.diag.message_hint) from error
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
        is_address = "://" in target or "=" in target
        found = Database(conninfo=target) if is_address else beside(database, target)
        yield Tenant(name=str(name[0]) if name else "", database=found, place=f"row {number} of the query")


def _of_line(line: str, place: str) -> Tenant:
    word, *rest = line.split(maxsplit=1)
    if not _is_address(word) and rest:
        name, address = word, rest[0]
    else:
        name, address = "", line
    if not _is_address(address):
        raise PgnormError("it holds no address of a database", place=place, hint=_FORM)
    return Tenant(name=name, database=Database(conninfo=address), place=place)


def _is_address(text: str) -> bool:
    return "://" in text or "=" in text


def _named(found: Sequence[Tenant]) -> tuple[Tenant, ...]:
    """The tenants, those without a name called as their databases.

    Raises PgnormError for an address that can't be read, and for two of one name or one address.
    """
    where = [_called(each) for each in found]
    counts = Counter(name for name, _ in where)
    whole = {name for name, count in counts.items() if count > 1}
    named = [
        each if each.name else each.evolve(name=f"{name} on {server}" if name in whole else name)
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
