"""A state as it is made: its statements, and what may be used by those that follow."""

from collections.abc import Iterator
from typing import Final

from attrs import Factory, define

from .choosing import Choices

ROLES: Final = ("pg_monitor", "pg_read_all_data", "public")


@define
class Column:
    """A column of a table or a view, as far as others need to know it."""

    name: str
    family: str
    type: str
    null: bool = True
    unique: bool = False
    """True if rows never have the same in it, also where a plan adds it."""
    written: bool = True
    """True if an INSERT gives it a value."""


@define
class Relation:
    """A table or a view."""

    name: str
    columns: dict[str, Column]
    kind: str = "table"
    unlogged: bool = False
    keys: list[str] = Factory(list)
    """The columns that are unique each by itself."""

    def of(self, *families: str) -> list[Column]:
        """The columns of these families."""
        return [each for each in self.columns.values() if each.family in families]


@define
class State:
    """One end of a change."""

    major: int
    statements: list[str] = Factory(list)
    types: dict[str, list[str]] = Factory(dict)
    """Types made in it, by the family of columns that may have them."""
    functions: set[str] = Factory(set)
    collations: list[str] = Factory(list)
    strict: set[str] = Factory(set)
    """Domains that take no null."""
    literals: dict[str, str] = Factory(dict)
    """A value of each composite type."""
    tables: list[Relation] = Factory(list)
    views: list[Relation] = Factory(list)
    schemas: list[str] = Factory(lambda: ["public"])

    def add(self, *statements: str) -> None:
        self.statements += statements

    def offer(self, family: str, *types: str) -> None:
        """Types that columns of a family may have from now on."""
        self.types.setdefault(family, []).extend(types)


def satellites(c: Choices, kind: str, name: str, privileges: tuple[str, ...] = (), owned: bool = True) -> Iterator[str]:
    """The owner, comment and grants of an object."""
    about = f"{kind} {name}"
    if comment := c.one(f"{about}: comment", "", "", "said", "it''s"):
        yield f"comment on {about} is '{comment}'"
    if owned and (owner := c.one(f"{about}: owner", "", "", "", "pg_monitor")):
        yield f"alter {about} owner to {owner}"
    if not privileges:
        return
    grantable = {"materialized view": "table", "view": "table", "foreign table": "table", "server": "foreign server"}
    grantable |= {"domain": "type", "aggregate": "function"}
    on = f"on {grantable.get(kind, kind)} {name}"
    # An index calls its functions as the owner of its table.
    if kind not in ("function", "aggregate") and c.flag(f"{about}: revoked", 4):
        yield f"revoke all {on} from public"
    for role in c.some(f"{about}: granted", ROLES, 4):
        which = c.one(f"{about}: granted to {role}", *privileges, "all")
        option = " with grant option" if role != "public" and c.flag(f"{about}: grantable by {role}", 4) else ""
        yield f"grant {which} {on} to {role}{option}"
