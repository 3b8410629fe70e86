"""Range types, each with its multirange type."""

from typing import ClassVar, LiteralString

from ..model import Entry, Printing, TypeText, equal, replace
from ..model.facets import Shelled
from ..quoting import ident, qualified, spell_types
from . import types
from .routines import NONE


class Range(Shelled, types.Type):
    """A range type: pg_type with typtype r, and pg_range. Postgres alters nothing of it."""

    kind: ClassVar[str] = "range"
    defined_by: ClassVar[tuple[str, ...]] = ("CreateRangeStmt", "DefineStmt")
    presence: ClassVar[LiteralString] = "pg_range where rngtypid >= 16384"

    subtype: TypeText = replace()
    multirange: str = replace()
    """The name of the multirange type, with its schema."""
    multirange_name: tuple[str, str] = equal()
    """(schema, name): `multirange` says the same."""
    operator_class: str = replace()
    """Empty where it is the subtype's default."""
    collation: str = replace()
    """Empty where it is the subtype's own."""
    canonical: str = replace()
    """A function, `-` for none."""
    subtype_difference: str = replace()
    """A function, `-` for none."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            types.IDENTITY
            + """
                 , format_type(g.rngsubtype, null)                             as subtype
                 , format_type(g.rngmultitypid, null)                          as multirange
                 , array[mn.nspname::text, m.typname::text]                    as multirange_name
                 , case when o.opcdefault then ''
                        else quote_ident(ocn.nspname) || '.' || quote_ident(o.opcname) end   as operator_class
                 , coalesce( ( select quote_ident(cn.nspname) || '.' || quote_ident(co.collname)
                                 from pg_collation co
                                 join pg_namespace cn on cn.oid = co.collnamespace
                                where co.oid = g.rngcollation
                                  and co.oid <> s.typcollation ), '' )         as collation
                 , g.rngcanonical::text                                        as canonical
                 , g.rngsubdiff::text                                          as subtype_difference"""
            + types.SOURCE
            + """
              join pg_range g       on g.rngtypid = t.oid
              join pg_type s        on s.oid = g.rngsubtype
              join pg_type m        on m.oid = g.rngmultitypid
              join pg_namespace mn  on mn.oid = m.typnamespace
              join pg_opclass o     on o.oid = g.rngsubopc
              join pg_namespace ocn on ocn.oid = o.opcnamespace
             where t.typtype = 'r'"""
            + types.OF_USERS
        )

    @property
    def claims(self) -> tuple[tuple[str, ...], ...]:
        return (("type", self.schema, self.name), ("type", *self.multirange_name))

    def create(self, printing: Printing) -> str:
        options = (
            ("subtype", self.subtype),
            ("multirange_type_name", self.multirange),
            ("subtype_opclass", self.operator_class),
            ("collation", self.collation),
            ("canonical", "" if self.canonical == NONE else self.canonical),
            ("subtype_diff", "" if self.subtype_difference == NONE else self.subtype_difference),
        )
        lines = ",".join(f"\n    {name} = {value}" for name, value in options if value)
        return spell_types(
            f"CREATE TYPE {qualified(self.schema, self.name)} AS RANGE ({lines}\n);\n", printing.target.major
        )

    def shell_entry(self) -> Entry:
        return types.shell_entry(self)

    def drop(self) -> str:
        # A canonical function needs the type, and the type needs it.
        return f"DROP {self.signature()}{' CASCADE' if self.canonical != NONE else ''};"

    def rename(self, name: str) -> tuple[str, ...]:
        # The multirange type and the constructors keep their names, which the successor's own would meet. All
        # constructors are where the range is.
        schema, multirange = self.multirange_name
        constructors = (
            (self.name, f"{self.subtype}, {self.subtype}", name),
            (self.name, f'{self.subtype}, {self.subtype}, "text"', name),
            (multirange, "", f"{name}_multirange"),
        )
        return (
            *(
                f"ALTER FUNCTION {qualified(self.schema, old)}({arguments}) RENAME TO {ident(new)};"
                for old, arguments, new in constructors
            ),
            f"ALTER TYPE {qualified(schema, multirange)} RENAME TO {ident(f'{name}_multirange')};",
            *super().rename(name),
        )
