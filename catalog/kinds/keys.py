"""Table constraints that an index stands for: PRIMARY KEY, UNIQUE and EXCLUDE."""

from typing import ClassVar, LiteralString, Self

from ..model import (
    Entry,
    Expression,
    Lead,
    Object,
    ObjectId,
    OnRows,
    Placement,
    Printing,
    Statement,
    Target,
    equal,
    paragraphs,
    replace,
)
from ..model.dump_facets import ExtensionsWithParent, MadeAtOnce
from ..model.row_facets import Demanding
from ..options import with_options
from ..priority import Priority
from ..quoting import ident, spell_types
from .constraint_states import deferral
from .constraints import COMMON_FIELDS, COMMON_FILTER, COMMON_ORDER, COMMON_TABLES, Constraint
from .index_backed import ATTACHED_TO, INDEX_FIELDS, OPTIONS_CLAUSE, IndexBacked, index_id
from .inheritance import PARTITION


class Key(MadeAtOnce, Demanding, IndexBacked, Constraint):
    """A constraint with an index of its own: pg_constraint with contype p, u or x."""

    kind: ClassVar[str] = "constraint"
    defined_by: ClassVar[tuple[str, ...]] = ("AlterTableStmt",)
    presence: ClassVar[LiteralString] = "pg_constraint where contype in ('p', 'u', 'x') and oid >= 16384"
    priority: ClassVar[int] = Priority.CONSTRAINT

    definition: str = replace(deparsed=True)
    """`PRIMARY KEY (…)`, `UNIQUE (…) INCLUDE (…)`, `EXCLUDE USING … (…)`."""
    predicate: Expression | None = replace(deparsed=True)
    """The expression of an EXCLUDE constraint's WHERE."""
    deferrable: bool = replace()
    deferred: bool = replace()

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        # pg_get_constraintdef gives the storage options of an EXCLUDE constraint only. OFFSET 0 keeps each
        # deparsed text from being made anew wherever it is named.
        return (
            COMMON_FIELDS
            + """
         , left(d.text, length(d.text) - length(
               case when k.contype = 'x' then """
            + OPTIONS_CLAUSE
            + """|| coalesce(' WHERE (' || p.text || ')', '') else '' end
               || case when k.condeferrable then ' DEFERRABLE' else '' end
               || case when k.condeferred then ' INITIALLY DEFERRED' else '' end )) as definition
         , p.text                                                       as predicate
         , k.condeferrable                                              as deferrable
         , k.condeferred                                                as deferred
"""
            + INDEX_FIELDS
            + COMMON_TABLES
            + """
      join pg_index x     on x.indexrelid = k.conindid
      join pg_class i     on i.oid = x.indexrelid
      cross join lateral ( select pg_get_constraintdef(k.oid) offset 0 )        as d (text)
      cross join lateral ( select pg_get_expr(x.indpred, x.indrelid) offset 0 ) as p (text)
"""
            + COMMON_FILTER
            + "and k.contype in ('p', 'u', 'x')"
            + COMMON_ORDER
        )

    @property
    def adopted(self) -> str:
        # Before 18 Postgres takes the one for the other.
        return f"{self.definition.replace('PRIMARY KEY', 'UNIQUE', 1)} {self.predicate or ''}"

    @property
    def demand(self) -> str:
        return self.adopted.strip()

    @property
    def claims(self) -> tuple[tuple[str, ...], ...]:
        return (*super().claims, ("constraint", self.schema, self.detail, self.name))

    @property
    def at_once(self) -> bool:
        return not self.tablespace

    @property
    def behind(self) -> tuple[Statement, ...]:
        return paragraphs(self.clustering(), self.identification())

    def clause(self, target: Target) -> str:
        return f"CONSTRAINT {ident(self.name)} {self._stated(target)}"

    def _stated(self, target: Target) -> str:
        options = f" {with_options(self.options)}" if self.options else ""
        where = "" if self.predicate is None else f" WHERE ({self.predicate})"
        definition = self.definition + options + where + deferral(self.deferrable, self.deferred)
        return spell_types(definition, target.major)

    def create(self, printing: Printing) -> tuple[Statement, ...]:
        return (Statement(sql=self.addition(self._stated(printing.target)), on_rows=OnRows.MAY_FAIL), *self.behind)

    def entries(self, printing: Printing) -> tuple[Entry, ...]:
        return (self.stored_entry("CONSTRAINT", self.create(printing)),)


class KeyIndex(ExtensionsWithParent, Object):
    """The index of a `Key`, for what is said of it alone: its comment and the extensions that it depends on."""

    kind: ClassVar[str] = "index of a constraint"
    keyword: ClassVar[str] = "INDEX"
    catalog: ClassVar[str] = "pg_class"
    presence: ClassVar[LiteralString] = "pg_constraint where contype in ('p', 'u', 'x') and oid >= 16384"
    priority: ClassVar[int] = Priority.INDEX
    placement: ClassVar[Placement] = Placement.DERIVED_APART

    attached_to: tuple[str, ...] | None = equal()
    """As that of the constraint."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            """
    select k.conindid as oid
         , n.nspname::text as schema
         , k.conname::text as name
         , c.relname::text as detail
"""
            + ATTACHED_TO
            + COMMON_TABLES
            + "join pg_class i on i.oid = k.conindid"
            + COMMON_FILTER
            + "and k.contype in ('p', 'u', 'x')"
            + COMMON_ORDER
        )

    @property
    def parent(self) -> ObjectId:
        return ObjectId(Key.kind, self.schema, self.name, self.detail)

    def survives_retyping(self, new: Self) -> bool:
        return True

    @property
    def leads(self) -> tuple[Lead, ...]:
        if self.attached_to is None:
            return ()
        schema, name, table, kind = self.attached_to
        whole = index_id(kind, schema, table, name, of_key=self.kind)
        return (Lead(whole, ObjectId(PARTITION, self.schema, self.detail)),)

    @property
    def sort_key(self) -> tuple[object, ...]:
        return ("",)

    def entries(self, printing: Printing) -> tuple[Entry, ...]:
        del printing
        return ()
