"""Lints of what somebody may reach who should not."""

from typing import Final

from .lint import MINE, POLICIES, REACHED, Level, Lint

LINTS: Final = (
    Lint(
        number=13,
        name="rls_disabled_in_public",
        level=Level.ERROR,
        message="the API shows all its rows: it has no row security",
        cure="ALTER TABLE … ENABLE ROW LEVEL SECURITY, and a policy for who may see what.",
        sql="""
            select 'TABLE', n.nspname::text, '', c.relname::text
              from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.relkind in ('r', 'p') and not c.relrowsecurity and n.nspname = any(%(exposed)s)"""
        + MINE
        + REACHED,
    ),
    Lint(
        number=7,
        name="policy_exists_rls_disabled",
        level=Level.ERROR,
        message="it has policies, and none of them counts: row security is off",
        cure="ALTER TABLE … ENABLE ROW LEVEL SECURITY.",
        sql="""
            select distinct 'TABLE', n.nspname::text, '', c.relname::text"""
        + POLICIES
        + """where not c.relrowsecurity and n.nspname = any(%(owned)s)""",
    ),
    Lint(
        number=8,
        name="rls_enabled_no_policy",
        level=Level.INFO,
        message="row security is on and there is no policy, so only its owner and roles past it see rows",
        cure="Write a policy, or leave it so if nobody else is to see it.",
        sql="""
            select 'TABLE', n.nspname::text, '', c.relname::text
              from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.relkind in ('r', 'p') and c.relrowsecurity and n.nspname = any(%(owned)s)
               and not exists (select from pg_policy p where p.polrelid = c.oid)"""
        + MINE,
    ),
    Lint(
        number=10,
        name="security_definer_view",
        level=Level.ERROR,
        message="it reads with its owner's rights, so that row security does not hold its readers",
        cure="WITH (security_invoker = true).",
        sql="""
            select 'VIEW', n.nspname::text, '', c.relname::text
              from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.relkind = 'v' and n.nspname = any(%(exposed)s)
               and not coalesce((select o.option_value::bool from pg_options_to_table(c.reloptions) o
                                  where o.option_name = 'security_invoker'), false)"""
        + MINE
        + REACHED,
    ),
    Lint(
        number=2,
        name="auth_users_exposed",
        level=Level.ERROR,
        message="the API shows by it what is in auth.users",
        cure="Take auth.users out, or revoke it from the roles of the API.",
        sql="""
            with recursive showing(relation) as (
                select to_regclass('auth.users')::oid
                 union
                select v.oid
                  from showing s
                  join pg_depend d  on d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
                                   and d.refobjid = s.relation
                  join pg_rewrite w on w.oid = d.objid
                  join pg_class v   on v.oid = w.ev_class
                 where v.relkind = 'm'
                    or v.relkind = 'v'
                       and (not coalesce((select o.option_value::bool from pg_options_to_table(v.reloptions) o
                                           where o.option_name = 'security_invoker'), false)
                            or exists (select from unnest(%(roles)s::text[]) r(name)
                                        where has_any_column_privilege(r.name, s.relation, 'select'))))
            select 'VIEW', n.nspname::text, '', c.relname::text
              from pg_class c
              join pg_namespace n on n.oid = c.relnamespace
             where c.relkind in ('v', 'm') and n.nspname = any(%(exposed)s)
               and c.oid in (select s.relation from showing s)"""
        + REACHED,
    ),
    Lint(
        number=15,
        name="rls_references_user_metadata",
        level=Level.ERROR,
        message="it trusts user_metadata, which users change themselves",
        cure="Take app_metadata, or a table of yours.",
        sql="""
            select 'POLICY', n.nspname::text, c.relname::text, p.polname::text"""
        + POLICIES
        + """where n.nspname = any(%(owned)s) and concat(p.qual, p.checked) ~ 'auth\\.jwt\\(\\).*user_metadata'""",
    ),
    Lint(
        number=11,
        name="function_search_path_mutable",
        level=Level.WARN,
        message="names are resolved with the caller's search_path: none is set",
        cure="SET search_path TO '', and write names with their schemas.",
        sql="""
            select 'ROUTINE', n.nspname::text, '', p.proname::text
              from pg_proc p join pg_namespace n on n.oid = p.pronamespace
             where p.prokind in ('f', 'p', 'w') and n.nspname = any(%(owned)s)
               and (p.prosecdef or cardinality(%(roles)s::text[]) > 0)
               and not exists (select from unnest(p.proconfig) s(said) where s.said like 'search_path=%%')
               and p.prosqlbody is null
               and not exists (select from pg_depend e
                                where e.classid = 'pg_proc'::regclass and e.objid = p.oid and e.deptype = 'e')""",
    ),
    Lint(
        number=16,
        name="materialized_view_in_api",
        level=Level.WARN,
        message="the API shows all its rows: no row security holds a materialized view",
        cure="REVOKE it from the roles of the API, or move it out of the schema.",
        sql="""
            select 'VIEW', n.nspname::text, '', c.relname::text
              from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.relkind = 'm' and n.nspname = any(%(exposed)s)"""
        + MINE
        + REACHED,
    ),
    Lint(
        number=17,
        name="foreign_table_in_api",
        level=Level.WARN,
        message="the API shows all its rows: no row security holds a foreign table",
        cure="REVOKE it from the roles of the API, or move it out of the schema.",
        sql="""
            select 'TABLE', n.nspname::text, '', c.relname::text
              from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.relkind = 'f' and n.nspname = any(%(exposed)s)"""
        + MINE
        + REACHED,
    ),
)
