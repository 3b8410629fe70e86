"""The columns of tables."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final, LiteralString, Self

from attrs import frozen

from ..model import Changed, Entry, Object, ObjectId, Target, alter, equal, on_relation
from ..options import alter_options
from ..priority import Priority
from ..quoting import ident, literal, qualified, spell_types
from .conversions import conversion
from .relations import ORDINARY_TABLE

NOT_NULL_NAMED_SINCE: Final = 180000
SET_EXPRESSION_SINCE: Final = 170000
STORAGE: Final = {"p": "PLAIN", "e": "EXTERNAL", "x": "EXTENDED", "m": "MAIN"}
COMPRESSION: Final = {"p": "pglz", "l": "lz4"}
STORED: Final = "s"

# Since 18 a NOT NULL is a row of pg_constraint; one that is not valid yet is an object of its own. A name that Postgres
# picked outlives the renaming of its table, so it is told by its form.
_NAMED: Final[LiteralString] = """
                 , k.oid is not null                                              as not_null
                 , coalesce(k.conname::text, '')                                  as not_null_constraint
                 , case when k.conname ~ '^.+_.+_not_null[0-9]*$' then ''
                        else coalesce(k.conname::text, '') end                    as not_null_name
                 , coalesce(k.connoinherit, false)                                as not_null_no_inherit
                 , kd.description                                                 as not_null_comment
                 , true                                                           as settable_expression
"""
_NAMED_FROM: Final[LiteralString] = """
              left join pg_constraint k   on k.conrelid = a.attrelid and k.contype = 'n'
                                         and k.conkey = array[a.attnum] and k.convalidated
              left join pg_description kd on kd.classoid = 'pg_constraint'::regclass and kd.objoid = k.oid
"""
_UNNAMED: Final[LiteralString] = """
                 , a.attnotnull                                                   as not_null
                 , ''                                                             as not_null_constraint
                 , ''                                                             as not_null_name
                 , false                                                          as not_null_no_inherit
                 , null                                                           as not_null_comment
"""
_FIELDS: Final[LiteralString] = """
            select c.oid
                 , a.attnum::int                                                  as subid
                 , n.nspname::text                                                as schema
                 , a.attname::text                                                as name
                 , c.relname::text                                                as detail
                 , r.rolname::text                                                as owner
                 , a.attacl::text[]                                               as acl
                 , acldefault('c', c.relowner)::text[]                            as acl_default
                 , a.attnum::int                                                  as number
                 , format_type(a.atttypid, a.atttypmod)                           as type
                 , coalesce(e.typcategory, t.typcategory)::text                   as category
                 , case when a.attcollation <> t.typcollation
                        then ( select quote_ident(ln.nspname) || '.' || quote_ident(l.collname)
                                 from pg_collation l
                                 join pg_namespace ln on ln.oid = l.collnamespace
                                where l.oid = a.attcollation ) end                as collation
                 , a.attgenerated::text                                           as generated
                 , pg_get_expr(d.adbin, d.adrelid)                                as expression
                 , case when a.attstorage <> t.typstorage
                        then a.attstorage::text else '' end                       as storage
                 , t.typstorage::text                                             as type_storage
                 , a.attcompression::text                                         as compression
                 , coalesce(a.attstattarget::int, -1)                             as statistics
                 , coalesce(a.attoptions, '{}')                                   as options
"""
_FROM: Final[LiteralString] = """
              from pg_class c
              join pg_namespace n      on n.oid = c.relnamespace
              join pg_roles r          on r.oid = c.relowner
              join pg_attribute a      on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
              join pg_type t           on t.oid = a.atttypid
              left join pg_type e      on e.oid = t.typelem and t.typcategory = 'A'
              left join pg_attrdef d   on d.adrelid = c.oid and d.adnum = a.attnum and a.attgenerated <> ''
"""


@frozen(kw_only=True)
class Column(Object):
    """A column of a table: pg_attribute. `detail` is the table; default and identity are objects of their own."""

    kind: ClassVar[str] = "column"
    keyword: ClassVar[str] = "COLUMN"
    catalog: ClassVar[str] = "pg_class"
    priority: ClassVar[int] = Priority.TABLE
    embedded: ClassVar[bool] = True
    ownable: ClassVar[bool] = False

    number: int = equal()
    """pg_attribute.attnum. The order of columns alone is no difference: nothing but a new table could change it."""
    type: str = alter()
    category: str = equal()
    """pg_type.typcategory, of the element for an array. `type` says more; this says how values get across."""
    collation: str | None = alter()
    """Qualified, where it is not the type's own."""
    not_null: bool = alter()
    not_null_constraint: str = equal()
    """The name of its NOT NULL, empty before 18; `not_null_name` is what counts of it."""
    not_null_name: str = alter()
    """The same, empty for a name that Postgres picked."""
    not_null_no_inherit: bool = alter()
    not_null_comment: str | None = alter()
    generated: str = alter()
    """pg_attribute.attgenerated: empty, s for stored or v for virtual."""
    expression: str | None = alter()
    """What it is generated as."""
    settable_expression: bool = equal()
    """Whether its server can change that in place (17); it is a fact about the server, not about the column."""
    storage: str = alter()
    """pg_attribute.attstorage, empty for the type's own."""
    type_storage: str = equal()
    """The type's own storage; `type` says the same."""
    compression: str = alter()
    """pg_attribute.attcompression."""
    statistics: int = alter()
    """The statistics target, -1 for the default one."""
    options: tuple[str, ...] = alter()
    """`name=value`."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        if version >= NOT_NULL_NAMED_SINCE:
            text = _FIELDS + _NAMED + _FROM + _NAMED_FROM
        elif version >= SET_EXPRESSION_SINCE:
            text = _FIELDS + _UNNAMED + ", true as settable_expression" + _FROM
        else:
            text = _FIELDS + _UNNAMED + ", false as settable_expression" + _FROM
        return text + "where" + ORDINARY_TABLE + "order by n.nspname, c.relname, a.attnum"

    @property
    def parent(self) -> ObjectId:
        return ObjectId("table", self.schema, self.detail)

    @property
    def disposable(self) -> bool:
        return bool(self.generated)

    @property
    def sort_key(self) -> tuple[object, ...]:
        return (self.number,)

    @property
    def grant_columns(self) -> str:
        return f"({ident(self.name)})"

    @property
    def table(self) -> str:
        """The table as ALTER TABLE names it."""
        return f"TABLE {qualified(self.schema, self.detail)}"

    def signature(self, *, qualify: bool = True) -> str:
        return f"COLUMN {qualified(self.schema if qualify else '', self.detail)}.{ident(self.name)}"

    def grant_signature(self, *, qualify: bool = True) -> str:
        return f"TABLE {qualified(self.schema if qualify else '', self.detail)}"

    def definition(self, parts: Sequence[Object], target: Target) -> str:
        """Its line in CREATE TABLE, with its inline `parts` (its default)."""
        text = f"{ident(self.name)} {spell_types(self.type, target.major)}"
        if self.generated:
            text += f" {self._generation(target)}"
        text += "".join(f" {part.clause(target)}" for part in parts)
        if self.not_null:
            text += f" {self._not_null()}"
        return text + (f" COLLATE {self.collation}" if self.collation else "")

    def _generation(self, target: Target) -> str:
        expression = spell_types(self.expression or "", target.major)
        return f"GENERATED ALWAYS AS ({expression}){' STORED' if self.generated == STORED else ''}"

    def _not_null(self) -> str:
        # pg_dump leaves out the name that Postgres would pick.
        usual = self.not_null_constraint == f"{self.detail}_{self.name}_not_null" and self.not_null_comment is None
        name = "" if usual or not self.not_null_constraint else f"CONSTRAINT {ident(self.not_null_constraint)} "
        return f"{name}NOT NULL{' NO INHERIT' if self.not_null_no_inherit else ''}"

    def settings(self) -> Iterator[str]:
        """The statements for what CREATE TABLE as pg_dump writes it does not say."""
        column = f"ALTER TABLE ONLY {qualified(self.schema, self.detail)} ALTER COLUMN {ident(self.name)}"
        if self.statistics >= 0:
            yield f"{column} SET STATISTICS {self.statistics};"
        if self.storage:
            yield f"{column} SET STORAGE {STORAGE[self.storage]};"
        if self.compression:
            yield f"{column} SET COMPRESSION {COMPRESSION[self.compression]};"
        if self.options:
            yield f"{column} SET ({', '.join(self.options)});"

    def remarks(self) -> Iterator[Entry]:
        """The entry for the comment on its NOT NULL (18)."""
        if self.not_null_comment is not None:
            tag = on_relation("CONSTRAINT", self.not_null_constraint, "", self.detail)
            yield Entry(desc="COMMENT", tag=tag, sql=f"{self._remark(self.not_null_constraint)}\n")

    def _remark(self, constraint: str) -> str:
        signature = on_relation("CONSTRAINT", constraint, self.schema, self.detail)
        comment = "NULL" if self.not_null_comment is None else literal(self.not_null_comment)
        return f"COMMENT ON {signature} IS {comment};"

    def create(self, parts: Sequence[Object], target: Target, *, shell: bool = False) -> str:
        del shell
        lines = [f"ALTER {self.table} ADD COLUMN {self.definition(parts, target)};", *self.settings()]
        return "".join(f"{line}\n" for line in (*lines, *(entry.sql.rstrip("\n") for entry in self.remarks())))

    def drop(self) -> str:
        return f"ALTER {self.table} DROP COLUMN {ident(self.name)};"

    def must_replace(self, new: Self, changed: frozenset[str]) -> bool:
        if self.generated != new.generated:
            # DROP EXPRESSION makes a plain column of a stored one; no other way leads from one to another.
            return self.generated != STORED or bool(new.generated)
        if not self.generated:
            return False
        if not changed.isdisjoint({"type", "collation"}):
            return True
        # A virtual one can't get another expression beside a CHECK constraint; it holds nothing that would be lost.
        return "expression" in changed and not (self.generated == STORED and new.settable_expression)

    def retypes(self, new: Self, changed: frozenset[str]) -> bool:
        return not changed.isdisjoint({"type", "collation"})

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        column = f"{self.table} ALTER COLUMN {ident(self.name)}"
        if changed.take("generated"):
            changed.take("expression")
            yield f"ALTER {column} DROP EXPRESSION;"
        retyped = changed.take("type")
        if changed.take("collation") or retyped:
            type_ = spell_types(new.type, target.major)
            collate = f" COLLATE {new.collation}" if new.collation else ""
            using = conversion(ident(self.name), (self.type, self.category), (type_, new.category))
            yield f"ALTER {column} TYPE {type_}{collate}{using};"
        if changed.take("expression"):
            yield f"ALTER {column} SET EXPRESSION AS ({spell_types(new.expression or '', target.major)});"
        yield from self._alter_not_null(new, changed)
        # ALTER TYPE puts storage and compression back to the defaults.
        if changed.take("storage") or (retyped and new.storage):
            yield f"ALTER {column} SET STORAGE {STORAGE[new.storage or new.type_storage]};"
        if changed.take("compression") or (retyped and new.compression):
            yield f"ALTER {column} SET COMPRESSION {COMPRESSION.get(new.compression, 'DEFAULT')};"
        if changed.take("statistics"):
            yield f"ALTER {column} SET STATISTICS {new.statistics};"
        if changed.take("options"):
            yield from alter_options(column, self.options, new.options)

    def _alter_not_null(self, new: Self, changed: Changed) -> Iterator[str]:
        column = f"{self.table} ALTER COLUMN {ident(self.name)}"
        renamed, inherits = changed.take("not_null_name"), changed.take("not_null_no_inherit")
        constraint = self.not_null_constraint
        if changed.take("not_null"):
            constraint = new.not_null_constraint
            if not new.not_null:
                yield f"ALTER {column} DROP NOT NULL;"
            elif new.not_null_name or new.not_null_no_inherit or new.not_null_comment is not None:
                no_inherit = " NO INHERIT" if new.not_null_no_inherit else ""
                yield f"ALTER {self.table} ADD CONSTRAINT {ident(constraint)} NOT NULL {ident(self.name)}{no_inherit};"
            else:
                yield f"ALTER {column} SET NOT NULL;"
        elif renamed or inherits:
            if renamed:
                constraint = new.not_null_constraint
                yield f"ALTER {self.table} RENAME CONSTRAINT {ident(self.not_null_constraint)} TO {ident(constraint)};"
            if inherits:
                inherit = "NO INHERIT" if new.not_null_no_inherit else "INHERIT"
                yield f"ALTER {self.table} ALTER CONSTRAINT {ident(constraint)} {inherit};"
        if changed.take("not_null_comment") and new.not_null:
            yield new._remark(constraint)
