"""The indexes of partitions that are parts of the index of the whole."""

from typing import ClassVar, LiteralString

from ..model import Object, ObjectId, Printing, equal, replace
from ..model.tie_facets import Undroppable
from ..priority import Priority
from ..quoting import qualified
from .index_backed import index_id, index_kind
from .inheritance import PARTITION
from .keys import Key, KeyIndex
from .relations import kind_of


class IndexAttachment(Undroppable, Object):
    """An index's being a part of the index of a partitioned table: pg_inherits. It has the name of the part.

    Nothing detaches an index but the detaching of its table.
    """

    kind: ClassVar[str] = "index attachment"
    keyword: ClassVar[str] = "INDEX ATTACH"
    defined_by: ClassVar[tuple[str, ...]] = ("AlterTableStmt",)
    catalog: ClassVar[str] = "pg_inherits"
    presence: ClassVar[LiteralString] = "pg_inherits"
    priority: ClassVar[int] = Priority.INDEX_ATTACH
    ownable: ClassVar[bool] = False

    table: str = equal()
    """The table of the part, as the part says."""
    table_kind: str = equal()
    index_kind: str = replace()
    """The kind of the part: an index, or a constraint that one stands for."""
    whole_schema: str = replace()
    whole_table: str = replace()
    """The partitioned table."""
    whole_name: str = replace()
    """Its index."""
    whole_kind: str = replace()
    """As `index_kind`."""

    @classmethod
    def query(cls, version: int) -> LiteralString:
        del version
        return (
            """
            select i.oid
                 , n.nspname::text    as schema
                 , i.relname::text    as name
                 , ''                 as detail
                 , r.rolname::text    as owner
                 , c.relname::text    as table
                 , """
            + kind_of("c")
            + """                     as table_kind
                 , """
            + index_kind("x")
            + """                     as index_kind
                 , wn.nspname::text   as whole_schema
                 , wt.relname::text   as whole_table
                 , w.relname::text    as whole_name
                 , """
            + index_kind("wx")
            + """                     as whole_kind
              from pg_inherits h
              join pg_class i      on i.oid = h.inhrelid and i.relkind in ('i', 'I')
              join pg_namespace n  on n.oid = i.relnamespace
              join pg_index x      on x.indexrelid = i.oid
              join pg_class c      on c.oid = x.indrelid
              join pg_index wx     on wx.indexrelid = h.inhparent
              join pg_class w      on w.oid = wx.indexrelid
              join pg_namespace wn on wn.oid = w.relnamespace
              join pg_class wt     on wt.oid = wx.indrelid
              join pg_roles r      on r.oid = wt.relowner
             where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
               and not exists ( select from pg_depend
                                 where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e' )
             order by n.nspname, i.relname"""
        )

    @property
    def parent(self) -> ObjectId:
        return index_id(self.index_kind, self.schema, self.table, self.name, of_key=Key.kind)

    @property
    def also_needs(self) -> tuple[ObjectId, ...]:
        return (
            index_id(self.index_kind, self.schema, self.table, self.name, of_key=KeyIndex.kind),
            index_id(self.whole_kind, self.whole_schema, self.whole_table, self.whole_name, of_key=KeyIndex.kind),
            ObjectId(PARTITION, self.schema, self.table),
        )

    @property
    def held_by(self) -> tuple[ObjectId, ...]:
        tie = ObjectId(PARTITION, self.schema, self.table)
        if self.whole_kind != self.index_kind:
            return (tie,)  # Postgres drops no constraint with an index
        return (tie, index_id(self.whole_kind, self.whole_schema, self.whole_table, self.whole_name, of_key=Key.kind))

    def create(self, printing: Printing) -> str:
        del printing
        whole = qualified(self.whole_schema, self.whole_name)
        return f"ALTER INDEX {whole} ATTACH PARTITION {qualified(self.schema, self.name)};\n"

    def drop(self) -> str:
        return ""
