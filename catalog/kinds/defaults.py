"""The defaults of columns."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, LiteralString, Self

from ..model import Changed, Entry, Object, ObjectId, Target, alter, equal, replace
from ..priority import Priority
from ..quoting import ident, spell_types
from .relations import OF_USERS, RELATION_KIND, TABLE_LIKE, altered


class Default(Object):
    """The default of a column: pg_attrdef. `name` is the column, `detail` its relation.

    What a column is generated as stands in pg_attrdef too and belongs to the column.
    """

    kind: ClassVar[str] = "default"
    keyword: ClassVar[str] = "DEFAULT"
    catalog: ClassVar[str] = "pg_attrdef"
    priority: ClassVar[int] = Priority.DEFAULT

    number: int = equal()
    """The column's pg_attribute.attnum, for pg_dump's order."""
    relation_kind: str = replace()
    """The kind of that relation: another one can have the same name later."""
    expression: str = alter()

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            """
            select d.oid
                 , n.nspname::text                  as schema
                 , a.attname::text                  as name
                 , c.relname::text                  as detail
                 , a.attnum::int                    as number
                 , """
            + RELATION_KIND
            + """
                 , pg_get_expr(d.adbin, d.adrelid)  as expression
              from pg_attrdef d
              join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum and a.attgenerated = ''
              join pg_class c     on c.oid = d.adrelid
              join pg_namespace n on n.oid = c.relnamespace
             where ("""
            + TABLE_LIKE
            + ") or (c.relkind = 'v' and"
            + OF_USERS
            + ") order by n.nspname, c.relname, a.attnum"
        )

    @property
    def parent(self) -> ObjectId:
        if self._of_view:
            return ObjectId(self.relation_kind, self.schema, self.detail)
        return ObjectId("column", self.schema, self.name, self.detail)

    @property
    def inline(self) -> bool:
        return not self._of_view

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

    def clause(self, target: Target) -> str:
        return f"DEFAULT {spell_types(self.expression, target.major)}"

    def create(self, parts: Sequence[Object], target: Target, *, shell: bool = False) -> str:
        del parts, shell
        table = altered(self.relation_kind, self.schema, self.detail, only=True)
        return f"ALTER {table} ALTER COLUMN {ident(self.name)} SET {self.clause(target)};\n"

    def entries(self, parts: Sequence[Object], target: Target, *, shell: bool = False) -> tuple[Entry, ...]:
        return (Entry(desc=self.keyword, tag=self.tag, sql=self.create(parts, target)),)

    def drop(self) -> str:
        table = altered(self.relation_kind, self.schema, self.detail)
        return f"ALTER {table} ALTER COLUMN {ident(self.name)} DROP DEFAULT;"

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        if changed.take("expression"):
            yield new.create((), target).removesuffix("\n")
