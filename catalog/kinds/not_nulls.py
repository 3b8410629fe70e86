"""NOT NULL constraints that rows were not checked for (18). Those that hold are said by their column."""

from typing import ClassVar, LiteralString, Self

from ..model import ObjectId, Printing, Statement, Target, equal, noted, on_relation, replace, said
from ..priority import Priority
from ..quoting import ident
from .constraints import COMMON_FILTER, COMMON_TABLES, Unindexed
from .inheritance import Inherited
from .relations import RELATION_KIND, TABLE_LIKE, altered


class UncheckedNotNull(Inherited, Unindexed):
    """A NOT NULL that is not valid: pg_constraint with contype n, which tables have since 18. `name` is the column."""

    kind: ClassVar[str] = "unchecked not-null constraint"
    defined_by: ClassVar[tuple[str, ...]] = ("AlterTableStmt",)
    presence: ClassVar[LiteralString] = "pg_constraint where contype = 'n' and not convalidated"
    priority: ClassVar[int] = Priority.CONSTRAINT
    merged: ClassVar[bool] = True

    constraint: str = equal()
    """Its name, which `given` is where the table itself has it."""
    given: str | None = said("constraint")
    no_inherit: bool = replace()
    local: bool = noted()
    """True if the table has it of its own, and not only from another."""
    of_partition: bool = equal()
    ancestors: tuple[tuple[str, ...], ...] = equal()
    """(schema, table) of each that its table inherits from, or is a partition of, and that passes one on."""

    @property
    def adopted(self) -> str:
        return self.name

    def rename(self, name: str) -> tuple[str, ...]:
        # `name` is its column's.
        return ()

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            """
            select k.oid
                 , n.nspname::text   as schema
                 , a.attname::text   as name
                 , c.relname::text   as detail
                 , """
            + RELATION_KIND
            + """
                 , k.conname::text                               as constraint
                 , case when k.conislocal then k.conname::text end as given
                 , k.connoinherit                                as no_inherit
                 , k.conislocal                                  as local
                 , c.relispartition                              as of_partition
                 , array( select array[pn.nspname::text, p.relname::text]
                            from pg_inherits i
                            join pg_attribute pa  on pa.attrelid = i.inhparent and pa.attname = a.attname
                            join pg_constraint pk on pk.conrelid = i.inhparent and pk.contype = 'n'
                                                 and pk.conkey = array[pa.attnum] and not pk.connoinherit
                            join pg_class p       on p.oid = i.inhparent
                            join pg_namespace pn  on pn.oid = p.relnamespace
                           where i.inhrelid = c.oid
                           order by i.inhseqno )                 as ancestors
"""
            + COMMON_TABLES
            + "join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]"
            + COMMON_FILTER
            + "and k.contype = 'n' and not k.convalidated and "
            + TABLE_LIKE
            + "order by n.nspname, c.relname, k.conname"
        )

    @property
    def parent(self) -> ObjectId:
        return ObjectId("column", self.schema, self.name, self.detail)

    @property
    def table(self) -> str:
        # Without ONLY: it holds for the table's children too.
        return altered(self.relation_kind, self.schema, self.detail)

    @property
    def holds(self) -> bool:
        return False

    @property
    def sort_name(self) -> str:
        return self.constraint

    @property
    def claims(self) -> tuple[tuple[str, ...], ...]:
        return (("constraint", self.schema, self.detail, self.constraint),)

    @property
    def tag(self) -> str:
        return f"{self.detail} {self.constraint}"

    def signature(self, *, qualify: bool = True) -> str:
        return on_relation(self.keyword, self.constraint, self.schema if qualify else "", self.detail)

    def dumped(self, target: Target) -> bool:
        return self.local

    def create(self, printing: Printing) -> Statement:
        del printing
        definition = f"NOT NULL {ident(self.name)}{' NO INHERIT' if self.no_inherit else ''} NOT VALID"
        return Statement(sql=f"ALTER {self.table}\n    ADD CONSTRAINT {ident(self.constraint)} {definition};")

    def brought(self, new: Self) -> Self:
        return new.evolve(constraint=self.constraint, comment=None)

    def must_replace(self, new: Self, changed: frozenset[str]) -> bool:
        return "given" in changed

    def cut_for(self, new: Self, leader: Self, leader_after: Self, *, shared: bool) -> bool:
        del leader, leader_after, shared
        return None not in (self.given, new.given) and self.given != new.given

    def drop(self) -> str:
        return f"ALTER {self.table} DROP CONSTRAINT {ident(self.constraint)};"

    def drop_alone(self) -> str:
        table = altered(self.relation_kind, self.schema, self.detail, only=True)
        return f"ALTER {table} DROP CONSTRAINT {ident(self.constraint)};"
