"""The partitions of partitioned tables."""

from typing import ClassVar, LiteralString

from ..model import ObjectId, OnRows, Printing, Statement, equal, replace
from ..priority import Priority
from ..quoting import qualified
from .inheritance import PARENT_FIELDS, PARTITION, TABLES_OF_BOTH, Tie
from .relations import OF_USERS, kind_of


class Partition(Tie):
    """A table's being a partition of another."""

    kind: ClassVar[str] = PARTITION
    keyword: ClassVar[str] = "TABLE ATTACH"
    defined_by: ClassVar[tuple[str, ...]] = ("AlterTableStmt",)
    priority: ClassVar[int] = Priority.TABLE_ATTACH

    bound: str = replace(deparsed=True)
    """`FOR VALUES …` or `DEFAULT`."""
    beside: tuple[str, ...] | None = equal()
    """(schema, name, kind) of the default partition beside it, as that one says."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            """
            select c.oid
                 , n.nspname::text   as schema
                 , c.relname::text   as name
                 , ''                as detail
                 , pg_get_expr(c.relpartbound, c.oid) as bound
                 , ( select array[dn.nspname::text, d.relname::text, """
            + kind_of("d")
            + """]
                       from pg_partitioned_table w
                       join pg_class d      on d.oid = w.partdefid
                       join pg_namespace dn on dn.oid = d.relnamespace
                      where w.partrelid = i.inhparent and d.oid <> c.oid ) as beside
"""
            + PARENT_FIELDS
            + TABLES_OF_BOTH
            + "c.relispartition and"
            + OF_USERS
            + "order by n.nspname, c.relname"
        )

    @property
    def claims(self) -> tuple[tuple[str, ...], ...]:
        # A range can be free only once all that leave or move have been detached.
        return (("partitions", self.parent_schema, self.parent_name),)

    def create(self, printing: Printing) -> Statement:
        del printing
        partition = qualified(self.schema, self.name)
        sql = f"ALTER TABLE ONLY {self.ancestor} ATTACH PARTITION {partition} {self.bound};"
        # None of the rows of the default partition may belong into the new one.
        beside = [ObjectId(kind, schema, name) for schema, name, kind in filter(None, [self.beside])]
        return Statement(sql=sql, on_rows=OnRows.MAY_FAIL, rows_of=(self.parent, *beside))

    def drop(self) -> str:
        return f"ALTER TABLE ONLY {self.ancestor} DETACH PARTITION {qualified(self.schema, self.name)};"
