"""Text search templates."""

from typing import ClassVar, LiteralString

from ..model import Object, Printing, replace
from ..priority import Priority
from .routines import NONE


class TextSearchTemplate(Object):
    """A text search template: pg_ts_template, which has no owner. Postgres alters nothing of it."""

    kind: ClassVar[str] = "text search template"
    keyword: ClassVar[str] = "TEXT SEARCH TEMPLATE"
    defined_by: ClassVar[tuple[str, ...]] = ("DefineStmt",)
    catalog: ClassVar[str] = "pg_ts_template"
    presence: ClassVar[LiteralString] = "pg_ts_template where tmplnamespace <> 11"
    priority: ClassVar[int] = Priority.TS_TEMPLATE
    renamable: ClassVar[bool] = True

    init: str = replace()
    """A function, `-` for none."""
    lexize: str = replace()

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return """
            select t.oid
                 , n.nspname::text      as schema
                 , t.tmplname::text     as name
                 , ''                   as detail
                 , t.tmplinit::text     as init
                 , t.tmpllexize::text   as lexize
              from pg_ts_template t
              join pg_namespace n on n.oid = t.tmplnamespace
             where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and not exists ( select from pg_depend
                                 where classid = 'pg_ts_template'::regclass and objid = t.oid and deptype = 'e' )
             order by n.nspname, t.tmplname"""

    def create(self, printing: Printing) -> str:
        del printing
        init = f"    INIT = {self.init},\n" if self.init != NONE else ""
        return f"CREATE {self.signature()} (\n{init}    LEXIZE = {self.lexize} );\n"
