"""Row security as a switch of a table. pg_dump keeps it apart from the table, beside the policies."""

from typing import ClassVar, LiteralString

from ..model import Object, ObjectId, Printing, Target
from ..model.dump_facets import MadeAtOnce
from ..model.row_facets import GuardsRows
from ..priority import Priority
from ..quoting import qualified


class RowSecurity(GuardsRows, MadeAtOnce, Object):
    """Row security enabled: pg_class.relrowsecurity. `name` is the table's."""

    kind: ClassVar[str] = "row security"
    keyword: ClassVar[str] = "ROW SECURITY"
    defined_by: ClassVar[tuple[str, ...]] = ("AlterTableStmt",)
    # No OID of its own: pg_depend knows nothing of it, so it takes a catalog whose OIDs never meet the table's.
    catalog: ClassVar[str] = "pg_seclabel"
    presence: ClassVar[LiteralString] = "pg_class where relrowsecurity"
    priority: ClassVar[int] = Priority.POLICY

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return """
            select c.oid
                 , n.nspname::text as schema
                 , c.relname::text as name
                 , ''              as detail
              from pg_class c
              join pg_namespace n on n.oid = c.relnamespace
             where c.relkind in ('r', 'p')
               and c.relrowsecurity
               and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and not exists ( select from pg_depend
                                 where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e' )
             order by n.nspname, c.relname"""

    @property
    def parent(self) -> ObjectId:
        return ObjectId("table", self.schema, self.name)

    def signature(self, *, qualify: bool = True) -> str:
        return f"TABLE {qualified(self.schema if qualify else '', self.name)}"

    @property
    def at_once(self) -> bool:
        return True

    @property
    def behind(self) -> str:
        return f"ALTER {self.signature()} ENABLE ROW LEVEL SECURITY;"

    def clause(self, target: Target) -> str:
        del target
        return ""

    def create(self, printing: Printing) -> str:
        del printing
        return self.behind

    def drop(self) -> str:
        return f"ALTER {self.signature()} DISABLE ROW LEVEL SECURITY;"
