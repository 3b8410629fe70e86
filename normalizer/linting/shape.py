"""Lints of what is slow, doubled or in the way later."""

from typing import Final

from .lint import MINE, POLICIES, Level, Lint

LINTS: Final = (
    Lint(
        number=3,
        name="auth_rls_initplan",
        level=Level.WARN,
        message="it calls auth.uid() or the like again for every row",
        cure="Write (select auth.uid()), which is called once.",
        sql="""
            select 'POLICY', n.nspname::text, c.relname::text, p.polname::text"""
        + POLICIES
        + """where n.nspname = any(%(owned)s)
               and regexp_replace(concat(p.qual, ' ', p.checked),
                                  'SELECT ([\\w.]*\\()*(auth\\.(uid|jwt|role|email)|current_setting)\\(', '', 'g')
                   ~ '(\\mauth\\.(uid|jwt|role|email)|\\mcurrent_setting)\\('""",
    ),
    Lint(
        number=6,
        name="multiple_permissive_policies",
        level=Level.WARN,
        message="several permissive policies are for the same role and command, and each is run for each row",
        cure="Make one of them, with OR.",
        sql="""
            select distinct 'TABLE', n.nspname::text, '', c.relname::text"""
        + POLICIES
        + """cross join lateral (
                 select unnest(p.polroles)
                  union
                 select unnest(q.polroles) from pg_policy q where q.polrelid = p.polrelid and 0 = any(p.polroles)
             ) r(role)
             cross join regexp_split_to_table(case p.polcmd when '*' then 'rawd' else p.polcmd::text end, '') m(cmd)
             where n.nspname = any(%(owned)s) and p.polpermissive and c.relrowsecurity
               and not exists (select from pg_roles g where g.oid = r.role and (g.rolbypassrls or g.rolsuper))
             group by n.nspname, c.relname, r.role, m.cmd
            having count(*) > 1""",
    ),
    Lint(
        number=1,
        name="unindexed_foreign_keys",
        level=Level.INFO,
        message="no index begins with its columns, so that each DELETE over there reads the whole table",
        cure="CREATE INDEX on its columns.",
        sql="""
            select 'CONSTRAINT', n.nspname::text, c.relname::text, k.conname::text
              from pg_constraint k
              join pg_class c     on c.oid = k.conrelid
              join pg_namespace n on n.oid = c.relnamespace
             where k.contype = 'f' and k.conparentid = 0 and n.nspname = any(%(owned)s)
               and not exists (
                   select from pg_index i
                    where i.indrelid = c.oid and i.indisvalid and i.indnkeyatts >= cardinality(k.conkey)
                      and (i.indpred is null
                           or pg_get_expr(i.indpred, i.indrelid) in (
                                  select format('(%%I IS NOT NULL)', a.attname) from pg_attribute a
                                   where a.attrelid = c.oid and a.attnum = any(k.conkey)))
                      and (select array_agg(a.number order by a.number)
                             from unnest(i.indkey::int2[]) with ordinality a(number, at)
                            where a.at <= cardinality(k.conkey))
                          = (select array_agg(b.number order by b.number) from unnest(k.conkey) b(number)))""",
    ),
    Lint(
        number=4,
        name="no_primary_key",
        level=Level.INFO,
        message="it has no primary key",
        cure="Give it one: replication, and updates of single rows, need it.",
        sql="""
            select 'TABLE', n.nspname::text, '', c.relname::text
              from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = any(%(owned)s)
               and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)"""
        + MINE,
    ),
    Lint(
        number=9,
        name="duplicate_index",
        level=Level.WARN,
        message="another index of its table is the same but for the name",
        cure="Drop one of them.",
        sql="""
            with found as (
                select i.indexrelid, c.relname, i.indrelid, n.nspname, c.relispartition
                     , row_number() over (
                           partition by i.indrelid, c.relam, i.indkey, i.indclass, i.indcollation, i.indoption
                                      , i.indisunique, i.indnkeyatts, i.indimmediate
                                      , to_jsonb(i) -> 'indnullsnotdistinct'
                                      , array(select a.attoptions::text from pg_attribute a
                                               where a.attrelid = i.indexrelid order by a.attnum)
                                      , pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid)
                           order by (exists (select from pg_constraint k where k.conindid = i.indexrelid)) desc
                                  , c.relispartition desc, i.indisreplident desc, c.relname) as place
                  from pg_index i
                  join pg_class c     on c.oid = i.indexrelid
                  join pg_namespace n on n.oid = c.relnamespace
                 where n.nspname = any(%(owned)s))
            select 'INDEX', f.nspname::text, '', f.relname::text
              from found f
             where f.place > 1 and not f.relispartition
               and not exists (select from pg_constraint k where k.conindid = f.indexrelid)""",
    ),
    Lint(
        number=14,
        name="extension_in_public",
        level=Level.WARN,
        message="its functions and types lie among those of the project",
        cure="CREATE EXTENSION … WITH SCHEMA extensions.",
        sql="""
            select 'EXTENSION', '', '', e.extname::text
              from pg_extension e
             where e.extnamespace = to_regnamespace('public') and e.extrelocatable
               and to_regnamespace('extensions') is not null""",
    ),
    Lint(
        number=18,
        name="unsupported_reg_types",
        level=Level.WARN,
        message="its type is an OID of an object, which pg_upgrade refuses",
        cure="Keep the name as text.",
        sql="""
            select 'COLUMN', n.nspname::text, c.relname::text, a.attname::text
              from pg_attribute a
              join pg_class c     on c.oid = a.attrelid
              join pg_namespace n on n.oid = c.relnamespace
              join pg_type t      on t.oid = a.atttypid
             where c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped and n.nspname = any(%(owned)s)
               and t.typnamespace = 'pg_catalog'::regnamespace
               and t.typname in ('regcollation', 'regconfig', 'regdictionary', 'regnamespace', 'regoper', 'regoperator'
                                , 'regproc', 'regprocedure')""",
    ),
)
