"""Indexes, but for those that stand for a constraint."""

from collections.abc import Iterator
from typing import ClassVar, Final, LiteralString, Self

from ..model import (
    Changed,
    Entry,
    Expression,
    ObjectId,
    OnRows,
    Printing,
    Statement,
    Target,
    Written,
    alter,
    paragraphs,
    replace,
)
from ..model.row_facets import Computes, Demanding
from ..options import with_options
from ..priority import Priority
from ..quoting import ident, spell_types
from .index_backed import INDEX_FIELDS, OPTIONS_CLAUSE, IndexBacked
from .relations import RELATION_KIND

UNIQUE: Final = "CREATE UNIQUE INDEX "


class Index(Computes, Demanding, IndexBacked):
    """An index, of a partitioned table too: pg_class with relkind i or I, and pg_index."""

    kind: ClassVar[str] = "index"
    keyword: ClassVar[str] = "INDEX"
    defined_by: ClassVar[tuple[str, ...]] = ("IndexStmt",)
    catalog: ClassVar[str] = "pg_class"
    presence: ClassVar[LiteralString] = "pg_index where indexrelid >= 16384 and not indisprimary"
    priority: ClassVar[int] = Priority.INDEX
    renamable: ClassVar[bool] = True

    indexed: str = replace()
    """The name of the table or materialized view."""
    definition: str = replace(deparsed=True)
    """CREATE INDEX up to the storage options."""
    predicate: Expression | None = replace(deparsed=True)
    """The predicate behind them, the expression of WHERE; None for an index of all rows."""
    statistics: tuple[tuple[str, str], ...] = alter()
    """(number of the column, target) of each column whose statistics target was set."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        # OFFSET 0 keeps each deparsed text from being made anew wherever it is named.
        return (
            """
    select i.oid
         , n.nspname::text                                              as schema
         , i.relname::text                                              as name
         , ''                                                           as detail
         , c.relname::text                                              as indexed
         , """
            + RELATION_KIND
            + """
         , left(d.text, length(d.text) - length("""
            + OPTIONS_CLAUSE
            + """|| coalesce(' WHERE ' || p.text, ''))) as definition
         , p.text                                                       as predicate
         , array( select array[attnum::text, attstattarget::text]
                    from pg_attribute
                   where attrelid = i.oid and attstattarget >= 0
                   order by attnum )                                    as statistics
"""
            + INDEX_FIELDS
            + """
      from pg_index x
      join pg_class i     on i.oid = x.indexrelid
      join pg_class c     on c.oid = x.indrelid
      join pg_namespace n on n.oid = i.relnamespace
      cross join lateral ( select pg_get_indexdef(i.oid) offset 0 )             as d (text)
      cross join lateral ( select pg_get_expr(x.indpred, x.indrelid) offset 0 ) as p (text)
     where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
       and (x.indisvalid or c.relkind = 'p') and x.indisready
       and i.relkind in ('i', 'I')
       and c.relkind in ('r', 'p', 'm')
       and not exists ( select from pg_constraint
                         where conrelid = x.indrelid and conindid = i.oid and contype in ('p', 'u', 'x') )
       and not exists ( select from pg_depend
                         where classid = 'pg_class'::regclass and objid = i.oid and deptype = 'e' )
     order by n.nspname, i.relname"""
        )

    @property
    def parent(self) -> ObjectId:
        return ObjectId(self.relation_kind, self.schema, self.indexed)

    @property
    def relation(self) -> str:
        return self.indexed

    @property
    def adopted(self) -> str:
        keyword, _, method = self.definition.partition(' USING "')
        return f"{keyword.partition(' INDEX ')[0]} {method} {self.predicate or ''}"

    @property
    def demand(self) -> str:
        keyword, _, columns = self.definition.partition(' USING "btree" ')
        return f"UNIQUE {columns} {self.predicate or ''}".strip() if keyword.startswith(UNIQUE) else ""

    def survives_retyping(self, new: Self) -> bool:
        # Targets of its columns are lost. Before 18, what Postgres builds anew of a partitioned table hands its comment
        # down to all partitions.
        handed_down = self.comment is not None and " ON ONLY " in self.definition
        return not (self.statistics or handed_down) and super().survives_retyping(new)

    def renamed(self, name: str) -> Self:
        definition = self.definition.replace(f" INDEX {ident(self.name)} ", f" INDEX {ident(name)} ", 1)
        return self.evolve(name=name, definition=definition)

    def create(self, printing: Printing) -> tuple[Written, ...]:
        options = f" {with_options(self.options)}" if self.options else ""
        where = "" if self.predicate is None else f" WHERE {self.predicate}"
        unique = self.definition.startswith(UNIQUE)
        made = Statement(
            sql=f"{spell_types(self.definition + options + where, printing.target.major)};",
            on_rows=OnRows.MAY_FAIL if unique else OnRows.NOTHING,
        )
        statistics = (self._statistics(*item) for item in self.statistics)
        return (made, *paragraphs(self.clustering()), *statistics, *paragraphs(self.identification()))

    def _statistics(self, column: str, target: str) -> str:
        return f"ALTER {self.signature()} ALTER COLUMN {column} SET STATISTICS {target};"

    def entries(self, printing: Printing) -> tuple[Entry, ...]:
        made = self.create(printing)
        return (self.stored_entry("INDEX", made, len(made) - bool(self.identification())),)

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        if changed.take("statistics"):
            wanted = dict(new.statistics)
            for column, _ in self.statistics:
                if column not in wanted:
                    yield self._statistics(column, "-1")
            for item in new.statistics:
                if item not in self.statistics:
                    yield self._statistics(*item)
        yield from super().alter(new, changed, target)
