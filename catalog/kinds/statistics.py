"""Extended statistics."""

from collections.abc import Iterator
from typing import ClassVar, Final, LiteralString, Self

from ..model import Changed, Object, ObjectId, Printing, Target, alter, equal, replace
from ..model.facets import OwnedApart
from ..priority import Priority
from ..quoting import spell_types
from .relations import RELATION_KIND

DEFAULT_TARGET: Final = -1


class Statistics(OwnedApart, Object):
    """A statistics object: pg_statistic_ext."""

    kind: ClassVar[str] = "statistics object"
    keyword: ClassVar[str] = "STATISTICS"
    defined_by: ClassVar[tuple[str, ...]] = ("CreateStatsStmt", "AlterStatsStmt")
    catalog: ClassVar[str] = "pg_statistic_ext"
    presence: ClassVar[LiteralString] = "pg_statistic_ext"
    priority: ClassVar[int] = Priority.STATISTICS
    renamable: ClassVar[bool] = True

    relation_schema: str = replace()
    relation: str = replace()
    """The name of the table or materialized view that it is about."""
    relation_kind: str = replace()
    """The kind of that relation: another one can have the same name later."""
    definition: str = equal()
    """CREATE STATISTICS as Postgres deparses it. The columns stand in the order that they have in the table, which is
    no difference; the rest is said by what follows."""
    kinds: tuple[str, ...] = replace()
    """The letters of pg_statistic_ext.stxkind, sorted."""
    columns: tuple[str, ...] = replace()
    """Sorted."""
    expressions: tuple[str, ...] = replace(deparsed=True)
    target: int = alter()
    """The statistics target, -1 for that of the columns."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        # Since 17 a missing target is NULL.
        return (
            """
            select s.oid
                 , n.nspname::text                     as schema
                 , s.stxname::text                     as name
                 , ''                                  as detail
                 , r.rolname::text                     as owner
                 , cn.nspname::text                    as relation_schema
                 , c.relname::text                     as relation
                 , """
            + RELATION_KIND
            + """
                 , pg_get_statisticsobjdef(s.oid)      as definition
                 , array( select kind::text from unnest(s.stxkind) kind order by kind ) as kinds
                 , array( select attname::text from pg_attribute
                           where attrelid = s.stxrelid and attnum = any (s.stxkeys)
                           order by attname )          as columns
                 , coalesce(pg_get_statisticsobjdef_expressions(s.oid), '{}') as expressions
                 , coalesce(s.stxstattarget::int, -1)  as target
              from pg_statistic_ext s
              join pg_namespace n  on n.oid = s.stxnamespace
              join pg_class c      on c.oid = s.stxrelid
              join pg_namespace cn on cn.oid = c.relnamespace
              join pg_roles r      on r.oid = s.stxowner
             where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and not exists ( select from pg_depend
                                 where classid = 'pg_statistic_ext'::regclass and objid = s.oid and deptype = 'e' )
             order by n.nspname, s.stxname"""
        )

    @property
    def parent(self) -> ObjectId:
        return ObjectId(self.relation_kind, self.relation_schema, self.relation)

    def create(self, printing: Printing) -> tuple[str, ...]:
        made = f"{spell_types(self.definition, printing.target.major)};"
        return (made,) if self.target == DEFAULT_TARGET else (made, self._aim())

    def _aim(self) -> str:
        return f"ALTER {self.signature()} SET STATISTICS {self.target};"

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        if changed.take("target"):
            yield new._aim()
