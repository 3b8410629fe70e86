"""Privileges in effect, read by role."""

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Final, LiteralString

from ..model.declaring import Value
from ..pipeline import Result, Row, run
from ..quoting import plain
from .queries import GRANTEES, RELATIONS, ROLES, ROUTINES, SCHEMA_NAMES, SCHEMAS, SEQUENCES, THROUGH, TO_COME

if TYPE_CHECKING:
    import psycopg

    from ..conversation import Patience

KINDS: Final = (
    *("schema", "table", "foreign table", "view", "materialized view", "sequence", "function", "procedure"),
    *("aggregate", "new tables", "new sequences", "new functions"),
)
PRIVILEGES: Final = (
    *("USAGE", "CREATE", "SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "EXECUTE"),
)
QUERIES: Final[tuple[LiteralString, ...]] = (
    ROLES,
    SCHEMA_NAMES,
    THROUGH,
    SCHEMAS,
    RELATIONS,
    SEQUENCES,
    ROUTINES,
    TO_COME,
)


class Rows(Enum):
    """The rows of a table that a role reaches with a privilege on it."""

    UNGUARDED = "off"
    """All: the table has no row security."""
    EXEMPT = "exempt"
    """All: row security does not apply to the role."""
    OPEN = "open"
    """All, by a policy that is `true`."""
    POLICIES = "policies"
    """The rows that policies let through."""
    NONE = "none"
    """None: no policy is for it."""


class Permission(Value):
    """One privilege of one role on one object: `has_table_privilege('anon', 'public.contacts', 'SELECT')`."""

    role: str
    kind: str
    schema: str
    """Empty for a schema, and for default privileges in all of them."""
    name: str
    """With the types of its arguments for a routine; the role that will make the object for a default privilege."""
    privilege: str
    columns: tuple[str, ...] = ()
    """The columns that it is for, where it is not for the whole."""
    rows: Rows | None = None
    """None where row security has nothing to do with it."""
    policies: tuple[str, ...] = ()
    """The policies that let through what it reaches; of all rows, those that are true for them."""
    runs_as: str | None = None
    """The owner of a routine that is SECURITY DEFINER."""
    past: tuple[str, ...] = ()
    """The tables with row security that a view, read with it, shows without: it checks them as its owner."""
    stored: bool = False
    """True if these were read when it was last filled (a materialized view)."""

    @property
    def namespace(self) -> str:
        """The schema that it is in, or is."""
        return self.name if self.kind == "schema" else self.schema

    @property
    def place(self) -> tuple[int, str, str, str, int]:
        """The place in a list: by object, the most used kinds first."""
        order = PRIVILEGES.index(self.privilege) if self.privilege in PRIVILEGES else len(PRIVILEGES)
        return KINDS.index(self.kind), self.schema, self.name, self.role, order

    @property
    def about(self) -> tuple[str, str, str, str]:
        """The role and the object."""
        return self.role, self.kind, self.schema, self.name


class Access(Value):
    """The permissions of some roles in one database."""

    permissions: tuple[Permission, ...]
    absent: tuple[str, ...]
    """The roles asked about that the server does not have."""
    schemas: frozenset[str] = frozenset()
    """All schemas but Postgres' own."""
    exempt: frozenset[str] = frozenset()
    """The roles that row security never applies to: superusers, and who has BYPASSRLS."""


def read_access(
    connection: "psycopg.Connection[Row]", roles: Sequence[str], patience: "Patience | None" = None
) -> Access:
    """The permissions of `roles`, of which `public` is everybody, in all schemas but Postgres' own.

    Raises PgnormError for a server older than 14.
    """
    with connection.transaction():
        connection.execute("select set_config('pgnorm.roles', %s, true)", [json.dumps(list(roles))])
        known, schemas, through, *found = run(connection, QUERIES, patience)
    past = {(schema, name): (tuple(tables), stored) for schema, name, stored, tables in through.rows}
    permissions = (permission for result in found for permission in _permissions(result, past))
    order = {role: place for place, role in enumerate(roles)}
    return Access(
        permissions=tuple(sorted(permissions, key=lambda each: (order[each.role], each.place))),
        absent=tuple(name for name in roles if name not in {there for there, _ in known.rows}),
        schemas=frozenset(name for (name,) in schemas.rows),
        exempt=frozenset(name for name, exempt in known.rows if exempt),
    )


def grantees(connection: "psycopg.Connection[Row]", patience: "Patience | None" = None) -> tuple[str, ...]:
    """The roles, superusers and Postgres' own apart, that something is granted to; `public` is everybody."""
    (result,) = run(connection, (GRANTEES,), patience)
    return tuple(sorted(name for (name,) in result.rows))


def _permissions(result: Result, past: Mapping[tuple[str, str], tuple[tuple[str, ...], bool]]) -> Iterator[Permission]:
    for record in result.records():
        policies, unconditional = record.pop("policies", None) or (), record.pop("unconditional", None) or ()
        row_security = record.pop("row_security", None)
        record["columns"] = record.get("columns") or ()
        if row_security == "on":
            rows: Rows | None = Rows.OPEN if unconditional else Rows.POLICIES if policies else Rows.NONE
        else:
            rows = Rows(row_security) if row_security else None
        tables, stored = past.get((record["schema"], record["name"]), ((), False))
        shows = record["kind"] in ("view", "materialized view") and record["privilege"] in _SHOWN_BY[stored]
        if "runs_as" in record:
            record["name"] = plain(record["name"])  # the types of its arguments have quotes
        yield Permission(
            **record,
            rows=rows,
            policies=(unconditional or policies) if row_security == "on" else (),
            past=tables if shows else (),
            stored=stored and shows,
        )


_SHOWN_BY: Final = {False: ("SELECT", "INSERT", "UPDATE", "DELETE"), True: ("SELECT",)}
"""The privileges that reach the tables behind a view, and behind one that is stored."""
