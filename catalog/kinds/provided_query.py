"""The query for privileges that are not those that an object came with, to be filled in for each catalog."""

from typing import Final, LiteralString

_QUERY: Final[LiteralString] = """
    select o.oid
         , {column}::int                                as subid
         , {identity}
         , r.rolname::text                              as owner
         , acl.now::text[]                              as acl
         , acl.given::text[]                            as acl_default
         , coalesce(e.extname::text, '')                as extension
         {fields}
      from {source}
      join pg_roles r           on r.oid = o.{prefix}owner
      left join pg_init_privs i on i.classoid = '{catalog}'::regclass and i.objoid = o.oid and i.objsubid = {column}
      left join pg_depend d     on d.classid = '{catalog}'::regclass and d.objid = o.oid and d.objsubid = 0
                               and d.deptype = 'e'
      left join pg_extension e  on e.oid = d.refobjid
      cross join lateral ( select coalesce({acl}, {builtin}), coalesce(i.initprivs, {builtin}) ) acl (now, given)
     where {acl} is distinct from i.initprivs
       and not (acl.now @> acl.given and acl.now <@ acl.given)
       and (e.oid is not null or {of_initdb})
     order by 3, 4, 5
"""
_OF_INITDB: Final[LiteralString] = "n.nspname = 'pg_catalog' and o.oid < 16384"
ARGUMENTS: Final[LiteralString] = """
         , pg_get_function_identity_arguments(o.oid)    as arguments
         , array( select array[tn.nspname::text, t.typname::text]
                    from unnest(o.proargtypes::oid[]) with ordinality a (oid, position)
                    join pg_type t       on t.oid = a.oid
                    join pg_namespace tn on tn.oid = t.typnamespace
                   order by a.position )                as input_types
         , array( select array['type', n.nspname::text, t.typname::text]
                    from pg_depend d
                    join pg_type t      on t.oid = d.objid
                    join pg_namespace n on n.oid = t.typnamespace
                   where (d.refclassid, d.refobjid) = ('pg_proc'::regclass, o.oid) and d.classid = 'pg_type'::regclass
                  union all
                  select array['cast', '', s.typname || ' ' || t.typname]
                    from pg_depend d
                    join pg_cast c on c.oid = d.objid
                    join pg_type s on s.oid = c.castsource
                    join pg_type t on t.oid = c.casttarget
                   where (d.refclassid, d.refobjid) = ('pg_proc'::regclass, o.oid) and d.classid = 'pg_cast'::regclass
                  union all
                  select array['transform', '', t.typname || ' ' || quote_ident(l.lanname)]
                    from pg_depend d
                    join pg_transform f on f.oid = d.objid
                    join pg_type t      on t.oid = f.trftype
                    join pg_language l  on l.oid = f.trflang
                   where (d.refclassid, d.refobjid) = ('pg_proc'::regclass, o.oid)
                     and d.classid = 'pg_transform'::regclass
                  union all
                  select array['language', '', l.lanname::text]
                    from pg_depend d
                    join pg_language l on l.oid = d.objid
                   where (d.refclassid, d.refobjid) = ('pg_proc'::regclass, o.oid)
                     and d.classid = 'pg_language'::regclass )
                                                        as users
"""
INPUT: Final[LiteralString] = "array_to_string(o.proargtypes::oid[]::regtype[]::text[], ', ')"


def global_query(
    catalog: LiteralString,
    prefix: LiteralString,
    letter: LiteralString,
    of_initdb: LiteralString,
) -> LiteralString:
    """For what lives in no schema. `prefix` begins the names of the catalog's columns, `letter` is acldefault's,
    `of_initdb` the condition for what initdb made."""
    return _QUERY.format(
        identity="'' as schema, o." + prefix + "name::text as name, '' as detail",
        fields="",
        source=catalog + " o",
        prefix=prefix,
        catalog=catalog,
        column="0",
        acl="o." + prefix + "acl",
        builtin="acldefault('" + letter + "', o." + prefix + "owner)",
        of_initdb=of_initdb,
    )


def schema_query(
    catalog: LiteralString,
    prefix: LiteralString,
    letter: LiteralString,
    *,
    detail: LiteralString = "''",
    fields: LiteralString = "",
    only: LiteralString = "true",
) -> LiteralString:
    """For what lives in a schema; `letter` is an expression here, `only` the condition for the kind's own."""
    namespace = " o join pg_namespace n on n.oid = o." + prefix + "namespace and "
    return _QUERY.format(
        identity="n.nspname::text as schema, o." + prefix + "name::text as name, " + detail + " as detail",
        fields=fields,
        source=catalog + namespace + only,
        prefix=prefix,
        catalog=catalog,
        column="0",
        acl="o." + prefix + "acl",
        builtin="acldefault(" + letter + ", o." + prefix + "owner)",
        of_initdb=_OF_INITDB,
    )


def column_query() -> LiteralString:
    """For columns, which nobody has privileges on by themselves."""
    # Those few with privileges of their own, then and now: of all there are too many to look each up.
    columns: LiteralString = """
           ( select attrelid, attnum from pg_attribute where attacl is not null
              union
             select objoid, objsubid from pg_init_privs where classoid = 'pg_class'::regclass and objsubid <> 0 ) given
      join pg_attribute a       on a.attrelid = given.attrelid and a.attnum = given.attnum
      join pg_class o           on o.oid = a.attrelid
"""
    return _QUERY.format(
        identity="n.nspname::text as schema, a.attname::text as name, o.relname::text as detail",
        fields=", a.attnum::int as number",
        source=columns + "      join pg_namespace n       on n.oid = o.relnamespace",
        prefix="rel",
        catalog="pg_class",
        column="a.attnum",
        acl="a.attacl",
        builtin="'{}'::aclitem[]",
        of_initdb=_OF_INITDB,
    )
