"""An edit with the statements that it may change, and the catalog that chance draws it from."""

import random
from collections.abc import Sequence
from typing import Final, TypeVar

import psycopg

from pgnorm.catalog.model import Value

T = TypeVar("T")

NAMES: Final = ("priority", "note", "Weird Name", "select", "größe", "due", "score")
# Types with a default that a column of them may have.
COLUMN_TYPES: Final = (
    ("text", "'x'"),
    ("text", "''"),
    ("integer", "0"),
    ("int8", "1"),
    ("boolean", "false"),
    ("numeric(10,2)", "0.5"),
    ("timestamptz", "now()"),
    ("timestamp", "now()"),
    ("uuid", "gen_random_uuid()"),
    ("jsonb", "'{}'"),
    ("text[]", "'{}'"),
    ("integer[]", "array[1, 2]"),
    ("date", "current_date"),
    ("varchar(40)", "''"),
    ("smallint", "3"),
    ("double precision", "1.5"),
    ("extensions.citext", "'y'"),
    ("interval", "'1 day'"),
    ("char(3)", "'EUR'"),
    ("time", "'10:00'"),
    ("bytea", r"'\x00'"),
    ("real", "-1"),
    ("inet", "'127.0.0.1'"),
)
ROLES: Final = ("anon", "authenticated", "service_role")


class Nothing(Exception):  # no error: another edit is drawn
    """There is no such object to edit."""


class Subject(Value):
    """Statements that an edit may change: those that begin so, with all of these names in them."""

    verbs: tuple[str, ...]
    """`create table`; empty for all statements."""
    names: frozenset[str]


class Edit(Value):
    """A change of a database, and what may become other in the files for it."""

    sql: str
    subjects: tuple[Subject, ...]
    parts: frozenset[str] | None = None
    """Names of which one is in each line that changes inside a CREATE TABLE, None where all lines may change."""
    sort: str = ""
    gone: frozenset[str] = frozenset()
    """The names of what it drops or renames, also by CASCADE."""


def subject(verbs: str, *names: str) -> Subject:
    """Statements with these beginnings, `create table|alter table`, and names."""
    return Subject(verbs=tuple(verbs.split("|")) if verbs else (), names=frozenset(names))


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class Studio:
    """A database, and chance."""

    def __init__(self, connection: psycopg.Connection, chance: random.Random) -> None:
        self.connection = connection
        self.chance = chance

    def one(self, options: Sequence[T]) -> T:
        """One of the options."""
        if not options:
            raise Nothing
        return self.chance.choice(options)

    def flag(self, of: int = 2) -> bool:
        """True once in `of` times."""
        return self.chance.randrange(of) == 0

    def rows(self, query: str) -> list[tuple[str, ...]]:
        """The rows of a query whose columns are texts."""
        return [tuple(map(str, row)) for row in self.connection.execute(query.encode()).fetchall()]

    def names(self, query: str) -> list[str]:
        return [row[0] for row in self.rows(query)]

    def new_name(self) -> str:
        return self.one(NAMES)

    def table(self) -> str:
        """The name of a table in public."""
        return self.one(
            self.names("select relname from pg_class where relnamespace = 'public'::regnamespace "
                       "and relkind in ('r', 'p') order by relname")
        )  # fmt: skip

    def columns(self, table: str) -> list[tuple[str, ...]]:
        """Names and types of the columns of a relation, in their order."""
        return self.rows(
            f"select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid = "
            f"{literal(f'public.{quoted(table)}')}::regclass and attnum > 0 and not attisdropped order by attnum"
        )

    def column(self, table: str) -> tuple[str, str]:
        """The name and the type of one."""
        name, type_ = self.one(self.columns(table))
        return name, type_

    def relation(self, kinds: str) -> str:
        """The name of a relation of one of these kinds of pg_class, in public."""
        listed = ", ".join(literal(kind) for kind in kinds)
        return self.one(
            self.names(
                f"select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ({listed}) "
                "and not exists (select from pg_depend d where d.objid = pg_class.oid and d.deptype in ('i', 'e')) "
                "order by relname"
            )
        )

    def everything(self) -> set[tuple[str, str, str]]:
        """Kind, schema or table, and name of all that can go."""
        found = self.rows(
            "select 'relation', relnamespace::text, relname from pg_class union all "
            "select 'column', attrelid::text, attname from pg_attribute where attnum > 0 and not attisdropped "
            "union all select 'routine', pronamespace::text, proname from pg_proc union all "
            "select 'type', typnamespace::text, typname from pg_type union all "
            "select 'trigger', tgrelid::text, tgname from pg_trigger where not tgisinternal union all "
            "select 'constraint', connamespace::text, conname from pg_constraint union all "
            "select 'policy', polrelid::text, polname from pg_policy union all "
            "select 'schema', '', nspname from pg_namespace"
        )
        return {(kind, within, name) for kind, within, name in found}
