"""NOT NULL constraints that rows were not checked for (18). Those that hold are said by their column."""

from collections.abc import Sequence
from typing import ClassVar, LiteralString

from ..model import Entry, Object, ObjectId, Target, declared, equal, replace
from ..priority import Priority
from .constraints import COMMON_FIELDS, COMMON_FILTER, COMMON_ORDER, COMMON_TABLES, Unindexed
from .relations import TABLE_LIKE, altered


@declared
class UncheckedNotNull(Unindexed):
    """A NOT NULL that is not valid: pg_constraint with contype n, which tables have since 18."""

    kind: ClassVar[str] = "unchecked not-null constraint"
    priority: ClassVar[int] = Priority.CONSTRAINT
    matched: ClassVar[bool] = True

    column: str = equal()
    """The column, which `definition` says too."""
    definition: str = replace()
    """`NOT NULL … NOT VALID`."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            COMMON_FIELDS
            + ", a.attname::text as column, pg_get_constraintdef(k.oid) as definition"
            + COMMON_TABLES
            + "join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]"
            + COMMON_FILTER
            + "and k.contype = 'n' and k.conislocal and not k.convalidated and "
            + TABLE_LIKE
            + COMMON_ORDER
        )

    @property
    def parent(self) -> ObjectId:
        return ObjectId("column", self.schema, self.column, self.detail)

    @property
    def table(self) -> str:
        # Without ONLY: it holds for the table's children too.
        return altered(self.relation_kind, self.schema, self.detail)

    @property
    def holds(self) -> bool:
        return False

    def create(self, parts: Sequence[Object], target: Target, *, shell: bool = False) -> str:
        del parts, target, shell
        return self.addition(self.definition)

    def entries(self, parts: Sequence[Object], target: Target, *, shell: bool = False) -> tuple[Entry, ...]:
        return (Entry(desc=self.keyword, tag=self.tag, sql=self.create(parts, target)),)
