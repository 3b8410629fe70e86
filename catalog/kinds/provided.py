"""Privileges set on what extensions and initdb provide: all that pg_dump prints of such objects."""

from typing import ClassVar, Final, LiteralString

from ..model import equal
from ..model.dump_facets import Placed
from ..priority import Priority
from ..quoting import ident, plain, qualified
from .provided_object import Provided
from .provided_query import ARGUMENTS, INPUT, column_query, global_query, schema_query

RANKS: Final = {
    "language": Priority.LANGUAGE,
    "transform": Priority.TRANSFORM,
    "type": Priority.TYPE,
    "cast": Priority.CAST,
}
"""The ranks of what can need a function and comes before functions."""


class ProvidedRoutine(Placed, Provided):
    """A routine, which its input types tell from others of its name; they are its `detail`."""

    catalog: ClassVar[str] = "pg_proc"
    presence: ClassVar[LiteralString] = """
        ( select oid, proacl from pg_proc where oid < 16384 and proacl is not null
           union all
          select p.oid, p.proacl
            from pg_depend d join pg_proc p on p.oid = d.objid
           where d.classid = 'pg_proc'::regclass and d.deptype = 'e' and p.proacl is not null ) p
          full join ( select objoid, initprivs from pg_init_privs where classoid = 'pg_proc'::regclass ) i
                 on i.objoid = p.oid
         where p.proacl is distinct from i.initprivs"""
    priority: ClassVar[int] = Priority.FUNCTION
    default_acl_type: ClassVar[str] = "f"

    arguments: str = equal()
    """The arguments as GRANT names them; `detail` says the same. So does `input_types`, (schema, name) of each, for the
    order."""
    input_types: tuple[tuple[str, str], ...] = equal()
    users: tuple[tuple[str, str, str], ...] = equal()
    """Objects that need it and come before functions by themselves: (what, schema, name in pg_dump's order) of each."""

    @property
    def sort_place(self) -> tuple[object, ...] | None:
        if not self.users:
            return None
        first = min((RANKS[what], not schema, schema, name) for what, schema, name in self.users)
        return (*first, False, self.schema, self.name)

    @property
    def sort_key(self) -> tuple[object, ...]:
        return (len(self.input_types), self.input_types)

    @property
    def label(self) -> str:
        return f"{self.schema}.{self.name}({plain(self.detail)})"


class ProvidedFunction(ProvidedRoutine):
    """A function or procedure."""

    kind: ClassVar[str] = "provided function"
    keyword: ClassVar[str] = "FUNCTION"

    word: str = equal()
    """FUNCTION or PROCEDURE."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        word: LiteralString = ", case o.prokind when 'p' then 'PROCEDURE' else 'FUNCTION' end as word"
        return schema_query("pg_proc", "pro", "'f'", detail=INPUT, fields=ARGUMENTS + word, only="o.prokind <> 'a'")

    def signature(self, *, qualify: bool = True) -> str:
        return f"{self.word} {qualified(self.schema if qualify else '', self.name)}({self.arguments})"


class ProvidedAggregate(ProvidedRoutine):
    """An aggregate."""

    kind: ClassVar[str] = "provided aggregate"
    keyword: ClassVar[str] = "FUNCTION"
    priority: ClassVar[int] = Priority.AGGREGATE

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return schema_query("pg_proc", "pro", "'f'", detail=INPUT, fields=ARGUMENTS, only="o.prokind = 'a'")

    def signature(self, *, qualify: bool = True) -> str:
        return f"FUNCTION {qualified(self.schema if qualify else '', self.name)}({self.detail})"


class ProvidedRelation(Provided):
    """A table, view or sequence."""

    kind: ClassVar[str] = "provided relation"
    keyword: ClassVar[str] = "TABLE"
    catalog: ClassVar[str] = "pg_class"
    priority: ClassVar[int] = Priority.TABLE
    default_acl_type: ClassVar[str] = "r"

    word: str = equal()
    """TABLE or SEQUENCE."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        letter: LiteralString = "case o.relkind when 'S' then 's' else 'r' end::\"char\""
        word: LiteralString = ", case o.relkind when 'S' then 'SEQUENCE' else 'TABLE' end as word"
        return schema_query("pg_class", "rel", letter, fields=word)

    def signature(self, *, qualify: bool = True) -> str:
        return f"{self.word} {qualified(self.schema if qualify else '', self.name)}"


class ProvidedColumn(Provided):
    """A column. `detail` is its relation."""

    kind: ClassVar[str] = "provided column"
    keyword: ClassVar[str] = "COLUMN"
    catalog: ClassVar[str] = "pg_class"
    priority: ClassVar[int] = Priority.TABLE

    number: int = equal()
    """pg_attribute.attnum, for the order."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return column_query()

    @property
    def sort_name(self) -> str:
        return self.detail

    @property
    def sort_key(self) -> tuple[object, ...]:
        # Beside the relation's own, which is its empty `detail`.
        return (f"{self.number:05}",)

    @property
    def grant_columns(self) -> str:
        return f"({ident(self.name)})"

    def signature(self, *, qualify: bool = True) -> str:
        return f"COLUMN {qualified(self.schema if qualify else '', self.detail)}.{ident(self.name)}"

    def grant_signature(self, *, qualify: bool = True) -> str:
        return f"TABLE {qualified(self.schema if qualify else '', self.detail)}"


class ProvidedType(Provided):
    """A type."""

    kind: ClassVar[str] = "provided type"
    keyword: ClassVar[str] = "TYPE"
    catalog: ClassVar[str] = "pg_type"
    priority: ClassVar[int] = Priority.TYPE
    default_acl_type: ClassVar[str] = "T"

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return schema_query("pg_type", "typ", "'T'")


class ProvidedSchema(Provided):
    """A schema; of initdb's pg_catalog alone."""

    kind: ClassVar[str] = "provided schema"
    keyword: ClassVar[str] = "SCHEMA"
    catalog: ClassVar[str] = "pg_namespace"
    priority: ClassVar[int] = Priority.SCHEMA

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return global_query("pg_namespace", "nsp", "n", "o.nspname = 'pg_catalog'")

    @property
    def namespace(self) -> str:
        return self.name


class ProvidedLanguage(Provided):
    """A procedural language."""

    kind: ClassVar[str] = "provided language"
    keyword: ClassVar[str] = "LANGUAGE"
    catalog: ClassVar[str] = "pg_language"
    priority: ClassVar[int] = Priority.LANGUAGE

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return global_query("pg_language", "lan", "l", "o.oid < 16384 and o.lanispl")


class ProvidedForeignDataWrapper(Provided):
    """A foreign data wrapper."""

    kind: ClassVar[str] = "provided foreign data wrapper"
    keyword: ClassVar[str] = "FOREIGN DATA WRAPPER"
    catalog: ClassVar[str] = "pg_foreign_data_wrapper"
    presence: ClassVar[LiteralString] = "pg_foreign_data_wrapper"
    priority: ClassVar[int] = Priority.FOREIGN_DATA_WRAPPER

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return global_query("pg_foreign_data_wrapper", "fdw", "F", "false")


class ProvidedForeignServer(Provided):
    """A foreign server."""

    kind: ClassVar[str] = "provided foreign server"
    keyword: ClassVar[str] = "FOREIGN SERVER"
    catalog: ClassVar[str] = "pg_foreign_server"
    presence: ClassVar[LiteralString] = "pg_foreign_server"
    priority: ClassVar[int] = Priority.FOREIGN_SERVER

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return global_query("pg_foreign_server", "srv", "S", "false")
