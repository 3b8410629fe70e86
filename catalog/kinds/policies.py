"""Row security policies."""

from collections.abc import Iterator
from typing import ClassVar, Final, LiteralString, Self

from ..model import Changed, Expression, Object, ObjectId, Printing, Target, alter, equal, on_relation, replace
from ..model.row_facets import GuardsRows
from ..priority import Priority
from ..quoting import ident, ident_list, qualified

COMMANDS: Final = {"*": "", "r": " FOR SELECT", "a": " FOR INSERT", "w": " FOR UPDATE", "d": " FOR DELETE"}


class Policy(GuardsRows, Object):
    """A policy on a table: pg_policy. `detail` is the table."""

    kind: ClassVar[str] = "policy"
    keyword: ClassVar[str] = "POLICY"
    defined_by: ClassVar[tuple[str, ...]] = ("CreatePolicyStmt",)
    catalog: ClassVar[str] = "pg_policy"
    presence: ClassVar[LiteralString] = "pg_policy"
    priority: ClassVar[int] = Priority.POLICY
    renamable: ClassVar[bool] = True
    project_owned_anywhere: ClassVar[bool] = True

    permissive: bool = replace()
    command: str = replace()
    """pg_policy.polcmd: `*` or one of r a w d."""
    roles: tuple[str, ...] = alter()
    """Empty for PUBLIC."""
    role_list: str = equal()
    """The roles as pg_dump names them: in the order in which the server happens to keep them."""
    using: Expression | None = alter(deparsed=True)
    check: Expression | None = alter(deparsed=True)

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return """
            select p.oid
                 , n.nspname::text                           as schema
                 , p.polname::text                           as name
                 , c.relname::text                           as detail
                 , p.polpermissive                           as permissive
                 , p.polcmd::text                            as command
                 , array( select rolname::text from pg_roles where oid = any (p.polroles) order by rolname ) as roles
                 , array_to_string( array( select quote_ident(rolname) from pg_roles where oid = any (p.polroles) )
                                  , ', ' )                   as role_list
                 , pg_get_expr(p.polqual, p.polrelid)        as using
                 , pg_get_expr(p.polwithcheck, p.polrelid)   as check
              from pg_policy p
              join pg_class c     on c.oid = p.polrelid
              join pg_namespace n on n.oid = c.relnamespace
             where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and not exists ( select from pg_depend
                                 where classid = 'pg_policy'::regclass and objid = p.oid and deptype = 'e' )
             order by n.nspname, c.relname, p.polname"""

    @property
    def parent(self) -> ObjectId:
        return ObjectId("table", self.schema, self.detail)

    @property
    def tag(self) -> str:
        return f"{self.detail} {self.name}"

    def signature(self, *, qualify: bool = True) -> str:
        return on_relation(self.keyword, self.name, self.schema if qualify else "", self.detail)

    def create(self, printing: Printing) -> str:
        del printing
        table = qualified(self.schema, self.detail)
        kind = "" if self.permissive else " AS RESTRICTIVE"
        to = f" TO {self.role_list}" if self.role_list else ""
        clauses = _clause(" USING", self.using) + _clause(" WITH CHECK", self.check)
        return f"CREATE POLICY {ident(self.name)} ON {table}{kind}{COMMANDS[self.command]}{to}{clauses};\n"

    def must_replace(self, new: Self, changed: frozenset[str]) -> bool:
        # ALTER POLICY can set an expression but never take one away.
        return (new.using is None and self.using is not None) or (new.check is None and self.check is not None)

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        clauses = ""
        if changed.take("roles"):
            clauses += f" TO {ident_list(new.roles) or 'PUBLIC'}"
        if changed.take("using"):
            clauses += _clause(" USING", new.using)
        if changed.take("check"):
            clauses += _clause(" WITH CHECK", new.check)
        if clauses:
            yield f"ALTER {self.signature()}{clauses};"


def _clause(word: str, expression: str | None) -> str:
    return "" if expression is None else f"{word} ({expression})"
