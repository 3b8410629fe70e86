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
        """The statement that makes it. It says no more than it must, and nothing of SUPERUSER: a role that is no
        superuser may not even write NOSUPERUSER."""
        beyond = (word for word in self._attributes() if word.removeprefix("NO") != "LOGIN" and word not in _USUAL)
        words = ["LOGIN" if self.logs_in else "NOLOGIN", *beyond]
        return f"CREATE ROLE {ident(self.name)} WITH {' '.join([*words, *self._limits()])};\n"

    def describe(self) -> tuple[str, ...]:
        """The statement for its comment, if it has one."""
        return () if self.comment is None else (self._commented(),)

    def configure(self) -> tuple[str, ...]:
        """A statement for each of its settings. They may name other roles."""
        return tuple(f"ALTER ROLE {ident(self.name)} SET {setting_text(item, escaped)};\n" for item in self.settings)

    def differing(self, new: "Role") -> tuple[str, ...]:
        """The fields in which `new` differs and that a plan changes: neither SUPERUSER nor a security label."""
        mine, others = self._changeable(), new._changeable()
        return tuple(name for name, value in mine.items() if value != others[name])

    def alter(self, new: "Role") -> Iterator[str]:
        """The statements that make it what `new` is, in all but what they may not say of a superuser."""
        name, differing = ident(self.name), self.differing(new)
        before = {word.removeprefix("NO") for word in self._attributes() if not word.startswith("NO")}
        words = [word for word in new._attributes() if (word.removeprefix("NO") in before) is word.startswith("NO")]
        words = [word for word in words if not word.endswith("SUPERUSER")]
        if "connection_limit" in differing:
            words.append(f"CONNECTION LIMIT {new.connection_limit}")
        if "valid_until" in differing:
            words.append(f"VALID UNTIL '{new.valid_until or _FOR_EVER}'")
        if words:
            yield f"ALTER ROLE {name} WITH {' '.join(words)};\n"
        if "comment" in differing:
            yield new._commented()
        there = {item.partition("=")[0] for item in new.settings}
        gone = (item.partition("=")[0] for item in self.settings)
        yield from (f"ALTER ROLE {name} RESET {ident(each)};\n" for each in gone if each not in there)
        yield from new.evolve(settings=tuple(item for item in new.settings if item not in self.settings)).configure()

    def _creation(self) -> Iterator[str]:
        name = ident(self.name)
        yield f"CREATE ROLE {name};\n"
        yield f"ALTER ROLE {name} WITH {' '.join([*self._attributes(), *self._limits()])};\n"
        yield from self.describe()
        for provider, label in self.labels:
            yield f"SECURITY LABEL FOR {ident(provider)} ON ROLE {name} IS {escaped(label)};\n"

    def _attributes(self) -> tuple[str, ...]:
        words = (
            (self.superuser, "SUPERUSER"),
            (self.inherits, "INHERIT"),
            (self.creates_roles, "CREATEROLE"),
            (self.creates_databases, "CREATEDB"),
            (self.logs_in, "LOGIN"),
            (self.replicates, "REPLICATION"),
            (self.bypasses_row_security, "BYPASSRLS"),
        )
        return tuple(word if holds else f"NO{word}" for holds, word in words)

    def _changeable(self) -> dict[str, object]:
        """Attributes that a plan changes. An order of settings, and a limit of time that is none, say nothing."""
        names = (field.name for field in self.declared_fields if field.name not in _UNCHANGEABLE)
        alike = {"settings": frozenset(self.settings), "valid_until": self.valid_until or _FOR_EVER}
        return {**{name: getattr(self, name) for name in names}, **alike}

    def _commented(self) -> str:
        text = "NULL" if self.comment is None else escaped(self.comment)
        return f"COMMENT ON ROLE {ident(self.name)} IS {text};\n"

    def _limits(self) -> list[str]:
        limits = [] if self.connection_limit == -1 else [f"CONNECTION LIMIT {self.connection_limit}"]
        return limits if self.valid_until is None else [*limits, f"VALID UNTIL '{self.valid_until}'"]


_FOR_EVER: Final = "infinity"
_UNCHANGEABLE: Final = ("name", "superuser", "labels")
_USUAL: Final = frozenset(
    {"NOSUPERUSER", "SUPERUSER", "INHERIT", "NOCREATEROLE", "NOCREATEDB", "NOREPLICATION", "NOBYPASSRLS"}
)
"""Attributes that CREATE ROLE gives by itself, or that it is not asked for."""
