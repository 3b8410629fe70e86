"""Rules, but for the one that makes a view."""

from collections.abc import Iterator
from typing import ClassVar, LiteralString, Self

from ..model import Changed, Object, ObjectId, Printing, Target, alter, on_relation, replace
from ..priority import Priority
from ..quoting import ident, qualified, spell_types
from .firing import STATES, USUAL_STATE
from .relations import RELATION_KIND


class Rule(Object):
    """A rule: pg_rewrite. `detail` is the relation that it rewrites queries on."""

    kind: ClassVar[str] = "rule"
    keyword: ClassVar[str] = "RULE"
    defined_by: ClassVar[tuple[str, ...]] = ("RuleStmt",)
    catalog: ClassVar[str] = "pg_rewrite"
    presence: ClassVar[LiteralString] = "pg_rewrite where ev_type <> '1'"
    priority: ClassVar[int] = Priority.RULE
    renamable: ClassVar[bool] = True

    relation_kind: str = replace()
    """The kind of that relation: another one can have the same name later."""
    definition: str = alter(deparsed=True)
    """CREATE RULE as Postgres deparses it, with its semicolon."""
    state: str = alter()
    """pg_rewrite.ev_enabled: O, D, A or R."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            """
            select w.oid
                 , n.nspname::text               as schema
                 , w.rulename::text              as name
                 , c.relname::text               as detail
                 , """
            + RELATION_KIND
            + """
                 , pg_get_ruledef(w.oid)         as definition
                 , w.ev_enabled::text            as state
              from pg_rewrite w
              join pg_class c     on c.oid = w.ev_class
              join pg_namespace n on n.oid = c.relnamespace
             where w.ev_type <> '1'
               and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and not exists ( select from pg_depend
                                 where classid = 'pg_rewrite'::regclass and objid = w.oid and deptype = 'e' )
               and not exists ( select from pg_depend
                                 where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e' )
             order by n.nspname, c.relname, w.rulename"""
        )

    @property
    def parent(self) -> ObjectId:
        return ObjectId(self.relation_kind, self.schema, self.detail)

    @property
    def tag(self) -> str:
        return f"{self.detail} {self.name}"

    def signature(self, *, qualify: bool = True) -> str:
        return on_relation(self.keyword, self.name, self.schema if qualify else "", self.detail)

    def create(self, printing: Printing) -> tuple[str, ...]:
        made = spell_types(self.definition, printing.target.major)
        return (made,) if self.state == USUAL_STATE else (made, self._switch())

    def _switch(self) -> str:
        return f"ALTER TABLE {qualified(self.schema, self.detail)} {STATES[self.state]} RULE {ident(self.name)};"

    def renamed(self, name: str) -> Self:
        definition = self.definition.replace(f" RULE {ident(self.name)} ", f" RULE {ident(name)} ", 1)
        return self.evolve(name=name, definition=definition)

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        # Replacing a rule leaves its state as it is (rewriteDefine.c, InsertRule).
        if changed.take("definition"):
            definition = spell_types(new.definition, target.major)
            yield definition.replace("CREATE RULE ", "CREATE OR REPLACE RULE ", 1)
        if changed.take("state"):
            yield new._switch()
