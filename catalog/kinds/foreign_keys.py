"""Foreign keys."""

import re
from collections.abc import Iterator
from typing import ClassVar, Final, LiteralString, Self

from ..model import Changed, Entry, Lead, ObjectId, OnRows, Printing, Statement, Target, Written, alter, equal, replace
from ..model.dump_facets import SaysLess
from ..model.row_facets import Demanding
from ..model.tie_facets import Refers
from ..priority import Priority
from ..quoting import ident
from .constraint_states import deferral, state
from .constraints import (
    COMMON_FIELDS,
    COMMON_FILTER,
    COMMON_ORDER,
    COMMON_TABLES,
    Unindexed,
    enforced,
)
from .inheritance import PARTITION
from .relations import altered

# One that refers to a partitioned table has rows for each of its partitions, which are not constraints of their own.
AGAINST_THE_WHOLE: Final[LiteralString] = """
       and not exists ( select from pg_constraint o where o.oid = k.conparentid and o.conrelid = k.conrelid )
"""
COPIED_FROM: Final[LiteralString] = """
         , ( select array[pn.nspname::text, o.conname::text, p.relname::text]
               from pg_constraint o
               join pg_class p      on p.oid = o.conrelid
               join pg_namespace pn on pn.oid = p.relnamespace
              where o.oid = k.conparentid )                             as copied_from
"""
ATTACHMENTS: Final[LiteralString] = """
         , case when ( select relkind from pg_class where oid = k.confrelid ) = 'p' then
                array( select array[pn.nspname::text, p.relname::text]
                         from pg_partition_tree(k.conindid) t
                         join pg_class p      on p.oid = t.relid
                         join pg_namespace pn on pn.oid = p.relnamespace
                        where t.level > 0
                        order by 1 ) else '{}' end                      as attachments
"""
# Worked out for all indexes at once: for each by itself a planner would read all operator classes.
COMPARISONS: Final[LiteralString] = """
              left join ( select x.indexrelid
                               , case when bool_and(m.amname = 'btree' and t.typtype <> 'p') then
                                 array_agg(quote_ident(fn.nspname) || '.' || quote_ident(f.opfname)
                                           || coalesce(' ' || l.oid::regcollation, '') order by o.place) end as families
                            from pg_index x
                            cross join unnest(x.indclass, x.indcollation) with ordinality o (class, sorted_by, place)
                            join pg_opclass oc       on oc.oid = o.class
                            join pg_opfamily f       on f.oid = oc.opcfamily
                            join pg_namespace fn     on fn.oid = f.opfnamespace
                            join pg_am m             on m.oid = oc.opcmethod
                            join pg_type t           on t.oid = oc.opcintype
                            left join pg_collation l on l.oid = o.sorted_by and not l.collisdeterministic
                           where x.indexrelid in (select conindid from pg_constraint where contype = 'f')
                           group by x.indexrelid ) compared on compared.indexrelid = k.conindid
"""
_ACTIONS: Final = re.compile(r" ON (?:UPDATE|DELETE) (?=CASCADE|RESTRICT|SET |NO ACTION)")


class ForeignKey(SaysLess, Refers, Demanding, Unindexed):
    """A foreign key: pg_constraint with contype f."""

    kind: ClassVar[str] = "foreign key"
    defined_by: ClassVar[tuple[str, ...]] = ("AlterTableStmt",)
    presence: ClassVar[LiteralString] = "pg_constraint where contype = 'f'"
    priority: ClassVar[int] = Priority.FOREIGN_KEY

    definition: str = replace()
    """`FOREIGN KEY (…) REFERENCES …` with its MATCH and actions."""
    deferrable: bool = alter()
    deferred: bool = alter()
    validated: bool = alter()
    enforced: bool = alter()
    passed_on: bool = equal()
    """True if its table is partitioned: then every partition has it too."""
    copied_from: tuple[str, ...] | None = equal()
    """(schema, name, table) of the one on the partitioned table that made it, None for one of its own."""
    comparison: tuple[str, ...] | None = equal()
    """By which operator families its columns are compared, and by which collation if that can make unlike texts equal.
    None where a type is compared to none but itself (an enum, an array)."""
    attachments: tuple[tuple[str, str], ...] = equal()
    """The indexes, (schema, name), that must be parts of the one it refers by before that one is valid."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        suffix: LiteralString = (
            "'( DEFERRABLE)?( INITIALLY DEFERRED)?( NOT VALID| NOT ENFORCED)?$'"  # the order of pg_get_constraintdef
        )
        return (
            COMMON_FIELDS
            + ", regexp_replace(pg_get_constraintdef(k.oid), "
            + suffix
            + ", '') as definition"
            + ", k.condeferrable as deferrable, k.condeferred as deferred"
            + ", k.convalidated as validated, "
            + enforced(version)
            + " as enforced, c.relkind = 'p' as passed_on"
            + COPIED_FROM
            + ", compared.families as comparison"
            + ATTACHMENTS
            + COMMON_TABLES
            + COMPARISONS
            + COMMON_FILTER
            + "and k.contype = 'f'"
            + AGAINST_THE_WHOLE
            + COMMON_ORDER
        )

    @property
    def holds(self) -> bool:
        return self.validated and self.enforced

    @property
    def demand(self) -> str:
        return _ACTIONS.split(self.definition)[0] if self.holds else ""

    def dumped(self, target: Target) -> bool:
        return self.copied_from is None

    @property
    def own_comment(self) -> str | None:
        # What it was called before its table became a partition, no dump says, nor what was said of it.
        return self.comment if self.copied_from is None or self.copied_from[1] == self.name else None

    @property
    def leads(self) -> tuple[Lead, ...]:
        if self.copied_from is None:
            return ()
        schema, name, table = self.copied_from
        whole = ObjectId(self.kind, schema, name, table)
        return (Lead(whole, ObjectId(PARTITION, self.schema, self.detail)),)

    @property
    def comes_along(self) -> bool:
        return self.copied_from is not None

    @property
    def comes_with_tie(self) -> bool:
        return self.copied_from is not None

    @property
    def goes_along(self) -> bool:
        return self.copied_from is not None

    def brought(self, new: Self) -> Self:
        return new.evolve(comment=None)

    def led(self, old: Self, new: Self) -> Self:
        return self.evolve(
            deferrable=new.deferrable, deferred=new.deferred, validated=new.validated, enforced=new.enforced
        )

    @property
    def table(self) -> str:
        return altered(self.relation_kind, self.schema, self.detail, only=not self.passed_on)

    @property
    def also_needs(self) -> tuple[ObjectId, ...]:
        return tuple(ObjectId("index attachment", schema, name) for schema, name in self.attachments)

    def stated_definition(self, target: Target) -> str:
        del target
        return self.definition + deferral(self.deferrable, self.deferred) + state(self.validated, self.enforced)

    def entries(self, printing: Printing) -> tuple[Entry, ...]:
        return (Entry(desc="FK CONSTRAINT", tag=self.tag, sql=self.create(printing)),)

    def survives_retyping(self, new: Self) -> bool:
        # Where both sides change, it is rebuilt after the first: `integer` is compared to `bigint`, never to `uuid`.
        return self.comparison is not None and self.comparison == new.comparison

    def must_replace(self, new: Self, changed: frozenset[str]) -> bool:
        if not new.enforced or new.validated:
            return False
        return self.validated or not self.enforced

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[Written]:
        prefix = f"ALTER {self.table} ALTER CONSTRAINT {ident(self.name)}"
        if changed.take("deferrable", "deferred"):
            yield f"{prefix}{deferral(new.deferrable, new.deferred) or ' NOT DEFERRABLE'};"
        if changed.take("enforced"):
            # ENFORCED (18) checks the rows too, NOT ENFORCED forgets that they were checked.
            changed.take("validated")
            sql = f"{prefix} {'ENFORCED' if new.enforced else 'NOT ENFORCED'};"
            yield Statement(sql=sql, on_rows=OnRows.MAY_FAIL if new.holds else OnRows.NOTHING)
        if changed.take("validated"):
            yield self.validation()
