"""Operator families."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, LiteralString, Self

from ..model import Changed, Printing, Target, alter, equal
from ..model.facets import WithMembers
from ..quoting import spell_types
from . import operator_members


class OperatorFamily(WithMembers, operator_members.OfAccessMethod):
    """An operator family: pg_opfamily. `detail` is its access method."""

    kind: ClassVar[str] = "operator family"
    keyword: ClassVar[str] = "OPERATOR FAMILY"
    defined_by: ClassVar[tuple[str, ...]] = ("CreateOpFamilyStmt", "AlterOpFamilyStmt")
    catalog: ClassVar[str] = "pg_opfamily"
    presence: ClassVar[LiteralString] = "pg_opfamily where oid >= 16384"
    place: ClassVar[int] = 1
    members: ClassVar[LiteralString] = """
            select 'pg_amop'::regclass::oid, oid, amopfamily from pg_amop where oid >= 16384
             union all
            select 'pg_amproc'::regclass::oid, oid, amprocfamily from pg_amproc where oid >= 16384"""

    operators: tuple[operator_members.Member, ...] = alter()
    """Members that no class needs; so are `functions`."""
    type_order: tuple[str, ...] = equal()
    """The operators' types in the order of their OIDs, by which pg_dump prints."""
    functions: tuple[operator_members.Member, ...] = alter()

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        columns: LiteralString = operator_members.columns("c.oid")
        return operator_members.names("opf") + columns + operator_members.source("pg_opfamily", "opf")

    def create(self, printing: Printing) -> tuple[str, ...]:
        return (f"CREATE {self.signature()};", *self._add(self.operators, self.functions, printing.target))

    def _add(
        self,
        operators: Sequence[operator_members.Member],
        functions: Sequence[operator_members.Member],
        target: Target,
    ) -> Iterator[str]:
        items = operator_members.SEPARATOR.join(operator_members.texts(operators, self.type_order, functions))
        if items:
            yield spell_types(f"ALTER {self.signature()} ADD\n    {items};", target.major)

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        changed.take("operators", "functions")
        moved = operator_members.moved(self.functions, new.functions)
        gone = operator_members.SEPARATOR.join(
            (
                *operator_members.leaving("OPERATOR", _without(self.operators, new.operators)),
                *operator_members.leaving("FUNCTION", (*_without(self.functions, new.functions), *moved)),
            )
        )
        if gone:
            yield f"ALTER {self.signature()} DROP\n    {gone};"
        there = _without(self.functions, moved)
        yield from new._add(_without(new.operators, self.operators), _without(new.functions, there), target)


def _without(
    members: Sequence[operator_members.Member], others: Sequence[operator_members.Member]
) -> tuple[operator_members.Member, ...]:
    return tuple(member for member in members if member not in others)
