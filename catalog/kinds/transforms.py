"""Transforms between types and procedural languages."""

from collections.abc import Iterator
from typing import ClassVar, LiteralString, Self

from ..model import Changed, Object, Printing, Target, alter, equal
from ..priority import Priority
from ..quoting import ident, plain, spell_types


class Transform(Object):
    """A transform: pg_transform. `name` is the type, `detail` the language."""

    kind: ClassVar[str] = "transform"
    keyword: ClassVar[str] = "TRANSFORM"
    defined_by: ClassVar[tuple[str, ...]] = ("CreateTransformStmt",)
    catalog: ClassVar[str] = "pg_transform"
    presence: ClassVar[LiteralString] = "pg_transform"
    priority: ClassVar[int] = Priority.TRANSFORM

    bare_name: str = equal()
    """The type's name without its schema, which pg_dump's order goes by: `name` says the same."""
    from_sql: str = alter()
    """A function with its input types, empty for none; so is `to_sql`."""
    to_sql: str = alter()

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return """
            select f.oid
                 , ''                             as schema
                 , format_type(f.trftype, null)   as name
                 , l.lanname::text                as detail
                 , t.typname::text                as bare_name
                 , coalesce(from_sql.text, '')    as from_sql
                 , coalesce(to_sql.text, '')      as to_sql
              from pg_transform f
              join pg_type t     on t.oid = f.trftype
              join pg_language l on l.oid = f.trflang
              left join lateral ( select quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '('
                                         || array_to_string(p.proargtypes::oid[]::regtype[]::text[], ', ') || ')'
                                    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
                                   where p.oid = f.trffromsql ) from_sql (text) on true
              left join lateral ( select quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '('
                                         || array_to_string(p.proargtypes::oid[]::regtype[]::text[], ', ') || ')'
                                    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
                                   where p.oid = f.trftosql ) to_sql (text) on true
             where not exists ( select from pg_depend
                                 where classid = 'pg_transform'::regclass and objid = f.oid and deptype = 'e' )
             order by t.typname, l.lanname"""

    @property
    def sort_name(self) -> str:
        # pg_dump quotes the language's name before it builds the key (get_language_name).
        return f"{self.bare_name} {ident(self.detail)}"

    @property
    def claims(self) -> tuple[tuple[str, ...], ...]:
        return (("transform", self.detail, self.name),)

    @property
    def tag(self) -> str:
        return self.signature()

    @property
    def label(self) -> str:
        return f"for {plain(self.name)} in {self.detail}"

    def signature(self, *, qualify: bool = True) -> str:
        del qualify
        return f"{self.keyword} FOR {self.name} LANGUAGE {ident(self.detail)}"

    def create(self, printing: Printing) -> str:
        pairs = (("FROM", self.from_sql), ("TO", self.to_sql))
        ways = ", ".join(f"{word} SQL WITH FUNCTION {function}" for word, function in pairs if function)
        return spell_types(f"CREATE {self.signature()} ({ways});\n", printing.target.major)

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        if changed.take("from_sql", "to_sql"):
            yield new.create(Printing(target=target)).replace("CREATE ", "CREATE OR REPLACE ", 1).rstrip("\n")
