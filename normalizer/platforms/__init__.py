"""Baselines of hosting platforms: what each provides before a project adds anything."""

from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Final

from pgnorm.catalog.model import Catalog, ObjectId, Value


class Platform(Value):
    """A baseline: `sql` makes it in an empty database; `managed_schemas` (patterns) and `managed_objects`, (kind,
    name) of what lives in no schema, are the platform's own. `spared_objects`, named likewise, some of its servers
    make by themselves and others don't: a project may declare one, and a plan never drops it. The schemas `marks` are
    in each of its databases, and `without_marks` is the way out where they are not; its API acts as `api_roles`.
    `servers` are places where its tools keep server programs."""

    name: str
    title: str = "Postgres"
    marks: tuple[str, ...] = ()
    without_marks: str | None = None
    api_roles: tuple[str, ...] = ()
    sql: tuple[str, ...]
    search_path: str
    managed_schemas: tuple[str, ...]
    managed_objects: tuple[tuple[str, str], ...] = ()
    spared_objects: tuple[tuple[str, str], ...] = ()
    servers: tuple[str, ...] = ()

    def made(self, catalog: Catalog) -> bool:
        """True if a database is one of the platform's: it has the schemas that mark it, and rights of its API's
        roles on them."""
        marks = [catalog.objects.get(ObjectId(kind="schema", schema="", name=name)) for name in self.marks]
        grantees = {grant.grantee for mark in marks if mark is not None for grant in mark.acl or ()}
        return bool(marks) and None not in marks and grantees.issuperset(self.api_roles)

    def manages(self, schema: str) -> bool:
        """True if the platform, and not the project, owns this schema."""
        return _matches(schema, self.managed_schemas)


@cache  # asked for each object
def _matches(schema: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(schema, pattern) for pattern in patterns)


SUPABASE: Final = "supabase"
PLAIN = Platform(name="plain", sql=(), search_path='"$user", public', managed_schemas=())


def plain(history: str | None) -> Platform:
    """Plain Postgres, where the schema of the table that keeps the history of migrations is no part of the project."""
    schema = history.partition(".")[0] if history else ""
    return PLAIN.evolve(managed_schemas=(schema,)) if schema else PLAIN


_FIRST_WITHOUT_PGJWT = 17
# The schemas that `supabase db dump` leaves out.
_SUPABASE_SCHEMAS = (
    *("information_schema", "pg_*", "_analytics", "_realtime", "_supavisor", "auth", "etl", "extensions", "pgbouncer"),
    *("realtime", "storage", "supabase_functions", "supabase_migrations", "cron", "dbdev", "graphql", "graphql_public"),
    *("net", "pgmq", "pgsodium", "pgsodium_masks", "pgtle", "repack", "tiger", "tiger_data", "timescaledb_*"),
    *("_timescaledb_*", "topology", "vault"),
)
_WITHOUT_MARKS = (
    "See that the address leads to the project's own database: the local stack's port is in supabase/config.toml, and "
    "`supabase start` makes these schemas there."
)
# Where its CLI unpacks servers that run without Docker, by version and machine.
_SUPABASE_SERVERS = (
    "$SUPABASE_HOME/cache/stack/slim-services/postgres/{major}.*/{machine}/bin",
    "~/.supabase/cache/stack/slim-services/postgres/{major}.*/{machine}/bin",
    "~/.supabase/managed/stacks/artifacts/slim-services/postgres/{major}.*/{machine}/bin",
    "~/.supabase/bin/slim-services/postgres/{major}.*/native/{machine}/bin",
    "~/.supabase/bin/postgres/{major}.*/bin",
    "~/.supabase/postgres/{major}.*/bin",
)


def supabase(*, auto_expose_new_tables: bool | None, major: int) -> Platform:
    """Supabase's baseline for a project of this major version.

    `auto_expose_new_tables` is the setting of config.toml: when it is off, new tables, sequences and functions of
    public are not granted to the API roles; unset leaves the grants, as the platform did when most projects were
    made.
    """
    auto_expose = f"set pgnorm.auto_expose = '{'off' if auto_expose_new_tables is False else 'on'}'"
    spared = ("pg_net", *(("pgjwt", "pgsodium") if major < _FIRST_WITHOUT_PGJWT else ()))
    return Platform(
        name=SUPABASE,
        title="Supabase",
        marks=("auth", "storage"),
        without_marks=_WITHOUT_MARKS,
        api_roles=("anon", "authenticated", "service_role"),
        sql=(auto_expose, Path(__file__).with_name("supabase.sql").read_text(encoding="utf-8")),
        search_path='"$user", public, extensions',
        managed_schemas=_SUPABASE_SCHEMAS,
        managed_objects=(("publication", "supabase_realtime_messages_publication"),),
        spared_objects=tuple(("extension", name) for name in spared),
        servers=_SUPABASE_SERVERS,
    )


def recognised(catalog: Catalog) -> Platform | None:
    """The platform that a database is of, None for plain Postgres."""
    platform = supabase(auto_expose_new_tables=None, major=catalog.major)
    return platform if platform.made(catalog) else None
