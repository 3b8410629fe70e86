"""The lints asked of a server, in one pipeline."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .lints import LINTS

if TYPE_CHECKING:
    from psycopg import Connection


class Linted(NamedTuple):
    """A lint's find: SQL's word for its kind, and its name with its schema and what it is a part of."""

    lint: str
    keyword: str
    schema: str
    owner: str
    name: str

    @property
    def path(self) -> tuple[str, ...]:
        """The name in its parts, as a person writes it."""
        return tuple(filter(None, (self.schema, self.owner, self.name)))


def lint(
    connection: "Connection", *, owned: Collection[str], exposed: Collection[str], roles: Sequence[str]
) -> tuple[Linted, ...]:
    """Finds of the lints in the schemas `owned`, of which an API shows those `exposed` to `roles`."""
    asked = {"owned": [*owned], "exposed": [*exposed], "roles": [*roles]}
    with connection.transaction(), connection.pipeline():
        connection.execute("set local search_path = ''")
        cursors = [connection.execute(each.sql, asked) for each in LINTS]
        return tuple(
            Linted(each.name, *row)
            for each, cursor in zip(LINTS, cursors, strict=True)
            for row in sorted(cursor.fetchall())
        )
