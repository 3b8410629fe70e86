"""The partitions of partitioned tables."""

from collections.abc import Sequence
from typing import ClassVar, LiteralString

from ..model import Entry, Object, Target, declared, replace
from ..priority import Priority
from ..quoting import qualified
from .inheritance import PARENT_FIELDS, PARTITION, TABLES_OF_BOTH, Tie
from .relations import OF_USERS


@declared
class Partition(Tie):
    """A table's being a partition of another."""

    kind: ClassVar[str] = PARTITION
    keyword: ClassVar[str] = "TABLE ATTACH"
    priority: ClassVar[int] = Priority.TABLE_ATTACH

    bound: str = replace()
    """`FOR VALUES …` or `DEFAULT`."""

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

    def create(self, parts: Sequence[Object], target: Target, *, shell: bool = False) -> str:
        del parts, target, shell
        partition = qualified(self.schema, self.name)
        return f"ALTER TABLE ONLY {self.ancestor} ATTACH PARTITION {partition} {self.bound};\n"

    def entries(self, parts: Sequence[Object], target: Target, *, shell: bool = False) -> tuple[Entry, ...]:
        return (Entry(desc=self.keyword, tag=self.tag, sql=self.create(parts, target)),)

    def drop(self) -> str:
        return f"ALTER TABLE ONLY {self.ancestor} DETACH PARTITION {qualified(self.schema, self.name)};"
