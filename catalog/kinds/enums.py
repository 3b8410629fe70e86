"""Enum types."""

from collections.abc import Iterator
from typing import ClassVar, LiteralString, Self

from ..model import Changed, Printing, Statement, Target, Written, alter
from ..model.type_facets import HasValues
from ..quoting import literal, qualified
from . import types


class EnumType(HasValues, types.Type):
    """An enum type: pg_type with typtype e, and pg_enum."""

    kind: ClassVar[str] = "enum"
    defined_by: ClassVar[tuple[str, ...]] = ("CreateEnumStmt",)
    presence: ClassVar[LiteralString] = "pg_type where typtype = 'e'"

    values: tuple[str, ...] = alter()

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            types.IDENTITY
            + """
                 , array( select enumlabel::text from pg_enum
                           where enumtypid = t.oid order by enumsortorder )   as values"""
            + types.SOURCE
            + """
             where t.typtype = 'e'"""
            + types.OF_USERS
        )

    def create(self, printing: Printing) -> str:
        del printing
        labels = ",".join(f"\n    {literal(label)}" for label in self.values)
        return f"CREATE TYPE {qualified(self.schema, self.name)} AS ENUM ({labels}\n);\n"

    def must_replace(self, new: Self, changed: frozenset[str]) -> bool:
        # A label can be added anywhere, but neither removed nor moved.
        if self.renamed_value(new) is not None:
            return False
        kept = tuple(label for label in new.values if label in self.values)
        return kept != self.values

    @property
    def value_names(self) -> tuple[str, ...]:
        return self.values

    def rename_value(self, old: str, new: str) -> str:
        return f"ALTER {self.signature()} RENAME VALUE {literal(old)} TO {literal(new)};"

    def with_value_renamed(self, old: str, new: str) -> Self:
        return self.evolve(values=tuple(new if value == old else value for value in self.values))

    def renamed_value(self, new: Self) -> tuple[str, str] | None:
        if len(self.values) != len(new.values):
            return None
        pairs = [pair for pair in zip(self.values, new.values, strict=True) if pair[0] != pair[1]]
        return pairs[0] if len(pairs) == 1 else None

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[Written]:
        if not changed.take("values"):
            return
        if renamed := self.renamed_value(new):
            yield self.rename_value(*renamed)
            return
        waiting = list(self.values)
        previous: str | None = None
        for label in new.values:
            if label in self.values:
                waiting.remove(label)
            else:
                place = ""
                if waiting:
                    place = f" BEFORE {literal(waiting[0])}" if previous is None else f" AFTER {literal(previous)}"
                yield Statement(sql=f"ALTER {self.signature()} ADD VALUE {literal(label)}{place};", commits=True)
            previous = label
