"""The query of columns: it grew with the versions of Postgres."""

from typing import Final, LiteralString

from .relations import RELATION_KIND, TABLE_LIKE

NOT_NULL_NAMED_SINCE: Final = 180000
SET_EXPRESSION_SINCE: Final = 170000

# Since 18 a NOT NULL is a row of pg_constraint; one that is not valid yet is an object of its own. A name that Postgres
# picked outlives the renaming of its table, so it is told by its form.
_NAMED: Final[LiteralString] = """
                 , k.oid is not null                                              as not_null
                 , coalesce(k.conname::text, '')                                  as not_null_constraint
                 , case when k.conname ~ '^.+_.+_not_null[0-9]*$' then ''
                        else coalesce(k.conname::text, '') end                    as not_null_name
                 , coalesce(k.connoinherit, false)                                as not_null_no_inherit
                 , kd.description                                                 as not_null_comment
                 , true                                                           as settable_expression
"""
_NAMED_FROM: Final[LiteralString] = """
              left join pg_constraint k   on k.conrelid = a.attrelid and k.contype = 'n'
                                         and k.conkey = array[a.attnum] and k.convalidated
              left join pg_description kd on kd.classoid = 'pg_constraint'::regclass and kd.objoid = k.oid
"""
_UNNAMED: Final[LiteralString] = """
                 , a.attnotnull                                                   as not_null
                 , ''                                                             as not_null_constraint
                 , ''                                                             as not_null_name
                 , false                                                          as not_null_no_inherit
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
                 , coalesce(e.typcategory, t.typcategory)::text                   as category
                 , case when a.attcollation <> t.typcollation
                        then ( select quote_ident(ln.nspname) || '.' || quote_ident(l.collname)
                                 from pg_collation l
                                 join pg_namespace ln on ln.oid = l.collnamespace
                                where l.oid = a.attcollation ) end                as collation
                 , a.attgenerated::text                                           as generated
                 , pg_get_expr(d.adbin, d.adrelid)                                as expression
                 , case when a.attstorage <> t.typstorage
                        then a.attstorage::text else '' end                       as storage
                 , t.typstorage::text                                             as type_storage
                 , a.attcompression::text                                         as compression
                 , coalesce(a.attstattarget::int, -1)                             as statistics
                 , coalesce(a.attoptions, '{}')                                   as options
"""
)
_FROM: Final[LiteralString] = """
              from pg_class c
              join pg_namespace n      on n.oid = c.relnamespace
              join pg_roles r          on r.oid = c.relowner
              join pg_attribute a      on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
              join pg_type t           on t.oid = a.atttypid
              left join pg_type e      on e.oid = t.typelem and t.typcategory = 'A'
              left join pg_attrdef d   on d.adrelid = c.oid and d.adnum = a.attnum and a.attgenerated <> ''
"""


def column_query(version: int) -> LiteralString:
    """What `Column.query` answers."""
    if version >= NOT_NULL_NAMED_SINCE:
        text = _FIELDS + _NAMED + _FROM + _NAMED_FROM
    elif version >= SET_EXPRESSION_SINCE:
        text = _FIELDS + _UNNAMED + ", true as settable_expression" + _FROM
    else:
        text = _FIELDS + _UNNAMED + ", false as settable_expression" + _FROM
    return text + "where" + TABLE_LIKE + "order by n.nspname, c.relname, a.attnum"
