"""Remedies for the errors of a load that are foreseen: absent roles, extensions, settings and databases."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Final, Protocol

from pgnorm.catalog.quoting import ident

from ..sql.lexer import name_of
from .adaptation import Adapted, Level, without_item, without_version
from .errors import missing_role

if TYPE_CHECKING:
    from psycopg import Connection, Error

    from .pending import Item

_EXTENSION: Final = re.compile(r'extension "(.+)" is not available')

_THERE: Final = re.compile(r'(extension|publication|event trigger) "(.+)" already exists')
# Where entries of a kind stand, up to the column of their name; `_BEFORE` asks which of them is older than the load.
_OLDER: Final = {
    "extension": "pg_catalog.pg_extension where extname",
    "publication": "pg_catalog.pg_publication where pg_catalog.pg_has_role(pubowner, 'USAGE') and pubname",
    "event trigger": "pg_catalog.pg_event_trigger where evtname",
}
_SHAPED: Final = "publication"
"""The kind of which the platform makes one for projects to shape."""
_BEFORE: Final = (
    " operator(pg_catalog.=) %s and pg_catalog.age(xmin) operator(pg_catalog.>) pg_catalog.age(%s::pg_catalog.xid)"
)


class Load(Protocol):
    """The load that met the error, as far as a remedy asks something of it."""

    @property
    def created_roles(self) -> Collection[str]:
        """The roles made for the load."""

    @property
    def connection(self) -> Connection:
        """The connection that is loaded into."""

    @property
    def declares(self) -> bool:
        """True where files declare what there is to be, and for dumps."""

    @property
    def began(self) -> str:
        """A transaction id older than the load's."""

    @property
    def roles_to_come(self) -> Collection[str]:
        """The roles that a later statement creates."""

    def note(self, level: Level, place: str | None, message: str) -> None:
        """Tells what was done."""

    def create_role(self, role: str) -> None:
        """Makes a role that can't log in."""

    def ask_for_extension(self, item: Item, name: str, version: str | None) -> bool:
        """Has an extension made available. Whether it is a stand-in without contents."""


def remedy(load: Load, item: Item, error: Error) -> bool:
    """True if something was done after which a statement can be run again (or, its text empty, is left out)."""
    words, message, code = item.statement.words, error.diag.message_primary or "", error.sqlstate
    if role := missing_role(error):
        return _provide_role(load, item, role)
    if code == "42710" and words[:1] == ("CREATE",) and load.declares and (found := _THERE.search(message)):
        return _give_way(load, item, found[1], found[2])
    if item.statement.begins("CREATE", "EXTENSION"):
        return _provide_extension(load, item, message, code)
    if item.statement.begins("ALTER", "EXTENSION") and "UPDATE" in words and code == "22023":
        return _leave_out(load, item, "verbose", f"left out: {message}")
    if code == "42704" and words[:1] in (("SET",), ("RESET",)):
        return _leave_out(load, item, "verbose", f"left out: {message}")
    if code == "3D000":
        return _leave_out(load, item, "note", f"left out: {message}")
    if code == "42710" and words[:1] == ("CREATE",) and name_of(words[2]) in load.created_roles:
        return _leave_out(load, item, "verbose", f"left out: {message}, since an earlier statement names it")
    return False


def _leave_out(load: Load, item: Item, level: Level, message: str) -> bool:
    return _adopt(load, item, Adapted(text=None, note=message, level=level))


def _adopt(load: Load, item: Item, adapted: Adapted) -> bool:
    """Takes over an adapted text, with its note. Whether it differs."""
    if adapted.text == item.text:
        return False
    item.text = adapted.text or ""
    load.note(adapted.level, item.place, adapted.note)
    return True


def _provide_role(load: Load, item: Item, role: str) -> bool:
    if item.statement.begins("DROP"):
        return False
    if role.startswith("pg_"):
        note = f"the role {role}, which this server does not have, is left out"
        return _adopt(load, item, without_item(item.text, lambda token: token.name == role, note))
    if role in load.roles_to_come:
        return False
    load.create_role(role)
    load.note("note", None, f"the role {role} is made for the load: what names it has no `create role` for it")
    return True


def _provide_extension(load: Load, item: Item, message: str, code: str | None) -> bool:
    if match := _EXTENSION.search(message):
        # The statement's own extension was asked for before; this one comes by CASCADE.
        return load.ask_for_extension(item, match[1], None)
    if code == "22023" and "VERSION" in item.text.upper():
        adapted = Adapted(text=without_version(item.text), note="the extension's VERSION is left out")
        return _adopt(load, item, adapted)
    return False


def _give_way(load: Load, item: Item, kind: str, name: str) -> bool:
    """Has what a file makes give way to the platform's of that name, but for a publication, which is the project's to
    shape: there the platform's gives way, where the role that makes the other may drop it."""
    query = f"select from {_OLDER[kind]}{_BEFORE}"
    if load.connection.execute(query.encode(), [name, load.began]).fetchone() is None:
        return False
    if kind != _SHAPED:
        return _leave_out(load, item, "verbose", f"left out: the platform brings the {kind} {name}")
    load.connection.execute(f"drop publication {ident(name)}".encode())
    load.note("verbose", item.place, f"takes the place of the platform's publication {name}")
    return True
