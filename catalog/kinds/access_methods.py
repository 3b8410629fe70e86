"""Access methods."""

from typing import ClassVar, Final, LiteralString

from ..model import Object, Printing, replace
from ..priority import Priority

TYPES: Final = {"i": "INDEX", "t": "TABLE"}


class AccessMethod(Object):
    """An access method for tables or indexes: pg_am."""

    kind: ClassVar[str] = "access method"
    keyword: ClassVar[str] = "ACCESS METHOD"
    defined_by: ClassVar[tuple[str, ...]] = ("CreateAmStmt",)
    catalog: ClassVar[str] = "pg_am"
    presence: ClassVar[LiteralString] = "pg_am where oid >= 16384"
    priority: ClassVar[int] = Priority.ACCESS_METHOD

    type: str = replace()
    """pg_am.amtype: i or t."""
    handler: str = replace()
    """A function's name as SQL."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return """
            select a.oid
                 , ''                           as schema
                 , a.amname::text               as name
                 , ''                           as detail
                 , a.amtype::text               as type
                 , a.amhandler::regproc::text   as handler
              from pg_am a
             where a.oid >= 16384
               and not exists ( select from pg_depend
                                 where classid = 'pg_am'::regclass and objid = a.oid and deptype = 'e' )
             order by a.amname"""

    def create(self, printing: Printing) -> str:
        del printing
        return f"CREATE {self.signature()} TYPE {TYPES[self.type]} HANDLER {self.handler};\n"
