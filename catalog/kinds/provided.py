"""Privileges set on what extensions and initdb provide: all that pg_dump prints of such objects."""

from collections.abc import Sequence
from typing import ClassVar, Final, LiteralString

from ..model import Entry, Object, ObjectId, Target, declared, equal, replace
from ..priority import Priority
from ..privileges import acl_transition
from ..quoting import ident, plain, qualified
from .provided_query import ARGUMENTS, INPUT, column_query, global_query, schema_query

NEWEST: Final = 99
"""A major that knows every privilege: what an older one lacks is in no ACL of it."""


@declared
class Provided(Object):
    """An object that an extension or initdb made, where its privileges are not the ones that it came with.

    Those are its `acl_default`. Nothing else of it is read: it comes and goes with its extension.
    """

    catalog: ClassVar[str] = "pg_init_privs"
    ownable: ClassVar[bool] = False
    whole_only: ClassVar[bool] = True
    made_by_parent: ClassVar[bool] = True

    extension: str = replace()
    """Empty for what initdb made."""

    @property
    def parent(self) -> ObjectId | None:
        return ObjectId("extension", "", self.extension) if self.extension else None

    def signature(self, *, qualify: bool = True) -> str:
        return f"{self.keyword} {qualified(self.schema if qualify else '', self.name)}"

    def create(self, parts: Sequence[Object], target: Target, *, shell: bool = False) -> str:
        del parts, target, shell
        return ""

    def entries(self, parts: Sequence[Object], target: Target, *, shell: bool = False) -> tuple[Entry, ...]:
        return ()

    def drop(self) -> str:
        """The statements that lead back to the privileges it came with."""
        acl = self.acl or ()
        back = acl_transition(
            self.grant_signature(), acl, self.acl_default, self.owner, major=NEWEST, columns=self.grant_columns
        )
        return "\n".join(back)


@declared
class ProvidedRoutine(Provided):
    """What its input types tell apart; they are its `detail`."""

    priority: ClassVar[int] = Priority.FUNCTION
    default_acl_type: ClassVar[str] = "f"

    arguments: str = equal()
    """How GRANT names them; `detail` says the same. So does `input_types`, (schema, name) of each, for the order."""
    input_types: tuple[tuple[str, str], ...] = equal()

    @property
    def sort_key(self) -> tuple[object, ...]:
        return (len(self.input_types), self.input_types)

    @property
    def label(self) -> str:
        return f"{self.schema}.{self.name}({plain(self.detail)})"


@declared
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
        return schema_query(
            "1", "pg_proc", "pro", "'f'", detail=INPUT, fields=ARGUMENTS + word, only="o.prokind <> 'a'"
        )

    def signature(self, *, qualify: bool = True) -> str:
        return f"{self.word} {qualified(self.schema if qualify else '', self.name)}({self.arguments})"


@declared
class ProvidedAggregate(ProvidedRoutine):
    """An aggregate."""

    kind: ClassVar[str] = "provided aggregate"
    keyword: ClassVar[str] = "FUNCTION"
    priority: ClassVar[int] = Priority.AGGREGATE

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return schema_query("2", "pg_proc", "pro", "'f'", detail=INPUT, fields=ARGUMENTS, only="o.prokind = 'a'")

    def signature(self, *, qualify: bool = True) -> str:
        return f"FUNCTION {qualified(self.schema if qualify else '', self.name)}({self.detail})"


@declared
class ProvidedRelation(Provided):
    """A table, view or sequence."""

    kind: ClassVar[str] = "provided relation"
    keyword: ClassVar[str] = "TABLE"
    priority: ClassVar[int] = Priority.TABLE
    default_acl_type: ClassVar[str] = "r"

    word: str = equal()
    """TABLE or SEQUENCE."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        letter: LiteralString = "case o.relkind when 'S' then 's' else 'r' end::\"char\""
        word: LiteralString = ", case o.relkind when 'S' then 'SEQUENCE' else 'TABLE' end as word"
        return schema_query("3", "pg_class", "rel", letter, fields=word)

    def signature(self, *, qualify: bool = True) -> str:
        return f"{self.word} {qualified(self.schema if qualify else '', self.name)}"


@declared
class ProvidedColumn(Provided):
    """A column. `detail` is its relation."""

    kind: ClassVar[str] = "provided column"
    keyword: ClassVar[str] = "COLUMN"
    priority: ClassVar[int] = Priority.TABLE

    number: int = equal()
    """pg_attribute.attnum, for the order."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return column_query("4")

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


@declared
class ProvidedType(Provided):
    """A type."""

    kind: ClassVar[str] = "provided type"
    keyword: ClassVar[str] = "TYPE"
    priority: ClassVar[int] = Priority.TYPE
    default_acl_type: ClassVar[str] = "T"

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return schema_query("5", "pg_type", "typ", "'T'")


@declared
class ProvidedSchema(Provided):
    """A schema; of initdb's pg_catalog alone."""

    kind: ClassVar[str] = "provided schema"
    keyword: ClassVar[str] = "SCHEMA"
    priority: ClassVar[int] = Priority.SCHEMA

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return global_query("6", "pg_namespace", "nsp", "n", "o.nspname = 'pg_catalog'")

    @property
    def namespace(self) -> str:
        return self.name


@declared
class ProvidedLanguage(Provided):
    """A procedural language."""

    kind: ClassVar[str] = "provided language"
    keyword: ClassVar[str] = "LANGUAGE"
    priority: ClassVar[int] = Priority.LANGUAGE

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return global_query("7", "pg_language", "lan", "l", "o.oid < 16384 and o.lanispl")


@declared
class ProvidedForeignDataWrapper(Provided):
    """A foreign data wrapper."""

    kind: ClassVar[str] = "provided foreign data wrapper"
    keyword: ClassVar[str] = "FOREIGN DATA WRAPPER"
    priority: ClassVar[int] = Priority.FOREIGN_DATA_WRAPPER

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return global_query("8", "pg_foreign_data_wrapper", "fdw", "F", "false")


@declared
class ProvidedForeignServer(Provided):
    """A foreign server."""

    kind: ClassVar[str] = "provided foreign server"
    keyword: ClassVar[str] = "FOREIGN SERVER"
    priority: ClassVar[int] = Priority.FOREIGN_SERVER

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return global_query("9", "pg_foreign_server", "srv", "S", "false")
