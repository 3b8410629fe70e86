"""The settings of a project: the keys of `pgnorm.toml` and `[tool.pgnorm]`, of which docs/configuration.md is made."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pgnorm.catalog.model import Value

STRING: Final = "a string"
STRINGS: Final = "an array of strings"
INTEGER: Final = "a whole number"
BOOLEAN: Final = "true or false"
TABLE: Final = "a table"
TABLES: Final = "an array of tables"


class Setting(Value):
    """One key."""

    form: str
    """Form of its value, as the message about another one says it."""
    without: str
    """Value where it is not set."""
    means: str


SETTINGS: Final[Mapping[str, Setting]] = MappingProxyType(
    {
        "schema_paths": Setting(
            form=STRINGS,
            without="all `.sql` files below `schemas`",
            means="Patterns of the schema files, in the order in which they load. They start from the folder of this "
            "file; each file is loaded once, where it comes first.",
        ),
        "migrations": Setting(form=STRING, without="`migrations`", means="The folder of the migrations."),
        "platform": Setting(
            form=STRING,
            without="`supabase` where a folder `supabase` has settings, `migrations`, `schemas` or `database` in it, "
            "elsewhere `plain`",
            means="Who provides the databases: `supabase` or `plain`, which is Postgres by itself.",
        ),
        "major_version": Setting(
            form=INTEGER,
            without="17 in a Supabase project, elsewhere that of the server that is there",
            means="The major version of Postgres that the schema is for: 14 or later.",
        ),
        "schemas": Setting(
            form=STRINGS,
            without="all but those of the platform",
            means="Patterns of the schemas that the project owns, as `--schema` takes them.",
        ),
        "roles": Setting(
            form=STRINGS,
            without="those of the platform's API",
            means="The roles whose [access](access.md) counts.",
        ),
        "history": Setting(
            form=STRING,
            without="the Supabase CLI's in a Supabase project, elsewhere none: nothing is applied",
            means="The table in which a database keeps the [migrations applied](migration.md#the-history), "
            "in a schema of its own: `pgnorm.migrations`.",
        ),
        "online": Setting(
            form=BOOLEAN,
            without="false",
            means="Plans let others go on, as with `diff --online`: see [on a busy table](diff.md#on-a-busy-table).",
        ),
        "access": Setting(
            form=STRING,
            without="none",
            means="The committed table of who may do what, which [`check`](check.md) compares.",
        ),
        "squawk": Setting(
            form=BOOLEAN,
            without="false",
            means="[`check`](check.md#the-style-of-migrations) asks squawk about the style of migrations; "
            "meant with `--since`, for the new ones.",
        ),
        "consumers": Setting(
            form=STRINGS,
            without="files of programs in the project's folder",
            means="Patterns of files that name tables and columns: `diff` tells which lines name what goes.",
        ),
        "csv": Setting(
            form=TABLES,
            without="CSV files that are called as a table is",
            means="Sample files and their tables, which [`check`](check.md) compares: one `[[csv]]` for each.",
        ),
        "split": Setting(
            form=TABLE,
            without="`01_tables.sql`, `02_functions.sql` and so on",
            means="Files of [`dump --split`](dump.md), and the kinds of objects that go into each.",
        ),
        "ignore": Setting(
            form=TABLE,
            without="nothing",
            means="Objects that [`diff`](diff.md) leaves alone: patterns by kind of object.",
        ),
    }
)

CSV: Final[Mapping[str, Setting]] = MappingProxyType(
    {
        "file": Setting(form=STRING, without="must be set", means="A pattern of CSV files."),
        "table": Setting(form=STRING, without="must be set", means="The table of which they show rows."),
        "derived": Setting(
            form=STRINGS,
            without="none",
            means="Patterns of columns of the files that what reads them makes into something else.",
        ),
        "ignored": Setting(
            form=STRINGS, without="none", means="Patterns of columns of the table that the files do without."
        ),
    }
)
