"""The defaults of columns."""

import re
from collections.abc import Iterator
from typing import ClassVar, Final, LiteralString, Self

from ..model import Changed, Expression, ObjectId, Placement, Printing, Target, alter, by_state, equal, replace
from ..model.row_facets import Presets
from ..priority import Priority
from ..quoting import ident, spell_types
from .inheritance import Inherited
from .relations import OF_USERS, RELATION_KIND, TABLE_LIKE, altered

ANCESTORS: Final[LiteralString] = """
                 , case when c.oid in (select inhrelid from pg_inherits) then
                   array( select array[pn.nspname::text, p.relname::text]
                            from pg_inherits i
                            join pg_attribute pa on pa.attrelid = i.inhparent and pa.attname = a.attname
                                                and not pa.attisdropped
                            join pg_class p      on p.oid = i.inhparent
                            join pg_namespace pn on pn.oid = p.relnamespace
                           where i.inhrelid = c.oid
                           order by i.inhseqno ) else '{}' end as ancestors
"""
OF_ANCESTOR: Final[LiteralString] = """
              select i.inhrelid, pa.attname
                from pg_inherits i
                join pg_attribute pa on pa.attrelid = i.inhparent and pa.attgenerated = ''
                join pg_attrdef pd   on pd.adrelid = i.inhparent and pd.adnum = pa.attnum
               where pg_get_expr(pd.adbin, pd.adrelid) <> 'NULL'
"""
RIGHT_BELOW: Final[LiteralString] = "(c.oid, a.attname) in (" + OF_ANCESTOR + ")"
# A column without a default below one that has one: DEFAULT NULL keeps it from getting that. pg_dump says so of the
# table right below (flagInhAttrs). Until 15 it takes the DEFAULT NULL that it made up for one that is passed on.
SAID_RIGHT_BELOW_SINCE: Final = 16
NONE: Final[LiteralString] = (
    """
            select c.oid
                 , a.attnum::int                    as subid
                 , n.nspname::text                  as schema
                 , a.attname::text                  as name
                 , c.relname::text                  as detail
                 , a.attnum::int                    as number
                 , """
    + RELATION_KIND
    + """
                 , 'NULL'                           as expression
                 , a.attislocal or c.relispartition as of_printed
                 , c.relispartition                 as of_partition
                 , not {said}                       as unsaid
"""
    + ANCESTORS
    + """
              from pg_attribute a
              join pg_class c     on c.oid = a.attrelid
              join pg_namespace n on n.oid = c.relnamespace
             where (c.oid, a.attname) in (
                   with recursive none (relation, column_name) as (
"""
    + OF_ANCESTOR
    + """
                        union
                       select i.inhrelid, none.column_name
                         from none
                         join pg_inherits i   on i.inhparent = none.relation and i.inhrelid > i.inhparent
                         join pg_attribute pa on pa.attrelid = none.relation and pa.attname = none.column_name
                                             and not pa.atthasdef
                        )
                   select relation, column_name from none )
               and not a.atthasdef and not a.attisdropped and
"""
    + TABLE_LIKE
)

_LITERAL: Final = re.compile(r"(?:'(?:[^']|'')*'|-?[0-9][0-9.]*|true|false)(?:::[^()']*)?")
_NUMBER: Final = "smallint|integer|bigint|numeric|real|double precision"
_DRAWN: Final = rf"""(\()?"nextval"\('(?:[^']|'')*'::"regclass"\)(?(1)\)::(?:{_NUMBER}))"""


class Default(Presets, Inherited):
    """The default of a column: pg_attrdef. `name` is the column, `detail` its relation.

    What a column is generated as stands in pg_attrdef too and belongs to the column.
    """

    kind: ClassVar[str] = "default"
    keyword: ClassVar[str] = "DEFAULT"
    defined_by: ClassVar[tuple[str, ...]] = ("AlterTableStmt",)
    catalog: ClassVar[str] = "pg_attrdef"
    presence: ClassVar[LiteralString] = "pg_attrdef"
    priority: ClassVar[int] = Priority.DEFAULT

    number: int = equal()
    """The column's pg_attribute.attnum, for pg_dump's order."""
    relation_kind: str = replace()
    """The kind of that relation: another one can have the same name later."""
    expression: Expression = alter(deparsed=True)
    of_printed: bool = equal()
    """True if CREATE TABLE names the column: one that is only inherited has its default set apart."""
    of_partition: bool = equal()
    unsaid: bool = equal(needed=False)
    """True for a NULL further below a default, which pg_dump does not say: what is loaded from its dump has the
    default instead."""
    ancestors: tuple[tuple[str, ...], ...] = equal()
    """(schema, table) of each that its table inherits from, or is a partition of, and that has the column too."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        said = RIGHT_BELOW if version // 10000 >= SAID_RIGHT_BELOW_SINCE else "true"
        return (
            """
            select d.oid
                 , 0 as subid
                 , n.nspname::text                  as schema
                 , a.attname::text                  as name
                 , c.relname::text                  as detail
                 , a.attnum::int                    as number
                 , """
            + RELATION_KIND
            + """
                 , pg_get_expr(d.adbin, d.adrelid)  as expression
                 , a.attislocal or c.relispartition as of_printed
                 , c.relispartition                 as of_partition
                 , false                            as unsaid
"""
            + ANCESTORS
            + """
              from pg_attrdef d
              join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum and a.attgenerated = ''
              join pg_class c     on c.oid = d.adrelid
              join pg_namespace n on n.oid = c.relnamespace
             where c.relkind in ('r', 'p', 'f', 'v') and"""
            + OF_USERS
            + " union all "
            + NONE.replace("{said}", said)
            + "order by schema, detail, number"
        )

    @property
    def leaves_none(self) -> bool:
        return _LITERAL.fullmatch(self.expression) is not None

    @property
    def is_drawn(self) -> bool:
        return re.fullmatch(_DRAWN, self.expression) is not None

    @property
    def parent(self) -> ObjectId:
        if self._of_view:
            return ObjectId(self.relation_kind, self.schema, self.detail)
        return ObjectId("column", self.schema, self.name, self.detail)

    def _placed(self) -> Placement:
        if self._of_view:
            return Placement.ALONE
        return Placement.INLINE if self.of_printed else Placement.JOINED

    placement: ClassVar[Placement] = by_state(_placed)

    @property
    def _of_view(self) -> bool:
        return self.relation_kind == "view"

    @property
    def sort_name(self) -> str:
        return self.detail

    @property
    def sort_key(self) -> tuple[object, ...]:
        return (self.number,)

    @property
    def tag(self) -> str:
        return f"{self.detail} {self.name}"

    def dumped(self, target: Target) -> bool:
        return not self.unsaid or target.reloaded_by is not None

    def clause(self, target: Target) -> str:
        return f"DEFAULT {spell_types(self.expression, target.major)}"

    def create(self, printing: Printing) -> str:
        table = altered(self.relation_kind, self.schema, self.detail, only=True)
        return f"ALTER {table} ALTER COLUMN {ident(self.name)} SET {self.clause(printing.target)};\n"

    def drop(self) -> str:
        table = altered(self.relation_kind, self.schema, self.detail, only=True)
        return f"ALTER {table} ALTER COLUMN {ident(self.name)} DROP DEFAULT;"

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        if changed.take("expression"):
            yield new.create(Printing(target=target)).removesuffix("\n")
