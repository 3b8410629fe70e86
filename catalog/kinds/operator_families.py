"""Operator families."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, LiteralString, Self

from ..model import Changed, Object, Target, alter, declared, equal
from ..priority import Priority
from ..quoting import ident, qualified, spell_types
from . import operator_members


@declared
class OperatorFamily(Object):
    """An operator family: pg_opfamily. `detail` is its access method."""

    kind: ClassVar[str] = "operator family"
    keyword: ClassVar[str] = "OPERATOR FAMILY"
    catalog: ClassVar[str] = "pg_opfamily"
    priority: ClassVar[int] = Priority.OPERATOR_FAMILY
    members: ClassVar[LiteralString] = """
            select 'pg_amop'::regclass::oid, oid, amopfamily from pg_amop where oid >= 16384
             union all
            select 'pg_amproc'::regclass::oid, oid, amprocfamily from pg_amproc where oid >= 16384"""

    operators: tuple[operator_members.Member, ...] = alter()
    """Those that no class needs; so are `functions`."""
    type_order: tuple[str, ...] = equal()
    """The operators' types in the order of their OIDs, by which pg_dump prints."""
    functions: tuple[operator_members.Member, ...] = alter()

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            """
            select c.oid
                 , n.nspname::text   as schema
                 , c.opfname::text   as name
                 , a.amname::text    as detail
                 , r.rolname::text   as owner"""
            + operator_members.columns("c.oid")
            + """
              from pg_opfamily c
              join pg_namespace n on n.oid = c.opfnamespace
              join pg_roles r     on r.oid = c.opfowner
              join pg_am a        on a.oid = c.opfmethod
             where c.oid >= 16384 and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and not exists ( select from pg_depend
                                 where classid = 'pg_opfamily'::regclass and objid = c.oid and deptype = 'e' )
             order by n.nspname, c.opfname, a.amname"""
        )

    @property
    def sort_key(self) -> tuple[object, ...]:
        # After the class of the same name.
        return (1, self.detail)

    @property
    def label(self) -> str:
        return f"{self.schema}.{self.name} using {self.detail}"

    def signature(self, *, qualify: bool = True) -> str:
        return f"{self.keyword} {qualified(self.schema if qualify else '', self.name)} USING {ident(self.detail)}"

    def create(self, parts: Sequence[Object], target: Target, *, shell: bool = False) -> str:
        del parts, shell
        return f"CREATE {self.signature()};\n" + "".join(self._add(self.operators, self.functions, target))

    def _add(
        self,
        operators: Sequence[operator_members.Member],
        functions: Sequence[operator_members.Member],
        target: Target,
    ) -> Iterator[str]:
        items = operator_members.SEPARATOR.join(operator_members.texts(operators, self.type_order, functions))
        if items:
            yield spell_types(f"ALTER {self.signature()} ADD\n    {items};\n", target.major)

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
        for text in new._add(_without(new.operators, self.operators), _without(new.functions, there), target):
            yield text.rstrip("\n")


def _without(
    members: Sequence[operator_members.Member], others: Sequence[operator_members.Member]
) -> tuple[operator_members.Member, ...]:
    return tuple(member for member in members if member not in others)
