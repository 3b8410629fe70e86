"""Triggers on tables and views."""

from collections.abc import Iterator
from typing import ClassVar, Final, LiteralString, Self

from ..model import Changed, Entry, Object, ObjectId, Printing, Statement, Target, alter, equal, on_relation, replace
from ..priority import Priority
from ..quoting import ident, spell_types
from .firing import STATES, USUAL_STATE
from .relations import RELATION_KIND, altered

CONSTRAINT_TRIGGER: Final = "CREATE CONSTRAINT TRIGGER "
RENAMED_WITH_COPIES_SINCE: Final = 15
"""The major in which the copies of a trigger on partitions first get its new name with it."""


class Trigger(Object):
    """A trigger: pg_trigger. `detail` is the relation that it fires for."""

    kind: ClassVar[str] = "trigger"
    keyword: ClassVar[str] = "TRIGGER"
    defined_by: ClassVar[tuple[str, ...]] = ("CreateTrigStmt",)
    catalog: ClassVar[str] = "pg_trigger"
    presence: ClassVar[LiteralString] = "pg_trigger where not tgisinternal"
    priority: ClassVar[int] = Priority.TRIGGER
    renamable: ClassVar[bool] = True
    project_owned_anywhere: ClassVar[bool] = True
    guarded: ClassVar[str] = "CREATE OR REPLACE TRIGGER"

    relation_kind: str = replace()
    """The kind of that relation: another one can have the same name later."""
    definition: str = alter(deparsed=True)
    """CREATE TRIGGER as Postgres deparses it."""
    state: str = alter()
    """pg_trigger.tgenabled: O, D, A or R."""
    of_partitioned: bool = equal()
    """True for a trigger on a partitioned table, of which partitions have copies."""
    renamed_with_copies: bool = equal()
    """True if its server gives them its new name too."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        renamed_with_copies: LiteralString = "true" if version // 10000 >= RENAMED_WITH_COPIES_SINCE else "false"
        # Clones for partitions are internal ones up to 14 and tell their parent from 15 on.
        return (
            """
            select t.oid
                 , n.nspname::text                  as schema
                 , t.tgname::text                   as name
                 , c.relname::text                  as detail
                 , """
            + RELATION_KIND
            + """
                 , pg_get_triggerdef(t.oid, false)  as definition
                 , t.tgenabled::text                as state
                 , c.relkind = 'p'                  as of_partitioned
                 , """
            + renamed_with_copies
            + """ as renamed_with_copies
              from pg_trigger t
              join pg_class c     on c.oid = t.tgrelid
              join pg_namespace n on n.oid = c.relnamespace
             where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and not t.tgisinternal and t.tgparentid = 0
               and not exists ( select from pg_depend
                                 where classid = 'pg_trigger'::regclass and objid = t.oid and deptype = 'e' )
             order by n.nspname, c.relname, t.tgname"""
        )

    @property
    def parent(self) -> ObjectId:
        return ObjectId(self.relation_kind, self.schema, self.detail)

    @property
    def tag(self) -> str:
        return f"{self.detail} {self.name}"

    def signature(self, *, qualify: bool = True) -> str:
        return on_relation(self.keyword, self.name, self.schema if qualify else "", self.detail)

    def create(self, printing: Printing) -> tuple[Statement, ...]:
        made = Statement(sql=f"{spell_types(self.definition, printing.target.major)};")
        return (made,) if self.state == USUAL_STATE else (made, Statement(sql=self._switch(), apart=True))

    def _switch(self) -> str:
        relation = altered(self.relation_kind, self.schema, self.detail)
        return f"ALTER {relation} {STATES[self.state]} TRIGGER {ident(self.name)};"

    def entries(self, printing: Printing) -> tuple[Entry, ...]:
        return (Entry(desc=self.keyword, tag=self.tag, sql=self.create(printing), extensions_at=1),)

    def rename(self, name: str) -> tuple[str, ...]:
        # The constraint of a constraint trigger would keep its name.
        kept = self.definition.startswith(CONSTRAINT_TRIGGER) or (self.of_partitioned and not self.renamed_with_copies)
        return () if kept else super().rename(name)

    def renamed(self, name: str) -> Self:
        definition = self.definition.replace(f" TRIGGER {ident(self.name)} ", f" TRIGGER {ident(name)} ", 1)
        return self.evolve(name=name, definition=definition)

    def known_to(self, major: int) -> Self:
        known = super().known_to(major)
        return known if major >= RENAMED_WITH_COPIES_SINCE else known.evolve(renamed_with_copies=False)

    def must_replace(self, new: Self, changed: frozenset[str]) -> bool:
        # There is no CREATE OR REPLACE CONSTRAINT TRIGGER, nor one to replace a constraint trigger.
        constraint = any(item.definition.startswith(CONSTRAINT_TRIGGER) for item in (self, new))
        return constraint and self.definition != new.definition

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        if changed.take("definition"):
            # Replacing a trigger puts it back into the usual state.
            definition = spell_types(new.definition, target.major)
            yield definition.replace("CREATE TRIGGER ", "CREATE OR REPLACE TRIGGER ", 1) + ";"
            changed.take("state")
            if new.state != USUAL_STATE:
                yield new._switch()
        elif changed.take("state"):
            yield new._switch()
