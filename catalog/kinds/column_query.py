"""The query of columns: it grew with the versions of Postgres."""

from typing import Final, LiteralString

from .relations import RELATION_KIND, TABLE_LIKE, kind_of

NOT_NULL_NAMED_SINCE: Final = 18
SET_EXPRESSION_SINCE: Final = 17
OWN_EXPRESSION_SINCE: Final = 16

# Since 18 a NOT NULL is a row of pg_constraint; one that is not valid yet is an object of its own. A name that Postgres
# picked outlives the renaming of its table, so it is told by its form.
_NAMED: Final[LiteralString] = """
                 , coalesce(k.convalidated, false)                                as not_null
                 , coalesce(k.conname::text, '')                                  as not_null_constraint
                 , case when k.convalidated and not (c.relispartition or k.conislocal) and h.not_null
                        then null
                        when k.convalidated and k.conname !~ '^.+_.+_not_null[0-9]*$'
                        then k.conname::text
                        else '' end                                               as not_null_name
                 , case when not k.convalidated or k.connoinherit then null
                        when k.conname !~ '^.+_.+_not_null[0-9]*$' then k.conname::text
                        when k.convalidated then '' end                           as not_null_given
                 , case when k.convalidated
                        then k.coninhcount + k.conislocal::int end                as not_null_sayers
                 , coalesce(k.convalidated, false)
                   and (c.relispartition or k.conislocal or not coalesce(h.not_null, false)) as not_null_said
                 , coalesce(k.convalidated and k.connoinherit, false)             as not_null_no_inherit
                 , false                                                          as not_null_of_key
                 , false                                                          as not_null_taken_below
                 , kd.description                                                 as not_null_comment
                 , true                                                           as settable_expression
"""
_NAMED_FROM: Final[LiteralString] = """
              left join pg_constraint k   on k.conrelid = a.attrelid and k.contype = 'n'
                                         and k.conkey = array[a.attnum]
              left join pg_description kd on kd.classoid = 'pg_constraint'::regclass and kd.objoid = k.oid
                                         and k.convalidated
"""
_UNNAMED: Final[LiteralString] = """
                 , a.attnotnull                                                   as not_null
                 , ''                                                             as not_null_constraint
                 , ''                                                             as not_null_name
                 , ''                                                             as not_null_given
                 , null::int                                                      as not_null_sayers
                 , a.attnotnull
                   and (c.relispartition or not coalesce(h.not_null, false))      as not_null_said
                 , false                                                          as not_null_no_inherit
                 , c.relhasindex and exists
                   ( select from pg_index
                      where indrelid = c.oid and indisprimary and a.attnum = any (indkey) ) as not_null_of_key
                 , c.relhassubclass and c.relkind <> 'p' and exists
                   ( select from pg_inherits where inhparent = c.oid )            as not_null_taken_below
                 , null                                                           as not_null_comment
"""
_FIELDS: Final[LiteralString] = (
    """
            select c.oid
                 , a.attnum::int                                                  as subid
                 , n.nspname::text                                                as schema
                 , a.attname::text                                                as name
                 , c.relname::text                                                as detail
                 , r.rolname::text                                                as owner
                 , a.attacl::text[]                                               as acl
                 , '{}'::text[]                                                   as acl_default
                 , """
    + RELATION_KIND
    + """
                 , a.attnum::int                                                  as number
                 , format_type(a.atttypid, a.atttypmod)                           as type
                 , case when t.typbasetype <> 0
                        then format_type(t.typbasetype, t.typtypmod) else '' end  as base
                 , coalesce(m.types, '{}')                                        as casts
                 , coalesce(e.typcategory, t.typcategory)::text                   as category
                 , case when a.attcollation <> t.typcollation
                        then ( select quote_ident(ln.nspname) || '.' || quote_ident(l.collname)
                                 from pg_collation l
                                 join pg_namespace ln on ln.oid = l.collnamespace
                                where l.oid = a.attcollation ) end                as collation
                 , coalesce(h.tables, '{}')                                       as ancestors
                 , a.attislocal                                                   as local
                 , c.relispartition                                               as of_partition
                 , c.reloftype <> 0                                               as of_type
                 , c.relkind = 'p' and exists
                   ( select from pg_depend
                      where classid = 'pg_class'::regclass and objid = c.oid and objsubid = a.attnum
                        and refclassid = 'pg_class'::regclass and refobjid = c.oid and refobjsubid = 0
                        and deptype = 'i' )                                       as of_partition_key
                 , (a.atthasdef and a.attgenerated = '') or t.typdefault is not null as filled
                 , c.relhastriggers and exists
                   ( select from pg_trigger
                      where tgrelid = c.oid and tginitdeferred )                  as deferred
                 , a.attgenerated::text                                           as generated
                 , pg_get_expr(d.adbin, d.adrelid)                                as expression
                 , case when a.attstorage <> t.typstorage
                        then a.attstorage::text else '' end                       as storage
                 , t.typstorage::text                                             as type_storage
                 , a.attcompression::text                                         as compression
                 , coalesce(a.attstattarget::int, -1)                             as statistics
                 , coalesce(a.attoptions, '{}')                                   as options
                 , case when a.attfdwoptions is null then '{}' else
                     array( select array[option_name, option_value]
                              from pg_options_to_table(a.attfdwoptions)
                             order by option_name ) end                           as foreign_options
"""
)
_FROM: Final[LiteralString] = """
              from pg_class c
              join pg_namespace n      on n.oid = c.relnamespace
              join pg_roles r          on r.oid = c.relowner
              join pg_attribute a      on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
              join pg_type t           on t.oid = a.atttypid
              left join pg_type e      on e.oid = t.typelem and t.typcategory = 'A'
              left join ( select castsource, array_agg(format_type(casttarget, null)
                                                      order by format_type(casttarget, null) collate "C") as types
                            from pg_cast where oid >= 16384
                           group by 1 ) m
                     on m.castsource = coalesce(e.oid, nullif(t.typbasetype, 0), t.oid)
              left join pg_attrdef d   on d.adrelid = c.oid and d.adnum = a.attnum and a.attgenerated <> ''
"""
_ANCESTORS: Final[LiteralString] = (
    """
              left join ( select i.inhrelid, pa.attname
                               , array_agg(array[pn.nspname::text, p.relname::text, """
    + kind_of("p")
    + """]
                                           order by i.inhseqno)                    as tables
                               , array_agg(pg_get_expr(pd.adbin, pd.adrelid) order by i.inhseqno)
                                 filter (where pa.attgenerated <> '')              as generated_as
"""
)
_OF_ANCESTORS: Final[LiteralString] = """
                            from pg_inherits i
                            join pg_class p         on p.oid = i.inhparent and p.relkind in ('r', 'p', 'f')
                            join pg_namespace pn    on pn.oid = p.relnamespace
                            join pg_attribute pa    on pa.attrelid = p.oid and pa.attnum > 0 and not pa.attisdropped
                            left join pg_attrdef pd on pd.adrelid = p.oid and pd.adnum = pa.attnum
                                                   and pa.attgenerated <> ''
"""
_ANCESTORS_NAMED: Final[LiteralString] = (
    _ANCESTORS
    + """
                               , bool_or(pk.oid is not null)                       as not_null
"""
    + _OF_ANCESTORS
    + """
                            left join pg_constraint pk on pk.conrelid = p.oid and pk.contype = 'n'
                                                      and pk.conkey = array[pa.attnum] and pk.convalidated
                           group by 1, 2 ) h on h.inhrelid = c.oid and h.attname = a.attname
"""
)
_ANCESTORS_UNNAMED: Final[LiteralString] = (
    _ANCESTORS
    + """
                               , bool_or(pa.attnotnull)                            as not_null
"""
    + _OF_ANCESTORS
    + """
                           group by 1, 2 ) h on h.inhrelid = c.oid and h.attname = a.attname
"""
)
# Until 15 a child has the expression of its parents, since 16 one of its own that need not be theirs.
_SAID_IF_ALONE: Final[LiteralString] = """
                 , c.relispartition or h.generated_as is null                     as generation_said
"""
_SAID_IF_DIFFERENT: Final[LiteralString] = """
                 , c.relispartition or h.generated_as is null
                   or pg_get_expr(d.adbin, d.adrelid) <> any (h.generated_as)     as generation_said
"""


def column_query(version: int) -> LiteralString:
    """The query of `Column` for a server of this version."""
    said = _SAID_IF_DIFFERENT if version // 10000 >= OWN_EXPRESSION_SINCE else _SAID_IF_ALONE
    if version // 10000 >= NOT_NULL_NAMED_SINCE:
        text = _FIELDS + said + _NAMED + _FROM + _ANCESTORS_NAMED + _NAMED_FROM
    elif version // 10000 >= SET_EXPRESSION_SINCE:
        text = _FIELDS + said + _UNNAMED + ", true as settable_expression" + _FROM + _ANCESTORS_UNNAMED
    else:
        text = _FIELDS + said + _UNNAMED + ", false as settable_expression" + _FROM + _ANCESTORS_UNNAMED
    # Sorted by columns that stand in front: Postgres unpacks a row up to the one that it compares.
    found = "select * from (" + text + "where" + TABLE_LIKE + ") as found"
    return found + ' order by schema collate "C", detail collate "C", subid'
