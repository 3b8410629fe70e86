"""The questions about access: each server function is asked for each role that the setting `pgnorm.roles` names."""

from typing import Final, LiteralString

# The pseudo-role public has no row in pg_roles; has_…_privilege knows it by its name, and no role that is not there.
_ASKED: Final[LiteralString] = """
with asked as materialized (
  select r.name, coalesce(a.oid, 0) as oid, coalesce(a.rolsuper, false) as super,
         coalesce(a.rolsuper or a.rolbypassrls, false) as exempt
    from json_array_elements_text(current_setting('pgnorm.roles')::json) r(name)
    left join pg_roles a on a.rolname = r.name
   where a.oid is not null or r.name = 'public'
), ours as (
  select oid, nspname from pg_namespace
   where nspname !~ '^pg_' and nspname <> 'information_schema'
)
"""

ROLES: Final[LiteralString] = (
    _ASKED
    + """
select name, exempt from asked
"""
)

SCHEMA_NAMES: Final[LiteralString] = _ASKED + "select nspname::text from ours"

GRANTEES: Final[LiteralString] = """
select distinct coalesce(r.rolname::text, 'public')
  from (select relacl, relnamespace from pg_class union all select proacl, pronamespace from pg_proc
        union all select nspacl, oid from pg_namespace
        union all select a.attacl, c.relnamespace from pg_attribute a join pg_class c on c.oid = a.attrelid
                   where a.attacl is not null) o(acl, schema)
  join pg_namespace n on n.oid = o.schema and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
 cross join lateral aclexplode(o.acl) x
  left join pg_roles r on r.oid = x.grantee
 where x.grantee = 0 or not (r.rolsuper or r.rolname like 'pg\\_%')
"""

SCHEMAS: Final[LiteralString] = (
    _ASKED
    + """
select a.name as role, 'schema' as kind, '' as schema, n.nspname::text as name, p.privilege
  from asked a cross join ours n cross join unnest(array['USAGE', 'CREATE']) p(privilege)
 where has_schema_privilege(a.name, n.oid, p.privilege)
"""
)

RELATIONS: Final[LiteralString] = (
    _ASKED
    + """
select a.name as role,
       case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table'
                      else 'table' end as kind,
       n.nspname::text as schema, c.relname::text as name, p.privilege,
       case when not t.whole then (
         select array_agg(attname::text order by attnum) from pg_attribute
          where attrelid = c.oid and attnum > 0 and not attisdropped
            and has_column_privilege(a.name, c.oid, attnum, p.privilege)) end as columns,
       case when p.letter is null or c.relkind not in ('r', 'p') then null
            when not c.relrowsecurity then 'off'
            when a.exempt or a.oid <> 0 and not c.relforcerowsecurity and pg_has_role(a.oid, c.relowner, 'USAGE')
              then 'exempt'
            else 'on' end as row_security,
       q.policies, q.unconditional
  from asked a
 cross join ours n
  join pg_class c on c.relnamespace = n.oid and c.relkind in ('r', 'p', 'v', 'm', 'f')
 cross join (values ('SELECT', 'r'), ('INSERT', 'a'), ('UPDATE', 'w'), ('DELETE', 'd'), ('TRUNCATE', null),
                    ('REFERENCES', null), ('TRIGGER', null)) p(privilege, letter)
 cross join lateral (select has_table_privilege(a.name, c.oid, p.privilege) as whole) t
  left join lateral (
    select array_agg(polname::text order by polname) filter (where polpermissive) as policies,
           case when not bool_or(not polpermissive) then
             array_agg(polname::text order by polname) filter (
               where pg_get_expr(e.lets, polrelid) = 'true'
                 and (p.letter <> 'w' or pg_get_expr(coalesce(polwithcheck, polqual), polrelid) = 'true')) end
             as unconditional
      from pg_policy
     cross join lateral (select case p.letter when 'a' then coalesce(polwithcheck, polqual) else polqual end) e(lets)
     where polrelid = c.oid and c.relrowsecurity and polcmd in ('*', p.letter) and e.lets is not null
       and exists (select from unnest(polroles) m(role)
                    where m.role = 0 or a.oid <> 0 and pg_has_role(a.oid, m.role, 'USAGE'))) q on true
 where has_schema_privilege(a.name, n.oid, 'USAGE')
   and (t.whole or p.privilege in ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
        and has_any_column_privilege(a.name, c.oid, p.privilege))
   and not exists (select from pg_depend d
                    where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
"""
)

ROUTINES: Final[LiteralString] = (
    _ASKED
    + """
select a.name as role, case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end as kind,
       n.nspname::text as schema, format('%s(%s)', p.proname, oidvectortypes(p.proargtypes)) as name,
       'EXECUTE' as privilege, case when p.prosecdef then o.rolname::text end as runs_as
  from asked a
 cross join ours n
  join pg_proc p on p.pronamespace = n.oid
  join pg_roles o on o.oid = p.proowner
 where has_schema_privilege(a.name, n.oid, 'USAGE') and has_function_privilege(a.name, p.oid, 'EXECUTE')
   and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
   and not exists (select from pg_depend d
                    where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
"""
)

SEQUENCES: Final[LiteralString] = (
    _ASKED
    + """
select a.name as role, 'sequence' as kind, n.nspname::text as schema, c.relname::text as name, p.privilege
  from asked a
 cross join ours n
  join pg_class c on c.relnamespace = n.oid and c.relkind = 'S'
 cross join unnest(array['USAGE', 'SELECT', 'UPDATE']) p(privilege)
 where has_schema_privilege(a.name, n.oid, 'USAGE') and has_sequence_privilege(a.name, c.oid, p.privilege)
   and not exists (select from pg_depend d
                    where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
"""
)

# Without an entry for all schemas, Postgres' own default stands: everybody may call a new function.
TO_COME: Final[LiteralString] = (
    _ASKED
    + """
, makers as (
  select relowner as maker, relnamespace as schema from pg_class
   union
  select proowner, pronamespace from pg_proc
), granted as (
  select d.defaclrole as maker, d.defaclnamespace as schema, d.defaclobjtype as type, d.defaclacl as acl
    from pg_default_acl d where d.defaclobjtype in ('r', 'S', 'f')
   union all
  select o.maker, o.schema, 'f', acldefault('f', o.maker)
    from makers o join ours n on n.oid = o.schema
   where not exists (select from pg_default_acl d
                      where d.defaclrole = o.maker and d.defaclnamespace = 0 and d.defaclobjtype = 'f')
)
select distinct a.name as role,
       case d.type when 'r' then 'new tables' when 'S' then 'new sequences' else 'new functions' end as kind,
       coalesce(n.nspname::text, '') as schema, m.rolname::text as name, x.privilege_type as privilege
  from asked a
 cross join granted d
  left join pg_namespace n on n.oid = d.schema
  join pg_roles m on m.oid = d.maker
 cross join lateral aclexplode(d.acl) x
 where a.oid <> d.maker and not a.super and x.privilege_type <> 'MAINTAIN'
   and (x.grantee = 0 or a.oid <> 0 and pg_has_role(a.oid, x.grantee, 'USAGE'))
"""
)

# What a view without security_invoker reads is checked as its owner, down to the next view, which has an owner of its
# own; a view with it is checked as whoever asks, wherever it is used.
THROUGH: Final[LiteralString] = """
with recursive views as (
  select c.oid, c.relkind, c.relowner, n.nspname::text as schema, c.relname::text as name,
         exists (select from unnest(c.reloptions) o where o like 'security_invoker=%'
                    and split_part(o, '=', 2)::boolean) as invoker
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('v', 'm')
), used as (
  select distinct w.ev_class as view, d.refobjid as relation
    from pg_rewrite w
    join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass
   where w.ev_type = '1' and d.refobjid <> w.ev_class
), reached as (
  select v.oid as view, u.relation, case when not v.invoker or v.relkind = 'm' then v.relowner end as reader
    from views v join used u on u.view = v.oid
   union
  select r.view, u.relation, case when not v.invoker then v.relowner end
    from reached r join views v on v.oid = r.relation and v.relkind = 'v' join used u on u.view = v.oid
)
select v.schema, v.name, v.relkind = 'm' as stored,
       array_agg(distinct n.nspname::text || '.' || c.relname order by n.nspname::text || '.' || c.relname) as tables
  from reached r
  join views v on v.oid = r.view
  join pg_class c on c.oid = r.relation and c.relrowsecurity
  join pg_namespace n on n.oid = c.relnamespace
  join pg_roles o on o.oid = r.reader
 where o.rolsuper or o.rolbypassrls or not c.relforcerowsecurity and pg_has_role(r.reader, c.relowner, 'USAGE')
 group by v.oid, v.schema, v.name, v.relkind
"""
