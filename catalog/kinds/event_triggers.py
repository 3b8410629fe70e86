"""Event triggers."""

from collections.abc import Iterator
from typing import ClassVar, LiteralString, Self

from ..model import Changed, Object, Printing, Statement, Target, alter, replace
from ..model.dump_facets import Last
from ..model.facets import Watches
from ..priority import Priority
from ..quoting import ident, literal, qualified
from .firing import STATES, USUAL_STATE


class EventTrigger(Watches, Last, Object):
    """An event trigger: pg_event_trigger. Whose it is goes by the schema of its function."""

    kind: ClassVar[str] = "event trigger"
    keyword: ClassVar[str] = "EVENT TRIGGER"
    defined_by: ClassVar[tuple[str, ...]] = ("CreateEventTrigStmt", "AlterEventTrigStmt")
    catalog: ClassVar[str] = "pg_event_trigger"
    presence: ClassVar[LiteralString] = "pg_event_trigger"
    priority: ClassVar[int] = Priority.EVENT_TRIGGER
    renamable: ClassVar[bool] = True
    whole_only: ClassVar[bool] = True
    bystander: ClassVar[bool] = True

    event: str = replace()
    tags: tuple[str, ...] = replace()
    """The commands that it fires for, empty for all."""
    function_schema: str = replace()
    function: str = replace()
    state: str = alter()
    """pg_event_trigger.evtenabled: O, D, A or R."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return """
            select e.oid
                 , ''                           as schema
                 , e.evtname::text              as name
                 , ''                           as detail
                 , r.rolname::text              as owner
                 , e.evtevent::text             as event
                 , coalesce(e.evttags, '{}')    as tags
                 , n.nspname::text              as function_schema
                 , p.proname::text              as function
                 , e.evtenabled::text           as state
              from pg_event_trigger e
              join pg_proc p      on p.oid = e.evtfoid
              join pg_namespace n on n.oid = p.pronamespace
              join pg_roles r     on r.oid = e.evtowner
             where not exists ( select from pg_depend
                                 where classid = 'pg_event_trigger'::regclass and objid = e.oid and deptype = 'e' )
             order by e.evtname"""

    @property
    def namespace(self) -> str:
        return self.function_schema

    def create(self, printing: Printing) -> tuple[Statement, ...]:
        del printing
        tags = ", ".join(literal(tag) for tag in self.tags)
        when = f"\n         WHEN TAG IN ({tags})" if tags else ""
        function = qualified(self.function_schema, self.function)
        sql = f"CREATE {self.signature()} ON {ident(self.event)}{when}\n   EXECUTE FUNCTION {function}();"
        made = Statement(sql=sql)
        return (made,) if self.state == USUAL_STATE else (made, Statement(sql=self._switch(), apart=True))

    def _switch(self) -> str:
        return f"ALTER {self.signature()} {STATES[self.state]};"

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        if changed.take("state"):
            yield new._switch()
