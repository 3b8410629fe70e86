"""Names that functions and operators of a database share with Postgres' own, where a call may choose between them."""

from typing import Final, LiteralString

# Postgres prints `array_length(a, 1)` for its own function, with all casts that make each argument of the very type
# that a routine takes. So there is a choice only where its own takes several types (func_select_candidate), or where
# the search_path has pg_catalog behind other schemas.
NAMESAKES: Final[LiteralString] = """
with own (name, args, open, defaulted, named) as materialized (
    select proname, proargtypes::oid[], provariadic <> 0, pronargdefaults > 0, proargnames is not null
      from pg_proc where oid >= 16384 and pronamespace <> 'pg_catalog'::regnamespace
    union all
    select oprname, array[oprleft, oprright], false, false, false
      from pg_operator where oid >= 16384 and oprnamespace <> 'pg_catalog'::regnamespace
), taking (type, category) as (  -- the letters are those of pg_type.typcategory
    values ('anyelement'::regtype, null), ('"any"', null), ('anynonarray', null), ('anycompatible', null)
         , ('anycompatiblenonarray', null), ('anyarray', 'A'), ('anycompatiblearray', 'A'), ('anyenum', 'E')
         , ('anyrange', 'R'), ('anymultirange', 'R'), ('anycompatiblerange', 'R'), ('anycompatiblemultirange', 'R')
         , ('record', 'C')
), implicit (source, category, target) as materialized (
    select c.castsource, s.typcategory, c.casttarget
      from pg_cast c join pg_type s on s.oid = c.castsource where c.castcontext = 'i'
), postgres (name, args, open, defaulted, named) as (
    select proname, proargtypes::oid[], provariadic <> 0, pronargdefaults > 0, proargnames is not null
      from pg_proc where pronamespace = 'pg_catalog'::regnamespace and proname in (select name from own)
    union all
    select oprname, array[oprleft, oprright], false, false, false
      from pg_operator where oprnamespace = 'pg_catalog'::regnamespace and oprname in (select name from own)
), late (late) as materialized (
    select reset_val ~ ', *"?pg_catalog' from pg_settings where name = 'search_path'
)
select distinct o.name::text
  from own o
  join postgres p on p.name = o.name
 where (p.args && array(select type::oid from taking) or (select late from late))
   and ( o.open or p.open
         or o.named and p.named
         or ( (o.args <> p.args or (select late from late))
              and (cardinality(o.args) = cardinality(p.args) or o.defaulted or p.defaulted)
              and not exists (
                  select from unnest(o.args, p.args) a (own, postgres)
                    left join taking t on t.type = a.postgres
                    left join pg_type y on y.oid = a.own
                    left join pg_type z on z.oid = a.postgres
                   where a.own <> a.postgres and coalesce(y.typtype not in ('d', 'p'), true)
                     and (t.type is null or y.typcategory <> t.category)
                     and coalesce('A' <> any (array[y.typcategory, z.typcategory]), true)
                     and not exists ( select from implicit i
                                       where i.target = a.own
                                         and (i.source = a.postgres or i.category = t.category) ) ) ) )
 order by 1
"""
