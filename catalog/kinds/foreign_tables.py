"""Foreign tables."""

from collections.abc import Iterator
from typing import ClassVar, Final, LiteralString, Self

from ..foreign_options import options_clause
from ..model import Changed, Entry, Object, Printing, Target, alter, replace, secret
from ..model.type_facets import Relation
from ..priority import Priority
from ..quoting import ident, qualified
from .foreign_secrets import FULL_OPTIONS, Options, changed_options, concealed, options_read
from .relations import OF_USERS
from .table_body import body, column_remarks, column_settings

NO_TABLESPACE_SINCE: Final = 15
"""The major whose pg_dump first selects no tablespace for it (pg_dump.c, dumpTableSchema)."""


class ForeignTable(Relation, Object):
    """A foreign table: pg_class with relkind f, and pg_foreign_table. Its rows are elsewhere.

    Its columns, defaults and constraints, its ancestors and its place in a partitioned table are objects of their own.
    """

    kind: ClassVar[str] = "foreign table"
    keyword: ClassVar[str] = "FOREIGN TABLE"
    defined_by: ClassVar[tuple[str, ...]] = ("CreateForeignTableStmt",)
    catalog: ClassVar[str] = "pg_class"
    presence: ClassVar[LiteralString] = "pg_foreign_table"
    priority: ClassVar[int] = Priority.TABLE
    renamable: ClassVar[bool] = True
    stands_aside: ClassVar[bool] = True
    default_acl_type: ClassVar[str] = "r"

    server: str = replace()
    options: tuple[tuple[str, str], ...] = alter()
    """With a mask for each secret."""
    full_options: tuple[tuple[str, str], ...] | None = secret()
    """The same with the secrets, None where there is none or they are not known."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            """
            select c.oid
                 , n.nspname::text                          as schema
                 , c.relname::text                          as name
                 , ''                                       as detail
                 , r.rolname::text                          as owner
                 , c.relacl::text[]                         as acl
                 , acldefault('r', c.relowner)::text[]      as acl_default
                 , s.srvname::text                          as server
                 , o.masked                                 as options
                 , """
            + FULL_OPTIONS
            + """                 as full_options
              from pg_foreign_table f
              join pg_class c          on c.oid = f.ftrelid
              join pg_namespace n      on n.oid = c.relnamespace
              join pg_roles r          on r.oid = c.relowner
              join pg_foreign_server s on s.oid = f.ftserver"""
            + options_read("f.ftoptions")
            + """
             where """
            + OF_USERS
            + "order by n.nspname, c.relname"
        )

    @property
    def known_options(self) -> Options:
        """With those secrets that are known."""
        return self.full_options or self.options

    @property
    def conceals(self) -> bool:
        return concealed(self.known_options)

    @property
    def claims(self) -> tuple[tuple[str, ...], ...]:
        return (("relation", self.schema, self.name), ("type", self.schema, self.name))

    def grant_signature(self, *, qualify: bool = True) -> str:
        return f"TABLE {qualified(self.schema if qualify else '', self.name)}"

    def create(self, printing: Printing) -> tuple[str, ...]:
        inside = body(self.id, printing.parts, printing.target)
        server = f"\nSERVER {ident(self.server)}"
        options = options_clause(self.known_options).replace(" ", "\n", 1)
        settings = column_settings(printing.parts, printing.target)
        return (f"CREATE {self.signature()}{inside}{server}{options};", *settings)

    def entries(self, printing: Printing) -> tuple[Entry, ...]:
        (table,) = super().entries(printing)
        if printing.target.major < NO_TABLESPACE_SINCE:
            table = table.evolve(tablespace="")
        return (table, *column_remarks(printing.parts))

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        taken = changed.take("options", "full_options")
        if taken and (change := changed_options(new, self.known_options, new.known_options)):
            yield f"ALTER {self.signature()}{change};"
