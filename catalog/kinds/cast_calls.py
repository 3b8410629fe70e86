"""The query for calls of functions by casts, which parse trees tell and their text does not."""

from typing import Final, LiteralString

# :funcformat says how a call is written: by the function's name (0), by a cast (1), or not at all (2). Whatever a cast
# calls takes one to three arguments. Before 15 pg_class needs what a generated column does, later pg_attrdef. OFFSET 0
# keeps a tree from being fetched for each question, and strpos is faster than an expression that seldom matches.
CALLS_BY_CAST: Final[LiteralString] = """
    select array[d.classid::int8, d.objid::int8, d.objsubid::int8, d.refobjid::int8]
      from pg_depend d
      join pg_proc f on f.oid = d.refobjid
      cross join lateral (
            select case d.classid
                   when 'pg_rewrite'::regclass then
                        ( select concat(ev_qual, ev_action) from pg_rewrite where oid = d.objid )
                   when 'pg_attrdef'::regclass then
                        ( select adbin::text from pg_attrdef where oid = d.objid )
                   when 'pg_class'::regclass then
                        concat( ( select concat(indexprs, indpred) from pg_index where indexrelid = d.objid )
                              , ( select partexprs from pg_partitioned_table where partrelid = d.objid )
                              , ( select adbin from pg_attrdef where adrelid = d.objid and adnum = d.objsubid ) )
                   when 'pg_constraint'::regclass then
                        ( select conbin::text from pg_constraint where oid = d.objid )
                   when 'pg_policy'::regclass then
                        ( select concat(polqual, polwithcheck) from pg_policy where oid = d.objid )
                   when 'pg_trigger'::regclass then
                        ( select tgqual::text from pg_trigger where oid = d.objid )
                   when 'pg_proc'::regclass then
                        ( select concat(proargdefaults, prosqlbody) from pg_proc where oid = d.objid )
                   when 'pg_type'::regclass then
                        ( select typdefaultbin::text from pg_type where oid = d.objid )
                   when 'pg_statistic_ext'::regclass then
                        ( select stxexprs::text from pg_statistic_ext where oid = d.objid )
                   end
            offset 0 ) t (tree)
     where d.refclassid = 'pg_proc'::regclass and d.refobjid >= 16384
       and f.pronargs between 1 and 3 and f.prokind = 'f'
       and not exists ( select from pg_depend
                         where classid = 'pg_proc'::regclass and objid = f.oid and deptype = 'e' )
       and ( strpos(t.tree, ':funcretset false :funcvariadic false :funcformat 1 ') > 0
             or strpos(t.tree, ':funcretset false :funcvariadic false :funcformat 2 ') > 0 )
       and t.tree ~ ( ':funcid ' || f.oid || ' :funcresulttype [0-9]+'
                      ' :funcretset false :funcvariadic false :funcformat [12] ' )
"""
