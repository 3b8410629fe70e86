"""Composite types and their attributes."""

from collections.abc import Iterator
from typing import ClassVar, LiteralString, Self

from ..errors import PgnormError
from ..model import (
    Changed,
    Object,
    ObjectId,
    OnRows,
    Placement,
    Printing,
    Statement,
    Target,
    TypeText,
    Written,
    alter,
    equal,
)
from ..model.type_facets import RowType
from ..priority import Priority
from ..quoting import ident, qualified, spell_types
from . import types
from .conversions import widens


class Composite(RowType, types.Type):
    """A composite type: pg_type with typtype c whose pg_class row has relkind c."""

    kind: ClassVar[str] = "composite type"
    defined_by: ClassVar[tuple[str, ...]] = ("CompositeTypeStmt",)
    presence: ClassVar[LiteralString] = "pg_class where relkind = 'c'"

    attributes: tuple[tuple[str, str, str], ...] = alter()
    """(name, type, collation) of each, the collation empty where it is the type's own."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            types.IDENTITY
            + """
                 , array( select array[ a.attname::text
                                      , format_type(a.atttypid, a.atttypmod)
                                      , coalesce( ( select quote_ident(cn.nspname) || '.' || quote_ident(co.collname)
                                                      from pg_collation co
                                                      join pg_namespace cn on cn.oid = co.collnamespace
                                                     where co.oid = a.attcollation
                                                       and co.oid <> at.typcollation ), '' ) ]
                            from pg_attribute a
                            join pg_type at on at.oid = a.atttypid
                           where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
                           order by a.attnum )   as attributes"""
            + types.SOURCE
            + """
              join pg_class c     on c.oid = t.typrelid
             where t.typtype = 'c' and c.relkind = 'c'"""
            + types.OF_USERS
        )

    @property
    def claims(self) -> tuple[tuple[str, ...], ...]:
        # Its attributes hang on a row of pg_class of the same name.
        return (("type", self.schema, self.name), ("relation", self.schema, self.name))

    def create(self, printing: Printing) -> str:
        lines = ",".join(f"\n\t{_attribute(item)}" for item in self.attributes)
        return spell_types(f"CREATE TYPE {qualified(self.schema, self.name)} AS ({lines}\n);\n", printing.target.major)

    def must_replace(self, new: Self, changed: frozenset[str]) -> bool:
        return self._moved(new)

    def refused_while_stored(self, new: Self, changed: frozenset[str]) -> bool:
        retyped = bool(self._retyped(new))
        # Columns move to a new type by position (`c::text::type`), which would give values to other attributes.
        if self._moved(new) or (retyped and _names(self) != _names(new)):
            raise PgnormError(
                f"composite type {self.label}: its attributes change places or types as well as names, "
                "while a column holds values of it",
                hint="Add attributes at the end only, and change names and types in two migrations.",
            )
        return retyped

    def retypes(self, new: Self, changed: frozenset[str]) -> bool:
        return bool(self._retyped(new)) or not set(_names(self)) <= set(_names(new))

    def unties(self, new: Self, changed: frozenset[str]) -> bool:
        return "attributes" in changed

    def _moved(self, new: Self) -> bool:
        """True if ALTER TYPE, which appends attributes and drops them but moves none, cannot lead to `new`."""
        old_names, new_names = _names(self), _names(new)
        kept = [name for name in old_names if name in new_names]
        return new_names[: len(kept)] != kept

    def _retyped(self, new: Self) -> list[tuple[str, str, str]]:
        """The attributes of `new` whose type or collation is another than in `self`."""
        old = {item[0]: item for item in self.attributes}
        return [item for item in new.attributes if item[0] in old and item != old[item[0]]]

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[Written]:
        if not changed.take("attributes"):
            return
        old_names, new_names = _names(self), _names(new)
        for name in old_names:
            if name not in new_names:
                yield self._altered(f"DROP ATTRIBUTE {ident(name)}", OnRows.LOSES, target)
        types_before = {name: type_name for name, type_name, _ in self.attributes}
        for name, type_name, collation in self._retyped(new):
            loses = OnRows.NOTHING if widens(types_before[name], type_name) else OnRows.LOSES
            type_ = f"{type_name}{types.collate(collation)}"
            yield self._altered(f"ALTER ATTRIBUTE {ident(name)} TYPE {type_}", loses, target)
        for item in new.attributes:
            if item[0] not in old_names:
                yield self._altered(f"ADD ATTRIBUTE {_attribute(item)}", OnRows.NOTHING, target)

    def _altered(self, action: str, on_rows: OnRows, target: Target) -> Statement:
        return Statement(sql=spell_types(f"ALTER {self.signature()} {action};", target.major), on_rows=on_rows)


class Attribute(Object):
    """An attribute of a composite type, for its comment: pg_attribute. `detail` is the type."""

    kind: ClassVar[str] = "attribute"
    keyword: ClassVar[str] = "COLUMN"
    catalog: ClassVar[str] = "pg_class"
    presence: ClassVar[LiteralString] = "pg_class where relkind = 'c'"
    priority: ClassVar[int] = Priority.TYPE
    placement: ClassVar[Placement] = Placement.DERIVED_INSIDE

    type: TypeText = equal(needed=False)
    """Its type, of which the composite type answers for the differences."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return """
            select c.oid
                 , a.attnum::int     as subid
                 , n.nspname::text   as schema
                 , a.attname::text   as name
                 , c.relname::text   as detail
                 , format_type(a.atttypid, a.atttypmod) as type
              from pg_attribute a
              join pg_class c     on c.oid = a.attrelid
              join pg_namespace n on n.oid = c.relnamespace
             where c.relkind = 'c' and a.attnum > 0 and not a.attisdropped
               and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and not exists ( select from pg_depend
                                 where classid = 'pg_type'::regclass and objid = c.reltype and deptype = 'e' )
             order by n.nspname, c.relname, a.attnum"""

    @property
    def parent(self) -> ObjectId:
        return ObjectId(Composite.kind, self.schema, self.detail)

    def rename(self, name: str) -> tuple[str, ...]:
        of_type = qualified(self.schema, self.detail)
        return (f"ALTER TYPE {of_type} RENAME ATTRIBUTE {ident(self.name)} TO {ident(name)} CASCADE;",)

    def signature(self, *, qualify: bool = True) -> str:
        return f"COLUMN {qualified(self.schema if qualify else '', self.detail)}.{ident(self.name)}"


def _names(item: Composite) -> list[str]:
    return [name for name, _, _ in item.attributes]


def _attribute(item: tuple[str, str, str]) -> str:
    name, type_name, collation = item
    return f"{ident(name)} {type_name}{types.collate(collation)}"
