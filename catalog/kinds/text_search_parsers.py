"""Text search parsers."""

from typing import ClassVar, LiteralString

from ..model import Object, Printing, replace
from ..priority import Priority
from .routines import NONE


class TextSearchParser(Object):
    """A text search parser: pg_ts_parser, which has no owner. Postgres alters nothing of it."""

    kind: ClassVar[str] = "text search parser"
    keyword: ClassVar[str] = "TEXT SEARCH PARSER"
    defined_by: ClassVar[tuple[str, ...]] = ("DefineStmt",)
    catalog: ClassVar[str] = "pg_ts_parser"
    presence: ClassVar[LiteralString] = "pg_ts_parser where prsnamespace <> 11"
    priority: ClassVar[int] = Priority.TS_PARSER
    renamable: ClassVar[bool] = True

    start: str = replace()
    token: str = replace()
    end: str = replace()
    headline: str = replace()
    """A function, `-` for none."""
    token_types: str = replace()

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return """
            select p.oid
                 , n.nspname::text       as schema
                 , p.prsname::text       as name
                 , ''                    as detail
                 , p.prsstart::text      as start
                 , p.prstoken::text      as token
                 , p.prsend::text        as end
                 , p.prsheadline::text   as headline
                 , p.prslextype::text    as token_types
              from pg_ts_parser p
              join pg_namespace n on n.oid = p.prsnamespace
             where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and not exists ( select from pg_depend
                                 where classid = 'pg_ts_parser'::regclass and objid = p.oid and deptype = 'e' )
             order by n.nspname, p.prsname"""

    def create(self, printing: Printing) -> str:
        del printing
        options = (
            ("START", self.start),
            ("GETTOKEN", self.token),
            ("END", self.end),
            ("HEADLINE", self.headline),
            ("LEXTYPES", self.token_types),
        )
        lines = ",\n".join(f"    {name} = {function}" for name, function in options if function != NONE)
        return f"CREATE {self.signature()} (\n{lines} );\n"
