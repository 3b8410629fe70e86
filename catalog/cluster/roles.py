"""Roles, without their passwords."""

from collections.abc import Iterator
from typing import Final, LiteralString

from ..model.declaring import Value
from ..quoting import escaped, ident
from ..settings import setting_text

# pg_roles and not pg_authid, which only superusers may read: what pg_roles hides is the password.
QUERY: Final[LiteralString] = """
select r.rolname::text           as name
     , r.rolsuper                as superuser
     , r.rolinherit              as inherits
     , r.rolcreaterole           as creates_roles
     , r.rolcreatedb             as creates_databases
     , r.rolcanlogin             as logs_in
     , r.rolreplication          as replicates
     , r.rolbypassrls            as bypasses_row_security
     , r.rolconnlimit            as connection_limit
     , r.rolvaliduntil::text     as valid_until
     , coalesce(r.rolconfig, '{}') as settings
     , shobj_description(r.oid, 'pg_authid') as comment
     , array( select array[l.provider, l.label] from pg_shseclabel l
               where l.classoid = 'pg_authid'::regclass and l.objoid = r.oid order by l.provider ) as labels
  from pg_roles r
 where r.rolname !~ '^pg_'
 order by r.rolname
"""
"""Its columns are the fields of Role."""


class Role(Value):
    """A role: pg_roles. Those of Postgres itself (`pg_…`) are none of ours, as in pg_dumpall."""

    name: str
    superuser: bool
    inherits: bool
    creates_roles: bool
    creates_databases: bool
    logs_in: bool
    replicates: bool
    bypasses_row_security: bool
    connection_limit: int
    """-1 for none."""
    valid_until: str | None
    settings: tuple[str, ...]
    """`name=value` items that hold in every database."""
    comment: str | None
    labels: tuple[tuple[str, str], ...]
    """Security labels: (provider, label)."""

    def create(self) -> str:
        """The statements that make it as it is, also where it is there already (pg_dumpall.c, dumpRoles)."""
        return "".join(self._creation())

    def make(self) -> str:
        """The statements that make it where it is not there yet: another database of the server may have made it. They
        say no more than they must, since a role that is no superuser may not even write NOSUPERUSER."""
        words = ["LOGIN" if self.logs_in else "NOLOGIN", *(word for holds, word in self._beyond_default() if holds)]
        comment = [] if self.comment is None else [f"COMMENT ON ROLE {ident(self.name)} IS {escaped(self.comment)};\n"]
        text = f"CREATE ROLE {ident(self.name)} WITH {' '.join([*words, *self._limits()])};"
        body = f"BEGIN\n    {text}\nEXCEPTION WHEN duplicate_object THEN NULL;\nEND"
        mark = "$$" if "$" not in body else "$pgnorm$"
        return "".join([f"DO {mark} {body} {mark};\n", *comment])

    def configure(self) -> tuple[str, ...]:
        """A statement for each of its settings. They may name other roles."""
        return tuple(f"ALTER ROLE {ident(self.name)} SET {setting_text(item, escaped)};\n" for item in self.settings)

    def _creation(self) -> Iterator[str]:
        name = ident(self.name)
        words = (
            (self.superuser, "SUPERUSER"),
            (self.inherits, "INHERIT"),
            (self.creates_roles, "CREATEROLE"),
            (self.creates_databases, "CREATEDB"),
            (self.logs_in, "LOGIN"),
            (self.replicates, "REPLICATION"),
            (self.bypasses_row_security, "BYPASSRLS"),
        )
        attributes = [word if holds else f"NO{word}" for holds, word in words]
        attributes += self._limits()
        yield f"CREATE ROLE {name};\n"
        yield f"ALTER ROLE {name} WITH {' '.join(attributes)};\n"
        if self.comment is not None:
            yield f"COMMENT ON ROLE {name} IS {escaped(self.comment)};\n"
        for provider, label in self.labels:
            yield f"SECURITY LABEL FOR {ident(provider)} ON ROLE {name} IS {escaped(label)};\n"

    def _beyond_default(self) -> tuple[tuple[bool, str], ...]:
        return (
            (self.superuser, "SUPERUSER"),
            (not self.inherits, "NOINHERIT"),
            (self.creates_roles, "CREATEROLE"),
            (self.creates_databases, "CREATEDB"),
            (self.replicates, "REPLICATION"),
            (self.bypasses_row_security, "BYPASSRLS"),
        )

    def _limits(self) -> list[str]:
        limits = [] if self.connection_limit == -1 else [f"CONNECTION LIMIT {self.connection_limit}"]
        return limits if self.valid_until is None else [*limits, f"VALID UNTIL '{self.valid_until}'"]
