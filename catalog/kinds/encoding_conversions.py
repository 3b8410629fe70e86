"""Conversions between encodings, which Postgres just calls conversions: `CREATE CONVERSION`."""

from typing import ClassVar, LiteralString

from ..model import Object, Printing, replace
from ..priority import Priority
from ..quoting import literal


class EncodingConversion(Object):
    """A conversion between encodings: pg_conversion."""

    kind: ClassVar[str] = "conversion"
    keyword: ClassVar[str] = "CONVERSION"
    defined_by: ClassVar[tuple[str, ...]] = ("CreateConversionStmt",)
    catalog: ClassVar[str] = "pg_conversion"
    presence: ClassVar[LiteralString] = "pg_conversion where oid >= 16384"
    priority: ClassVar[int] = Priority.CONVERSION
    renamable: ClassVar[bool] = True

    source: str = replace()
    """The name of an encoding; so is `destination`."""
    destination: str = replace()
    function: str = replace()
    """Its name as SQL."""
    default: bool = replace()

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return """
            select c.oid
                 , n.nspname::text                              as schema
                 , c.conname::text                              as name
                 , ''                                           as detail
                 , r.rolname::text                              as owner
                 , pg_encoding_to_char(c.conforencoding)::text  as source
                 , pg_encoding_to_char(c.contoencoding)::text   as destination
                 , c.conproc::regproc::text                     as function
                 , c.condefault                                 as default
              from pg_conversion c
              join pg_namespace n on n.oid = c.connamespace
              join pg_roles r     on r.oid = c.conowner
             where c.oid >= 16384 and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and not exists ( select from pg_depend
                                 where classid = 'pg_conversion'::regclass and objid = c.oid and deptype = 'e' )
             order by n.nspname, c.conname"""

    @property
    def claims(self) -> tuple[tuple[str, ...], ...]:
        # One default in a schema for each pair of encodings.
        return (("default conversion", self.schema, self.source, self.destination),) if self.default else ()

    def create(self, printing: Printing) -> str:
        del printing
        default = "DEFAULT " if self.default else ""
        pair = f"FOR {literal(self.source)} TO {literal(self.destination)}"
        return f"CREATE {default}{self.signature()} {pair} FROM {self.function};\n"
