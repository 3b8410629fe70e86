"""Attributes of a column, and its names in SQL."""

from typing import ClassVar, LiteralString

from ..model import Expression, ObjectId, Placement, TypeText, alter, equal, noted, replace, said
from ..model.tie_facets import Matched
from ..priority import Priority
from ..quoting import ident, qualified
from .column_query import column_query
from .inheritance import Inherited
from .relations import FOREIGN_TABLE, altered


class ColumnFields(Matched, Inherited):
    """The attributes of a column, and its names."""

    keyword: ClassVar[str] = "COLUMN"
    catalog: ClassVar[str] = "pg_class"
    priority: ClassVar[int] = Priority.TABLE
    placement: ClassVar[Placement] = Placement.EMBEDDED
    labelled_with_parent: ClassVar[bool] = True
    merged: ClassVar[bool] = True
    ownable: ClassVar[bool] = False

    relation_kind: str = replace()
    """The kind of its table: another one can have the same name later."""
    number: int = equal()
    """pg_attribute.attnum. The order of columns alone is no difference: nothing but a new table could change it."""
    type: TypeText = alter()
    base: str = equal()
    """The type that its own is based on, where that is a domain, else empty."""
    casts: tuple[str, ...] = equal()
    """The types, of elements for an array, to which somebody has made a cast from its own."""
    category: str = equal()
    """pg_type.typcategory, of the element for an array. `type` says more; this says how values get across."""
    collation: str | None = alter()
    """Qualified, where it is not the type's own."""
    not_null: bool = alter(after_parts=True)
    not_null_constraint: str = equal()
    """The name of its NOT NULL, valid or not, empty before 18; `not_null_name` is what counts of it."""
    not_null_name: str | None = said("not_null_given", after_parts=True)
    """The same, empty for a name that Postgres picked, None where the NOT NULL is that of an ancestor alone."""
    not_null_given: str | None = equal()
    """The same even there, None (18) where it passes no NOT NULL on to the tables that inherit it."""
    not_null_sayers: int | None = equal()
    """Number of tables that its NOT NULL is from, its own included; None without one, or if nobody tells (until 17)."""
    not_null_no_inherit: bool = alter(after_parts=True)
    not_null_comment: str | None = alter(after_parts=True)
    not_null_of_key: bool = equal()
    """True if a primary key forbids to drop it, whatever table asks for that (until 17)."""
    not_null_taken_below: bool = equal()
    """True if dropping it takes it from all that inherit the table, too, unless `ONLY` spares them (until 17)."""
    filled: bool = equal()
    """True if a row that says nothing of it gets a value: it has a default, or its domain has one."""
    deferred: bool = equal()
    """True if an UPDATE of its table may leave checks for the commit, with which ALTER TABLE does not go."""
    not_null_said: bool = noted()
    """True if CREATE TABLE says it, since the table does not have it from another one."""
    generated: str = alter()
    """pg_attribute.attgenerated: empty, s for stored or v for virtual."""
    expression: Expression | None = alter(deparsed=True)
    """The generation expression: `GENERATED ALWAYS AS ("a" * 2)`."""
    generation_said: bool = equal()
    """True if CREATE TABLE says it, since the table does not have it from another one."""
    settable_expression: bool = equal()
    """True if its server can change that in place (17); it is a fact about the server, not about the column."""
    storage: str = alter()
    """pg_attribute.attstorage, empty for the type's own."""
    type_storage: str = alter()
    """The type's own storage. A column that is there keeps its own when the type's is altered."""
    compression: str = alter()
    """pg_attribute.attcompression."""
    statistics: int = alter()
    """The statistics target, -1 for the default one."""
    options: tuple[str, ...] = alter()
    """`name=value`."""
    foreign_options: tuple[tuple[str, str], ...] = alter()
    """Options for the wrapper of a foreign table: `OPTIONS ("column_name" 'a')`."""
    ancestors: tuple[tuple[str, ...], ...] = equal()
    """(schema, table, kind of it) of each that its table inherits from, or is a partition of, and that has it too."""
    local: bool = noted()
    """True if the table has it of its own, and not only from another: attislocal, which is false on every partition.
    No statement takes that back."""
    of_partition: bool = equal()
    """True if the table is a partition: its place among partitions is an object of its own."""
    of_type: bool = equal()
    """True if the table has its columns from a type, as the table says."""
    of_partition_key: bool = equal()
    """True if the table is partitioned by it, or by an expression of it, as the table says."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        return column_query(version)

    @property
    def parent(self) -> ObjectId:
        return ObjectId(self.relation_kind, self.schema, self.detail)

    @property
    def _elsewhere(self) -> bool:
        """True if its values are not stored here."""
        return self.relation_kind == FOREIGN_TABLE

    @property
    def sort_name(self) -> str:
        return self.detail

    @property
    def sort_key(self) -> tuple[object, ...]:
        return (self.number,)

    @property
    def grant_columns(self) -> str:
        return f"({ident(self.name)})"

    @property
    def table(self) -> str:
        """The table as ALTER TABLE names it."""
        return altered(self.relation_kind, self.schema, self.detail)

    @property
    def only_table(self) -> str:
        """The same without the tables that inherit from it."""
        return altered(self.relation_kind, self.schema, self.detail, only=True)

    def signature(self, *, qualify: bool = True) -> str:
        return f"COLUMN {qualified(self.schema if qualify else '', self.detail)}.{ident(self.name)}"

    def rename(self, name: str) -> tuple[str, ...]:
        return (f"ALTER {self.table} RENAME COLUMN {ident(self.name)} TO {ident(name)};",)

    def grant_signature(self, *, qualify: bool = True) -> str:
        return f"TABLE {qualified(self.schema if qualify else '', self.detail)}"
