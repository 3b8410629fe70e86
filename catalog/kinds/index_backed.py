"""The common base of indexes and of constraints that have an index."""

from collections.abc import Iterator
from typing import Final, LiteralString, Self

from ..model import Changed, Entry, Lead, Object, ObjectId, Script, Target, alter, equal, replace
from ..options import alter_options
from ..quoting import ident, qualified
from .inheritance import PARTITION

DEFAULT_TABLESPACE: Final = "pg_default"
INDEX: Final = "index"
"""The kind of an index that no constraint has."""

_OWN_INDEX_FIELDS: Final[LiteralString] = """
         , coalesce(i.reloptions, '{}')                                 as options
         , coalesce(( select spcname::text from pg_tablespace where oid = i.reltablespace ), '') as tablespace
         , x.indisclustered                                             as clustered
         , exists ( select from pg_index where indrelid = x.indrelid and indisclustered ) as relation_clustered
         , x.indisreplident                                             as replica_identity
"""


def index_kind(index: LiteralString) -> LiteralString:
    """The expression for the kind of what a row of pg_index is said by: an index, or a constraint."""
    return (
        "case when exists ( select from pg_constraint where conrelid = "
        + index
        + ".indrelid and conindid = "
        + index
        + ".indexrelid and contype in ('p', 'u', 'x') ) then 'constraint' else 'index' end"
    )


def index_id(kind: str, schema: str, table: str, name: str, *, of_key: str) -> ObjectId:
    """The id of an index of this kind, or of a constraint's: then the constraint, or what else `of_key` is."""
    return ObjectId(INDEX, schema, name) if kind == INDEX else ObjectId(of_key, schema, name, table)


ATTACHED_TO: Final[LiteralString] = (
    """
         , case when i.relispartition then
                ( select array[wn.nspname::text, w.relname::text, wt.relname::text, """
    + index_kind("wx")
    + """]
                    from pg_inherits h
                    join pg_index wx     on wx.indexrelid = h.inhparent
                    join pg_class w      on w.oid = wx.indexrelid
                    join pg_namespace wn on wn.oid = w.relnamespace
                    join pg_class wt     on wt.oid = wx.indrelid
                   where h.inhrelid = i.oid ) end                       as attached_to
"""
)
"""Of pg_class `i`."""

_COLUMNS_OF: Final[LiteralString] = (
    "( select string_agg(attname::text, '_' order by attnum) from pg_attribute where attrelid = "
)

_REBUILT_ALIKE: Final[LiteralString] = (
    """
         , not i.relispartition or exists
           ( select from pg_inherits h
               join pg_class w on w.oid = h.inhparent
               cross join lateral """
    + _COLUMNS_OF
    + """w.oid ) as columns (names)
              where h.inhrelid = i.oid
                and i.relname = concat_ws('_', c.relname, case when not x.indisprimary then columns.names end,
                                          case when x.indisprimary then 'pkey'
                                               when x.indisexclusion then 'excl'
                                               when """
    + index_kind("x")
    + """ = 'constraint' then 'key'
                                               else 'idx' end)
                and i.reloptions is not distinct from w.reloptions
                and i.reltablespace = w.reltablespace
                and not exists ( select from pg_index ox
                                   join pg_inherits oh on oh.inhrelid = ox.indexrelid
                                  where ox.indrelid = x.indrelid and ox.indexrelid <> x.indexrelid
                                    and columns.names = """
    + _COLUMNS_OF
    + """oh.inhparent ) )
           )                                                            as rebuilt_alike
"""
)
"""Of pg_class `i` and pg_index `x` on pg_class `c`: names are picked as by ChooseIndexName (indexcmds.c)."""

INDEX_FIELDS: Final[LiteralString] = _OWN_INDEX_FIELDS + ATTACHED_TO + _REBUILT_ALIKE
"""Of pg_class `i` and pg_index `x` on pg_class `c`."""

OPTIONS_CLAUSE: Final[LiteralString] = """
         coalesce(( select ' WITH (' || string_agg( quote_ident(split_part(option, '=', 1)) || '='
                                                    || quote_literal(substr(option, strpos(option, '=') + 1)), ', '
                                                    order by position ) || ')'
                      from unnest(i.reloptions) with ordinality o (option, position) ), '')
"""
"""The storage options as pg_get_indexdef has them under quote_all_identifiers."""


class IndexBacked(Object):
    """An index, be it plain or a constraint's. It has the index's name."""

    relation_kind: str = replace()
    """The kind of the relation: another one can have the same name later."""
    options: tuple[str, ...] = alter()
    """Storage options, `name=value`."""
    tablespace: str = alter()
    """Empty for the database's default."""
    clustered: bool = alter()
    """True if CLUSTER goes by it."""
    relation_clustered: bool = equal()
    """True if CLUSTER goes by any index of the relation; each index's `clustered` says the same."""
    replica_identity: bool = alter()
    attached_to: tuple[str, ...] | None = equal()
    """(schema, name, table, kind) of the partitioned index that it is a part of, as its attachment says."""
    rebuilt_alike: bool = equal()
    """False if it is a part of a partitioned index, and Postgres would pick another name for one there, or give that
    other options."""

    def survives_retyping(self, new: Self) -> bool:
        # Postgres forgets on which extensions it depends. The index of a partition it drops with that of the whole, and
        # makes a new one as that is.
        if self.extensions or not self.rebuilt_alike:
            return False
        own = self.clustered or self.replica_identity or self.comment is not None
        return self.attached_to is None or not (own or self.attached_to[-1] != self.kind)

    @property
    def relation(self) -> str:
        """The name of the relation that is indexed."""
        return self.detail

    @property
    def leads(self) -> tuple[Lead, ...]:
        if self.attached_to is None:
            return ()
        schema, name, table, kind = self.attached_to
        whole = index_id(kind, schema, table, name, of_key=kind)
        return (Lead(whole, ObjectId(PARTITION, self.schema, self.relation)),)

    @property
    def goes_along(self) -> bool:
        # Postgres drops no constraint with an index.
        return self.attached_to is None or self.attached_to[-1] == self.kind

    @property
    def claims(self) -> tuple[tuple[str, ...], ...]:
        return (("relation", self.schema, self.name),)

    def clustering(self) -> str:
        """The statement by which CLUSTER remembers it, empty where it does not."""
        if not self.clustered:
            return ""
        return f"ALTER TABLE {qualified(self.schema, self.relation)} CLUSTER ON {ident(self.name)};"

    def identification(self) -> str:
        """The statement that makes it the relation's replica identity, empty where it is not."""
        if not self.replica_identity:
            return ""
        relation = qualified(self.schema, self.relation)
        return f"ALTER TABLE ONLY {relation} REPLICA IDENTITY USING INDEX {ident(self.name)};"

    def stored_entry(self, desc: str, sql: Script, extensions_at: int | None = None) -> Entry:
        """Its entry in a dump."""
        return Entry(desc=desc, tag=self.tag, sql=sql, tablespace=self.tablespace, extensions_at=extensions_at)

    def alter(self, new: Self, changed: Changed, target: Target) -> Iterator[str]:
        index = f"INDEX {qualified(self.schema, self.name)}"
        if changed.take("options"):
            yield from alter_options(index, self.options, new.options)
        if changed.take("tablespace"):
            yield f"ALTER {index} SET TABLESPACE {ident(new.tablespace or DEFAULT_TABLESPACE)};"
        if changed.take("clustered"):
            # Where another index takes over, its own statement unmarks this one.
            if new.clustered:
                yield new.clustering()
            elif not new.relation_clustered:
                yield f"ALTER TABLE {qualified(self.schema, self.relation)} SET WITHOUT CLUSTER;"
        if changed.take("replica_identity") and new.replica_identity:
            # Losing it is said by the index or the relation that has the replica identity now.
            yield new.identification()
