"""Operator classes."""

from typing import ClassVar, LiteralString

from ..model import ObjectId, Printing, equal, replace
from ..model.dump_facets import Follows
from ..quoting import ident, qualified, spell_types
from . import operator_members
from .operator_families import OperatorFamily
from .routines import NONE


class OperatorClass(Follows, operator_members.OfAccessMethod):
    """An operator class: pg_opclass. `detail` is its access method. Postgres alters nothing of it."""

    kind: ClassVar[str] = "operator class"
    keyword: ClassVar[str] = "OPERATOR CLASS"
    defined_by: ClassVar[tuple[str, ...]] = ("CreateOpClassStmt",)
    catalog: ClassVar[str] = "pg_opclass"
    presence: ClassVar[LiteralString] = "pg_opclass where oid >= 16384"
    place: ClassVar[int] = 0
    bystander: ClassVar[bool] = True

    input_type: str = replace()
    storage: str = replace()
    """The type that the index holds, `-` for `input_type`."""
    default: bool = replace()
    family: tuple[str, str] = replace()
    """(schema, name)."""
    operators: tuple[operator_members.Member, ...] = replace()
    """Members that the class can't do without; so are `functions`. Others are the family's."""
    type_order: tuple[str, ...] = equal()
    """The operators' types in the order of their OIDs, by which pg_dump prints."""
    functions: tuple[operator_members.Member, ...] = replace()

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            operator_members.names("opc")
            + """
                 , c.opcintype::regtype::text                as input_type
                 , c.opckeytype::regtype::text               as storage
                 , c.opcdefault                              as default
                 , array[fn.nspname::text, f.opfname::text]  as family"""
            + operator_members.columns("c.opcfamily")
            + operator_members.source(
                "pg_opclass",
                "opc",
                """
              join pg_opfamily f   on f.oid = c.opcfamily
              join pg_namespace fn on fn.oid = f.opfnamespace""",
            )
        )

    @property
    def ordered_with(self) -> ObjectId:
        return ObjectId(OperatorFamily.kind, *self.family, self.detail)

    @property
    def claims(self) -> tuple[tuple[str, ...], ...]:
        return (("default operator class", self.detail, self.input_type),) if self.default else ()

    def create(self, printing: Printing) -> str:
        items = [f"STORAGE {self.storage}"] if self.storage != NONE else []
        items += operator_members.texts(self.operators, self.type_order, self.functions)
        text = (
            f"CREATE {self.keyword} {qualified(self.schema, self.name)}\n"
            f"    {'DEFAULT ' if self.default else ''}FOR TYPE {self.input_type} USING {ident(self.detail)}"
            f" FAMILY {qualified(*self.family)} AS\n"
            f"    {operator_members.SEPARATOR.join(items or [f'STORAGE {self.input_type}'])};\n"
        )
        return spell_types(text, printing.target.major)
