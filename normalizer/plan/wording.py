"""The text of what a plan does to one object, or can't do."""

from typing import Final

from pgnorm.catalog.errors import PgnormError
from pgnorm.catalog.model import Entry, Object, Statement, statements
from pgnorm.catalog.quoting import ident

ASIDE_SUFFIX: Final = "__pgnorm_old"
NAME_LIMIT: Final = 63
"""NAMEDATALEN - 1, in bytes."""
USUAL_ACCESS_METHOD: Final = "heap"


def stored(entry: Entry) -> tuple[Statement, ...]:
    """The entry's statements, in the tablespace and with the access method that it asks for."""
    wanted = {"default_tablespace": entry.tablespace or "", "default_table_access_method": entry.access_method or ""}
    settings = {name: value for name, value in wanted.items() if value not in ("", USUAL_ACCESS_METHOD)}
    return (
        *(Statement(sql=f"SET {name} = {ident(value)};") for name, value in settings.items()),
        *statements(entry.sql),
        *statements(entry.after_owner),
        *(Statement(sql=f"RESET {name};") for name in settings),
    )


def aside_name(item: Object) -> str:
    return suffixed(item.name, ASIDE_SUFFIX)


def suffixed(name: str, suffix: str) -> str:
    """A name with a suffix behind as much of it as there is room for."""
    room = NAME_LIMIT - len(suffix)
    return name.encode()[:room].decode(errors="ignore") + suffix


def in_two_migrations(user: Object, used: Object) -> PgnormError:
    """The error for a change that Postgres refuses while a column holds values of what changes."""
    return PgnormError(
        f"{used.kind} {used.label} can't change so while {user.kind} {user.label} holds values of it",
        hint=f"Do it in two migrations: take {user.label} away or give it another type in the first, "
        "and put it back in the second.",
    )
