"""Objects of a database that no kind reads: named, so that they are reported and never skipped in silence."""

from typing import Final, LiteralString

from .kinds.foreign_servers import OPTIONS_SHOWN

UNMODELLED: Final[LiteralString] = (
    """
with system (oid) as (
  select oid from pg_namespace where nspname like 'pg\\_%' or nspname = 'information_schema'
), member (classid, objid) as (
  select classid, objid from pg_depend where deptype in ('e', 'i') and objsubid = 0
)
select what, replace(coalesce(name, (pg_identify_object(classid, objid, 0)).identity, objid::text), '"', '')
  from ( select 'invalid index', 'pg_index'::regclass, x.indexrelid, c.relnamespace
                  , (pg_identify_object('pg_class'::regclass, x.indexrelid, 0)).identity
               from pg_index x join pg_class c on c.oid = x.indexrelid
              where c.relkind = 'i' and not (x.indisvalid and x.indisready)
   union all select 'options of user mapping', 'pg_user_mapping'::regclass, umid, 0, null
               from pg_user_mappings m join pg_foreign_server s on s.oid = m.srvid
              where not """
    + OPTIONS_SHOWN
    + """
   union all select 'second not-null constraint', 'pg_constraint'::regclass, k.oid, k.connamespace, null
               from pg_constraint k
              where k.contype = 'n' and exists ( select from pg_constraint f
                                                  where f.contypid = k.contypid and f.contypid <> 0
                                                    and f.contype = 'n' and f.oid < k.oid )
   union all select 'subscription', 'pg_subscription'::regclass, s.oid, 0, null
               from pg_subscription s join pg_database b on b.oid = s.subdbid
              where b.datname = current_database() and not (select rolsuper from pg_roles where rolname = current_user)
       ) o (what, classid, objid, namespace, name)
 where objid >= 16384
   and namespace not in (select oid from system)
   and (classid, objid) not in (select classid, objid from member)
 order by what, 2
"""
)
"""(what, name without quotes, for a person) of the objects that users made; members of extensions and
system schemas are left out."""
