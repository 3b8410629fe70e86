"""Text search dictionaries."""

import re
from collections.abc import Iterator
from typing import ClassVar, Final, LiteralString, Self

from ..model import Changed, Object, Printing, Target, alter, replace
from ..priority import Priority

_OPTION: Final = r"""(?s)("(?:[^"]|"")*"|[^\s"=]+)\s=\s(E'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*'|[^,]*)(?:,\s|$)"""


class TextSearchDictionary(Object):
    """A text search dictionary: pg_ts_dict."""

    kind: ClassVar[str] = "text search dictionary"
    keyword: ClassVar[str] = "TEXT SEARCH DICTIONARY"
    defined_by: ClassVar[tuple[str, ...]] = ("DefineStmt",)
    catalog: ClassVar[str] = "pg_ts_dict"
    presence: ClassVar[LiteralString] = "pg_ts_dict where dictnamespace <> 11"
    priority: ClassVar[int] = Priority.TS_DICTIONARY
    renamable: ClassVar[bool] = True

    template: str = replace()
    options: str = alter()
    """`name = value, …` as Postgres stores them, empty for none."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return """
            select d.oid
                 , n.nspname::text                                             as schema
                 , d.dictname::text                                            as name
                 , ''                                                          as detail
                 , r.rolname::text                                             as owner
                 , quote_ident(tn.nspname) || '.' || quote_ident(t.tmplname)   as template
                 , coalesce(d.dictinitoption, '')                              as options
              from pg_ts_dict d
              join pg_namespace n   on n.oid = d.dictnamespace
              join pg_roles r       on r.oid = d.dictowner
              join pg_ts_template t on t.oid = d.dicttemplate
              join pg_namespace tn  on tn.oid = t.tmplnamespace
             where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and not exists ( select from pg_depend
                                 where classid = 'pg_ts_dict'::regclass and objid = d.oid and deptype = 'e' )
             order by n.nspname, d.dictname"""

    def create(self, printing: Printing) -> str:
        del printing
        options = f",\n    {self.options}" if self.options else ""
        return f"CREATE {self.signature()} (\n    TEMPLATE = {self.template}{options} );\n"

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        if not changed.take("options"):
            return
        before, after = _pairs(self.options), _pairs(new.options)
        gone = [name for name in before if name not in after]
        kept = {name: value for name, value in before.items() if after.get(name) == value}
        added = {name: value for name, value in after.items() if name not in kept}
        # What is set goes behind what stays: naming all of them again gives any order.
        wanted = added if [*kept, *added] == list(after) else after
        yield f"ALTER {self.signature()} ({', '.join((*gone, *map(' = '.join, wanted.items())))});"


def _pairs(options: str) -> dict[str, str]:
    return {match[1]: match[2] for match in re.finditer(_OPTION, options)}
