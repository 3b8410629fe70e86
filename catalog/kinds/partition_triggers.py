"""Partitions' copies of triggers, where they fire at other times: `ALTER TABLE "p" DISABLE TRIGGER "t"`."""

from collections.abc import Iterator
from typing import ClassVar, LiteralString, Self

from ..model import Changed, Object, ObjectId, Printing, Target, alter, equal, on_relation, replace
from ..priority import Priority
from ..quoting import ident
from .firing import STATES
from .inheritance import PARTITION
from .relations import RELATION_KIND, altered
from .triggers import Trigger


class PartitionTrigger(Object):
    """The state of a partition's copy of a trigger where it is not that of the trigger: pg_trigger.tgenabled.

    `detail` is the partition. The copy itself comes and goes with the trigger.
    """

    kind: ClassVar[str] = "partition trigger"
    keyword: ClassVar[str] = "TRIGGER"
    defined_by: ClassVar[tuple[str, ...]] = ("AlterTableStmt",)
    catalog: ClassVar[str] = "pg_trigger"
    presence: ClassVar[LiteralString] = "pg_trigger where tgparentid <> 0"
    priority: ClassVar[int] = Priority.TRIGGER
    project_owned_anywhere: ClassVar[bool] = True

    relation_kind: str = replace()
    """The kind of the partition: another one can have the same name later."""
    state: str = alter()
    """As that of a trigger."""
    wholes: tuple[tuple[str, str], ...] = equal()
    """(schema, table) of all that the partition is a part of: one of them has the trigger."""
    whole_state: str = alter()
    """The state there: where it changes, it changes here too."""
    whole_definition: str = alter(deparsed=True)
    """The trigger there: replacing it puts all copies back into the usual state."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            """
            select t.oid
                 , n.nspname::text                  as schema
                 , t.tgname::text                   as name
                 , c.relname::text                  as detail
                 , """
            + RELATION_KIND
            + """
                 , t.tgenabled::text                as state
                 , array( select array[wn.nspname::text, w.relname::text]
                            from pg_partition_ancestors(c.oid) a
                            join pg_class w      on w.oid = a.relid and w.oid <> c.oid
                            join pg_namespace wn on wn.oid = w.relnamespace
                           order by 1 )             as wholes
                 , u.tgenabled::text                as whole_state
                 , pg_get_triggerdef(u.oid, false)  as whole_definition
              from pg_trigger t
              join pg_trigger u    on u.oid = t.tgparentid and u.tgenabled <> t.tgenabled
              join pg_class c      on c.oid = t.tgrelid
              join pg_namespace n  on n.oid = c.relnamespace
             where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and not exists ( select from pg_constraint where oid = t.tgconstraint and contype = 'f' )
               and not exists ( select from pg_depend
                                 where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e' )
             order by n.nspname, c.relname, t.tgname"""
        )

    @property
    def parent(self) -> ObjectId:
        return ObjectId(self.relation_kind, self.schema, self.detail)

    @property
    def also_needs(self) -> tuple[ObjectId, ...]:
        above = (
            ObjectId(kind, schema, self.name, table)
            for schema, table in self.wholes
            for kind in (Trigger.kind, self.kind)
        )
        return (ObjectId(PARTITION, self.schema, self.detail), *above)

    @property
    def tag(self) -> str:
        return f"{self.detail} {self.name}"

    def signature(self, *, qualify: bool = True) -> str:
        return on_relation(self.keyword, self.name, self.schema if qualify else "", self.detail)

    def _switch(self, state: str) -> str:
        partition = altered(self.relation_kind, self.schema, self.detail)
        return f"ALTER {partition} {STATES[state]} TRIGGER {ident(self.name)};"

    def create(self, printing: Printing) -> str:
        del printing
        return f"\n{self._switch(self.state)}\n"

    def drop(self) -> str:
        return self._switch(self.whole_state)

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        if changed.take("state", "whole_state", "whole_definition"):
            yield new._switch(new.state)
